"""Proof by SQL: everything a dataset promises, checked where the data is, by a path apart from the drawing."""
