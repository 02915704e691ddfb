"""What a model is sure to draw, and what it varies, from the attributes of its training faces (Desentz 2021, 4.2)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from maskeraid_core.documents.datasets import Attribute
from maskeraid_core.manifests import PREFIX, attributes_of

COUNTED = ("enum", "bool")  # types of which values combine; a number or a text may have any value


@dataclass(frozen=True)
class Traits:
    """`combinations` is how many different faces the varying attributes allow; None when none of them is counted."""

    guarantees: list[dict[str, Any]]
    varies: list[dict[str, Any]]
    combinations: int | None


def traits_of(rows: pl.DataFrame, schema: Mapping[str, Attribute]) -> Traits:
    """One value in all rows is a guarantee, several values vary; an attribute that a row lacks promises nothing."""
    guarantees: list[dict[str, Any]] = []
    varies: list[dict[str, Any]] = []
    counted: list[int] = []
    for attribute in attributes_of(rows):
        column = rows[PREFIX + attribute]
        values = column.filter(column != "").unique()
        if len(values) == 1 and (column != "").all():
            guarantees.append({"attribute": attribute, "value": values[0], "images": rows.height})
        elif len(values) > 1:
            varies.append({"attribute": attribute, "values": len(values)})
            if attribute in schema and schema[attribute].type in COUNTED:
                counted.append(len(values))
    return Traits(guarantees, varies, math.prod(counted) if counted else None)
