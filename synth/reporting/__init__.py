"""The report: one page that shows what is in a dataset, how it was made and that it holds."""
