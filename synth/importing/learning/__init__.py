"""What the rows of a source say of themselves, as measures without rows: shares, laws, counts and how they hang together.

The way in is `learn` (`learn.py`); what it gives is `Learnt` (`learnt.py`).
"""
