"""The quantities of the reports, one a file; NumPy only, no downloaded weights."""
