"""Cells of CSV files: an apostrophe in front of what a spreadsheet would take for a formula, and its way back.

A cell that begins with `=`, `+`, `-`, `@`, a tab, or a carriage return gets one more apostrophe, whether it has some in
front of that or none; reading takes one away. So each cell comes back as it was, and so does one of a foreign manifest
whose apostrophe marked it as text, as spreadsheets do. Source: OWASP, CSV Injection.
"""

import re

FORMULA = re.compile(r"^'*[=+\-@\t\r]")
MARKED = re.compile(r"'+[=+\-@\t\r]")


def guard(cell: str) -> str:
    """A cell as it is written."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def unguard(cell: str) -> str:
    """A cell as it was before it was written."""
    return cell[1:] if MARKED.match(cell) else cell
