"""What a model is sure to draw, and what it varies, from the attributes of its training faces (Desentz 2021, 4.2)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from maskeraid_core.documents.datasets import IDENTITIES, Attribute
from maskeraid_core.manifests import PREFIX, attributes_of

COUNTED = ("enum", "bool")  # types of which values combine; a number or a text may have any value
UNTOLD = ("private", "geo", "date")  # what is nobody's business, and where and when a face was seen
MOST_VALUES = 32  # of a text that describes faces; more are names or notes
BOOKKEEPING = {  # words in names of columns that describe files
    "batch", "file", "filename", "fold", "folder", "hash", "id", "index", "md5", "partition", "path", "row", "sha1",
    "sha256", "source", "split", "subset", "url",
}  # fmt: skip


@dataclass(frozen=True)
class Traits:
    """`combinations` is how many different faces the varying attributes allow; None when none of them is counted."""

    guarantees: list[dict[str, Any]]
    varies: list[dict[str, Any]]
    combinations: int | None


def traits_of(rows: pl.DataFrame, schema: Mapping[str, Attribute]) -> Traits:
    """One value in all rows is a guarantee, several values vary; an attribute that a row lacks promises nothing.

    Numbers promise nothing either; of them the least and the most are told.
    """
    guarantees: list[dict[str, Any]] = []
    varies: list[dict[str, Any]] = []
    counted: list[int] = []
    for attribute in attributes_of(rows):
        column, kind = rows[PREFIX + attribute], type_of(attribute, schema)
        values = column.filter(column != "").unique()
        if not describes_faces(attribute, schema) or (kind == "text" and len(values) > MOST_VALUES):
            continue
        if len(values) == 1 and (column != "").all() and kind != "number":
            guarantees.append({"attribute": attribute, "value": values[0], "images": rows.height})
        elif len(values) > 1:
            varies.append(
                {"attribute": attribute, "values": len(values), **(_range(values) if kind == "number" else {})}
            )
            if kind in COUNTED:
                counted.append(len(values))
    return Traits(guarantees, varies, math.prod(counted) if counted else None)


def type_of(attribute: str, schema: Mapping[str, Attribute]) -> str:
    """Its type, or that it is private: a card goes where its model goes, so it tells nothing of such a one.

    Nor of whom a face shows, whatever the schema says: of the pictures of a measure no name could be taken again.
    """
    one = schema.get(attribute, Attribute())
    return "private" if one.private or attribute in IDENTITIES else one.type


def describes_faces(attribute: str, schema: Mapping[str, Attribute]) -> bool:
    """Whether an attribute may be a trait: its schema counts its values, or its name speaks of no file."""
    kind = type_of(attribute, schema)
    return kind in COUNTED or (kind not in UNTOLD and BOOKKEEPING.isdisjoint(attribute.lower().split("_")))


def _range(values: pl.Series) -> dict[str, float]:
    numbers = [float(value) for value in values]
    return {"least": min(numbers), "most": max(numbers)}
