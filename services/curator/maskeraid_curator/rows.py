"""The rows of an import on their way: accepted ones become rows of a dataset version, the others lines of a report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maskeraid_core.ids import image_id
from maskeraid_core.manifests import PREFIX


@dataclass(frozen=True)
class Accepted:
    """A row whose image is stored. Sizes in pixels and bytes; digests are SHA-256 of PNGs, in hex."""

    row: int  # of the import
    file: str
    attributes: Mapping[str, str]
    sha256: str
    bytes: int
    width: int
    height: int
    grey: bool
    covering_sha256: str | None = None  # of a drawn test face: its true covering
    twin_sha256: str | None = None  # of a drawn test face: the same face uncovered

    @property
    def identity(self) -> tuple[str, str | None, str | None]:
        """Equal for duplicates. Drawn faces that differ only under their covering are none."""
        return self.sha256, self.covering_sha256, self.twin_sha256


@dataclass(frozen=True)
class Refused:
    """A row that is not imported, and why."""

    row: int  # of the import
    file: str
    code: str
    detail: str
    pointer: str | None = None

    def report(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if value is not None}


def merge(
    dataset_id: str, parent: Sequence[Mapping[str, Any]], accepted: Sequence[Accepted]
) -> tuple[list[dict[str, Any]], list[Refused]]:
    """Rows of the next version's manifest, and the accepted rows that are there already. The parent's rows stay."""
    first_of = {(row["sha256"], row["covering_sha256"], row["twin_sha256"]): str(row["file"]) for row in parent}
    number = max((int(row["row"]) for row in parent), default=0)
    added, duplicates = [], []
    for one in accepted:
        if one.identity in first_of:
            detail = f"the same image as {first_of[one.identity]}, which is kept"
            duplicates.append(Refused(one.row, one.file, "duplicate", detail))
            continue
        first_of[one.identity] = one.file
        number += 1
        added.append(_manifest_row(dataset_id, number, one))
    return _with_equal_columns([*map(dict, parent), *added]), duplicates


def _manifest_row(dataset_id: str, number: int, one: Accepted) -> dict[str, Any]:
    facts = {name: value for name, value in vars(one).items() if name not in ("row", "attributes")}
    attributes = {PREFIX + name: value for name, value in one.attributes.items()}
    return {"row": number, "id": image_id(dataset_id, number), **facts, **attributes}


def _with_equal_columns(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every row with every attribute; the empty text means missing."""
    attributes = dict.fromkeys(name for row in rows for name in row if name.startswith(PREFIX))
    return [row | {name: row.get(name) or "" for name in attributes} for row in rows]
