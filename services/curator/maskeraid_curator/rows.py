"""The rows of an import on their way: accepted ones become rows of a dataset version, the others lines of a report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maskeraid_core.attributes import Schema
from maskeraid_core.ids import image_id
from maskeraid_core.import_reports import make_report, outcome_of
from maskeraid_core.manifests import MEASURED, PREFIX, as_manifest
from maskeraid_curator.drafts import Before, Draft
from maskeraid_curator.near_duplicates import near_duplicates
from maskeraid_faces.measures import Measures

NEAR_DUPLICATE = "near_duplicate"  # the code of rows that were left out as such


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
    measures: Measures | None = None
    generated: bool | None = None  # True: it says so of itself, and was let in on purpose

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

    def outcome(self) -> dict[str, Any]:
        """The row in a report of all rows."""
        return {**self.report(), "outcome": outcome_of(self.code)}


def with_rows(
    accepted: Sequence[Accepted],
    refused: Sequence[Refused],
    schema: Schema,
    before: Before,
    *,
    drops_near_duplicates: bool = False,
) -> Draft:
    """The version with these rows behind its own; each image once."""
    parent = before.manifest.to_dicts()
    rows, duplicates = merge(
        before.dataset.id, parent, accepted, before.last_row, drops_near_duplicates=drops_near_duplicates
    )
    known = {one.row for one in duplicates}
    fresh = zip((one for one in accepted if one.row not in known), rows[before.manifest.height :], strict=True)
    taken = [
        {"row": one.row, "file": one.file, "image_id": row["id"],
         "outcome": "accepted" if row["near_duplicate_of"] is None else NEAR_DUPLICATE}
        for one, row in fresh
    ]  # fmt: skip
    report = make_report([*taken, *(one.outcome() for one in (*refused, *duplicates))])
    attributes = {**schema, **before.dataset.attributes}
    manifest = as_manifest(rows)
    return Draft(before, manifest, attributes, report, is_change=len(duplicates) < len(accepted))


def merge(
    dataset_id: str,
    parent: Sequence[Mapping[str, Any]],
    accepted: Sequence[Accepted],
    last_row: int = 0,
    *,
    drops_near_duplicates: bool = False,
) -> tuple[list[dict[str, Any]], list[Refused]]:
    """Rows of the next version's manifest, and the accepted rows that are there already. The parent's rows stay.

    New ones are numbered on behind the highest number that an image ever had, `last_row` where that one was deleted.
    Near duplicates are marked, or left out as well.
    """
    first_of = {(row["sha256"], row["covering_sha256"], row["twin_sha256"]): str(row["file"]) for row in parent}
    number = max([last_row, *(int(row["row"]) for row in parent)])
    added: dict[int, dict[str, Any]] = {}
    sources: dict[int, Accepted] = {}
    duplicates = []
    for one in accepted:
        if one.identity in first_of:
            detail = f"the same image as {first_of[one.identity]}, which is kept"
            duplicates.append(Refused(one.row, one.file, "duplicate", detail))
            continue
        first_of[one.identity] = one.file
        number += 1
        added[number], sources[number] = _manifest_row(dataset_id, number, one), one
    for number, original in near_duplicates(parent, list(added.values())).items():
        if drops_near_duplicates:
            one = sources[number]
            detail = f"nearly the same image as {original['file']}, which is kept"
            duplicates.append(Refused(one.row, one.file, NEAR_DUPLICATE, detail))
            del added[number]
        else:
            added[number]["near_duplicate_of"] = original["row"]
    return _with_equal_columns([*map(dict, parent), *added.values()]), duplicates


def _manifest_row(dataset_id: str, number: int, one: Accepted) -> dict[str, Any]:
    facts = {name: value for name, value in vars(one).items() if name not in ("row", "attributes", "measures")}
    attributes = {PREFIX + name: value for name, value in one.attributes.items()}
    return {
        **dict.fromkeys(MEASURED), "row": number, "id": image_id(dataset_id, number), **facts, **attributes,
        **_measured(one.measures),
    }  # fmt: skip


def _measured(measures: Measures | None) -> dict[str, Any]:
    if measures is None:
        return {}
    return {
        "quality:sharpness": measures.sharpness, "quality:exposure": measures.exposure,
        "quality:face_size": measures.face_size, "quality:warnings": list(measures.warnings),
        "look": measures.look, "phash": measures.phash, "box": measures.box,
    }  # fmt: skip


def _with_equal_columns(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same rows, each with every attribute; the empty text means missing."""
    attributes = dict.fromkeys(name for row in rows for name in row if name.startswith(PREFIX))
    for row in rows:
        row.update({name: row.get(name) or "" for name in attributes})
    return rows
