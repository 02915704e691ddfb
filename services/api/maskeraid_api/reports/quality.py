"""Which images of a version a model will hardly learn features from."""

from typing import Any

import polars as pl

from maskeraid_api.selected_images import Part
from maskeraid_core.ids import image_id
from maskeraid_core.quality import COLUMNS, SHARPNESS, WARNING, quality_facets, quality_sentence

MOST_WORST = 20


def find_quality(part: Part) -> dict[str, Any]:
    """Fields of the report but those that say of what it is."""
    rows = part.columns(["row", "near_duplicate_of", *COLUMNS.values()])
    warnings = rows[COLUMNS[WARNING]]
    measured = rows.height - warnings.null_count()
    counted = {facet["attribute"]: facet["values"] for facet in quality_facets([rows])}
    counts = {one["value"]: one["count"] for one in counted.pop(WARNING, [])}
    counts = dict(sorted(counts.items(), key=lambda one: -one[1]))
    has_any = rows.filter(pl.col(COLUMNS[WARNING]).list.len() > 0)
    worst = has_any.sort(
        pl.col(COLUMNS[WARNING]).list.len(), pl.col(COLUMNS[SHARPNESS]), descending=[True, False]
    ).head(MOST_WORST)
    return {
        "measured": measured,
        "sentence": quality_sentence(rows.height, measured, has_any.height, counts),
        "warnings": [
            {"warning": code, "count": count, "share": round(count / measured, 4)} for code, count in counts.items()
        ],
        "histograms": [
            {"measure": name, "bins": [{key: one[key] for key in ("low", "high", "count")} for one in values]}
            for name, values in counted.items()
        ],
        "worst": [image_id(part.version.dataset_id, row) for row in worst["row"]],
        "near_duplicates": rows["near_duplicate_of"].count(),
    }
