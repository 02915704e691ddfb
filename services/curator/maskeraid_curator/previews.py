"""What a dry run shows of the attributes: of which type each is, which values it has, how many images lack it."""

from typing import Any

import polars as pl

from maskeraid_core.documents.datasets import Attribute
from maskeraid_core.manifests import PREFIX, facets
from maskeraid_curator.drafts import Draft

MOST_VALUES = 20  # of one attribute


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
    return entry
