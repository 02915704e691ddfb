"""What the demo has seen: a table, and what is missing from it."""

from dataclasses import dataclass, field
from pathlib import Path

from maskeraid.terminal import console, errors, print_rows
from maskeraid_core.documents.reimagings import STATEMENT


@dataclass
class Outcome:
    """Every entry was seen, not assumed."""

    rows: list[tuple[str, str]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def note(self, what: str, seen: str) -> None:
        self.rows.append((what, seen))

    def demand(self, holds: bool, failure: str) -> None:
        if not holds:
            self.failures.append(failure)

    def show(self, output: Path) -> int:
        """Print the table and where to look; the exit code."""
        print_rows(self.rows)
        console.print(f"\nLook at {output}/faces-light/contact-sheet.png first; everything is in {output}\n{STATEMENT}")
        for failure in self.failures:
            errors.print(f"FAILED: {failure}", style="red")
        return 1 if self.failures else 0
