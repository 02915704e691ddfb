"""What a dataset's attributes say before a training: which travel together, and which combinations there are.

`axes`: attributes as numbers; `chance`: tables as chance makes them; `confounds`, `coverage`: the reports; `words`:
their sentences.
"""
