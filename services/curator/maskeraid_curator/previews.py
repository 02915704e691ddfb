"""What a dry run shows of the attributes: of which type each is, which values it has, how many images lack it."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from maskeraid_core.documents.datasets import Attribute
from maskeraid_core.manifests import PREFIX, facets
from maskeraid_curator.drafts import Draft

MOST_VALUES = 20  # of one attribute
FEWEST_OF_A_VALUE = 8  # images on average: then values are kinds, not names or measures


def schema_preview(draft: Draft) -> list[dict[str, Any]]:
    """An entry an attribute of the schema, over all images of the version that would follow."""
    found = {facet["attribute"]: facet for facet in facets(draft.manifest)}
    return [
        _entry(name, attribute, draft.manifest, found.get(name, {"distinct": 0, "values": []}))
        for name, attribute in draft.attributes.items()
    ]


def _entry(name: str, attribute: Attribute, manifest: pl.DataFrame, facet: dict[str, Any]) -> dict[str, Any]:
    values = manifest[PREFIX + name] if PREFIX + name in manifest.columns else pl.Series([""] * manifest.height)
    entry = {
        "attribute": name, "type": attribute.type, "required": attribute.required, "distinct": facet["distinct"],
        "missing": int((values == "").sum()), "values": facet["values"][:MOST_VALUES],
    }  # fmt: skip
    if attribute.type == "number":
        numbers = values.cast(pl.Float64, strict=False)
        entry |= {"minimum": numbers.min(), "maximum": numbers.max()}
    return entry | ({"suits": "enum"} if suits_enum(attribute, facet) else {})


def suits_enum(attribute: Attribute, facet: Mapping[str, Any]) -> bool:
    """Whether it could be an enum, which is never inferred: a later import may bring values that this one has not.

    `facet` has the values that the images have.
    """
    images = sum(value["count"] for value in facet["values"])
    is_open = attribute.type in ("text", "number") and 2 <= facet["distinct"] <= MOST_VALUES
    return is_open and images >= FEWEST_OF_A_VALUE * facet["distinct"]
