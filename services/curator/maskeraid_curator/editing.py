"""Edits of images that are there: values set or taken away, or the images themselves. No image is read or copied."""

import polars as pl

from maskeraid_core.attributes import ValueRefused, fit_change
from maskeraid_core.documents.datasets import Edit
from maskeraid_core.errors import ValidationFailed
from maskeraid_core.import_reports import complete_report
from maskeraid_core.manifests import PREFIX, filter_manifest, parse_where
from maskeraid_curator.drafts import NEAR_DUPLICATE_OF, Before, Draft

NONE_LEFT = "This would delete every image of the dataset: delete the dataset instead."
GONE = "the image was deleted before its turn came"


def edited(edit: Edit, before: Before) -> Draft:
    """The version with the edit; the other rows, and the numbers of all, stay as they are.

    Raises: ValidationFailed for values that do not fit the schema (any more), and when no image would be left.
    """
    manifest = _with_all_attributes(before)
    chosen = _chosen(edit, manifest)
    draft = _without(chosen, manifest) if edit.delete else _with_values(edit, chosen, manifest, before)
    manifest, outcomes = draft
    report = complete_report(pl.concat([outcomes, _gone(edit, before.manifest)], how="diagonal_relaxed"))
    is_change = bool(outcomes["outcome"].is_in(["edited", "deleted"]).any())
    return Draft(before, manifest, before.dataset.attributes, report, is_change)


def _with_all_attributes(before: Before) -> pl.DataFrame:
    """Also those of the schema that no image has a value of yet."""
    columns = [PREFIX + name for name in before.dataset.attributes]
    missing = [pl.lit("").alias(column) for column in columns if column not in before.manifest.columns]
    return before.manifest.with_columns(missing)


def _chosen(edit: Edit, manifest: pl.DataFrame) -> pl.DataFrame:
    if edit.rows is not None:
        return manifest.filter(pl.col("row").is_in(edit.rows))
    return filter_manifest(manifest, parse_where(edit.where, "/source"))


def _without(chosen: pl.DataFrame, manifest: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What is left, and the outcomes; no row that is left points to one that is not."""
    gone = chosen["row"].to_list()
    left = manifest.filter(~pl.col("row").is_in(gone))
    if left.is_empty():
        raise ValidationFailed(NONE_LEFT, pointer="/source/delete")
    if NEAR_DUPLICATE_OF in left.columns:
        points_to_one = pl.col(NEAR_DUPLICATE_OF).is_in(gone)
        left = left.with_columns(
            pl.when(points_to_one).then(None).otherwise(NEAR_DUPLICATE_OF).alias(NEAR_DUPLICATE_OF)
        )
    return left, _outcomes(chosen, pl.lit("deleted"))


def _with_values(
    edit: Edit, chosen: pl.DataFrame, manifest: pl.DataFrame, before: Before
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All rows, those that were chosen with the new values, and the outcomes."""
    try:
        fitting = {name: fit_change(name, value, before.dataset.attributes) for name, value in edit.set.items()}
    except ValueRefused as refusal:
        raise ValidationFailed(str(refusal), pointer=f"/source/set{refusal.pointer}") from refusal
    values = {PREFIX + name: value or "" for name, value in fitting.items()}
    is_chosen = pl.col("row").is_in(chosen["row"].to_list())
    changed = [
        pl.when(is_chosen).then(pl.lit(value)).otherwise(column).alias(column) for column, value in values.items()
    ]
    differs = pl.any_horizontal(pl.col(column) != value for column, value in values.items())
    outcome = pl.when(differs).then(pl.lit("edited")).otherwise(pl.lit("unchanged"))
    return manifest.with_columns(changed), _outcomes(chosen, outcome)


def _outcomes(chosen: pl.DataFrame, outcome: pl.Expr) -> pl.DataFrame:
    return chosen.select("row", "file", outcome.alias("outcome"), pl.col("id").alias("image_id"))


def _gone(edit: Edit, manifest: pl.DataFrame) -> pl.DataFrame:
    """Images that were named, and that another import has deleted since."""
    rows = sorted(set(edit.rows or ()) - set(manifest["row"]))
    told = {"file": "", "outcome": "rejected", "code": "not_found", "detail": GONE}
    return pl.DataFrame({"row": rows}, schema={"row": pl.Int64}).with_columns(
        pl.lit(value).alias(name) for name, value in told.items()
    )
