"""From what a source holds to a draft of a spec: kinds of tables, then keys, references and what draws each column.

The way in is `draft` (`make.py`); what it gives is a `Draft` (`model.py`), which `write.py` spells and `mend.py` corrects.
"""
