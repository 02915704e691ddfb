"""Reads the manifest of an import (CSV, JSON, JSONL): every cell a string, typed later by the dataset's schema.

Runs in the limited child only.
"""

import csv
import io
import json
from collections.abc import Iterator
from typing import NamedTuple, NoReturn

from maskeraid_core.cells import unguard
from maskeraid_core.errors import BadArchive

FILE_COLUMN = "file"
# Columns of an export of this service, which are no attributes: those have no dot in their names.
ORIGINAL_COLUMN = "original.file"  # what the image was called; its file is called by its number
GENERATED_COLUMN = "image.generated"  # `true`: a trained generator made it, or a part of it
COVERING_COLUMN, TWIN_COLUMN = "covering.file", "twin.file"  # what is known of a covered face
TRUTH_COLUMNS = (COVERING_COLUMN, TWIN_COLUMN)
OWN_COLUMNS = frozenset({ORIGINAL_COLUMN, GENERATED_COLUMN, *TRUTH_COLUMNS})
BESIDE = frozenset({"metadata.csv", "croissant.json"})  # what an export says of itself to others
MOST_COLUMNS = 200
MOST_ROWS = 50_000
LONGEST_CELL = 1024  # bytes
NAMES = ("manifest.csv", "manifest.json", "manifest.jsonl")

Cell = str | None  # None: the row does not have it


class Manifest(NamedTuple):
    """The rows of a manifest; the first column is `file`, the others are attributes."""

    columns: list[str]
    rows: list[list[Cell]]


def read_manifest(name: str, data: bytes) -> Manifest:
    """The manifest `name` (its ending tells the format); BadArchive, reason `manifest`, when it cannot be read."""
    try:
        text = data.decode("utf-8-sig")
        table = _table_of_csv(text) if name.lower().endswith(".csv") else _table_of_objects(name, text)
    except (UnicodeDecodeError, csv.Error, ValueError, RecursionError, MemoryError) as error:
        raise BadArchive(f"{name} cannot be read: {error}", reason="manifest") from error
    if table.columns[:1] != [FILE_COLUMN]:
        _refuse(f"the first column of {name} must be called `{FILE_COLUMN}`")
    return table


def _refuse(detail: str) -> NoReturn:
    raise BadArchive(detail, reason="manifest")


def _check_columns(columns: list[str]) -> list[str]:
    if len(columns) > MOST_COLUMNS:
        _refuse(f"it has {len(columns)} columns, more than {MOST_COLUMNS}")
    if len(set(columns)) < len(columns) or not all(columns):
        _refuse("two columns have the same name, or a column has none")
    return [_check_cell(column, "the header") for column in columns]


def _check_cell(cell: str, where: str) -> str:
    # Halves of characters, which only JSON can spell, are refused here: they cannot be encoded.
    if (len(cell) if cell.isascii() else len(cell.encode())) > LONGEST_CELL:
        _refuse(f"a cell of {where} has more than {LONGEST_CELL} bytes")
    return cell


def _check_count(count: int) -> None:
    if count > MOST_ROWS:
        _refuse(f"more than {MOST_ROWS} rows: use several imports")


def _table_of_csv(text: str) -> Manifest:
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns = _check_columns([cell.strip() for cell in next(lines, [])])
    rows: list[list[Cell]] = []
    for cells in lines:
        if not cells:  # an empty line
            continue
        _check_count(len(rows) + 1)
        if len(cells) != len(columns):
            _refuse(f"row {len(rows) + 1} has {len(cells)} cells, the header has {len(columns)}")
        rows.append([_check_cell(unguard(cell.strip()), f"row {len(rows) + 1}") or None for cell in cells])
    return Manifest(columns, rows)


def _table_of_objects(name: str, text: str) -> Manifest:
    columns: dict[str, int] = {FILE_COLUMN: 0}
    rows: list[list[Cell]] = []
    for number, record in enumerate(_objects(name, text), start=1):
        _check_count(number)
        if not isinstance(record, dict):
            _refuse(f"row {number} is not an object")
        for key in record:
            columns.setdefault(key, len(columns))
        if len(columns) > MOST_COLUMNS:
            _refuse(f"more than {MOST_COLUMNS} different fields")
        row: list[Cell] = [None] * len(columns)
        for key, value in record.items():
            row[columns[key]] = _check_cell(_as_text(value, number), f"row {number}") or None
        rows.append(row)
    for row in rows:
        row += [None] * (len(columns) - len(row))
    return Manifest(_check_columns(list(columns)), rows)


def _objects(name: str, text: str) -> Iterator[object]:
    # Numbers stay as they were written: "007" and 1.50 are labels until the schema says otherwise.
    decoder = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_refuse_constant)
    if name.lower().endswith(".json"):
        records = decoder.decode(text.strip())
        if not isinstance(records, list):
            _refuse(f"{name} must be a list of objects")
        yield from records
        return
    for line in io.StringIO(text):
        if line.strip():
            yield decoder.decode(line.strip())


def _refuse_constant(constant: str) -> NoReturn:
    _refuse(f"{constant} is not a value")


def _as_text(value: object, number: int) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value.strip()
    _refuse(f"row {number} has a value that is not a string, a number, true, false, or null")
