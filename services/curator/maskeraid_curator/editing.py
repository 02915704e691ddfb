"""Edits of images that are there: values set, taken away, or confirmed, or the images themselves taken out.

No image is read or copied.
"""

import polars as pl

from maskeraid_core.attributes import ValueRefused, fit_change
from maskeraid_core.documents.datasets import Edit
from maskeraid_core.errors import ValidationFailed
from maskeraid_core.import_reports import complete_report
from maskeraid_core.manifests import PREFIX, filter_manifest, parse_where
from maskeraid_core.suggestions import VALUE, suggested_in, surer_than, without_suggestions
from maskeraid_curator.drafts import NEAR_DUPLICATE_OF, Before, Draft

NONE_LEFT = "This would delete every image of the dataset: delete the dataset instead."
MEANT = "is_meant"  # a column of the moment
GONE = "the image was deleted before its turn came"


def edited(edit: Edit, before: Before) -> Draft:
    """The version with the edit; the other rows, and the numbers of all, stay as they are.

    Raises: ValidationFailed for values that do not fit the schema (any more), and when no image would be left.
    """
    manifest = _with_all_attributes(before)
    chosen = _chosen(edit, manifest)
    if edit.delete:
        manifest, outcomes = _without(chosen, manifest)
    elif edit.confirm or edit.dismiss:
        manifest, outcomes = _with_suggestions_settled(edit, chosen, manifest)
    else:
        manifest, outcomes = _with_values(edit, chosen, manifest, before)
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
    return filter_manifest(manifest, parse_where(edit.where, "/source"), with_suggestions=True)


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
    given = [name for name, value in fitting.items() if value]  # what a person says replaces what was suggested
    return without_suggestions(manifest.with_columns(changed), given, is_chosen), _outcomes(chosen, outcome)


def _with_suggestions_settled(
    edit: Edit, chosen: pl.DataFrame, manifest: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All rows, of those that were chosen suggestions confirmed or dismissed, and the outcomes.

    A suggestion that is gone since is no error: its image stays as it is.
    """
    least = edit.least_confidence or 0.0
    confirmed = {name: surer_than(name, least) for name in edit.confirm if name in suggested_in(manifest)}
    dismissed = {name: surer_than(name, 0.0) for name in edit.dismiss if name in suggested_in(manifest)}
    is_chosen = pl.col("row").is_in(chosen["row"].to_list())
    outcome = pl.when(pl.any_horizontal(pl.lit(value=False), *confirmed.values(), *dismissed.values()))
    outcomes = _outcomes(chosen, outcome.then(pl.lit("edited")).otherwise(pl.lit("unchanged")))
    for name, is_meant in {**dismissed, **confirmed}.items():
        meant = is_chosen & is_meant
        if name in confirmed:
            value = pl.when(meant).then(VALUE + name).otherwise(PREFIX + name)
            manifest = manifest.with_columns(value.alias(PREFIX + name), meant.alias(MEANT))
        else:
            manifest = manifest.with_columns(meant.alias(MEANT))
        manifest = without_suggestions(manifest, [name], pl.col(MEANT)).drop(MEANT)
    return manifest, outcomes


def _outcomes(chosen: pl.DataFrame, outcome: pl.Expr) -> pl.DataFrame:
    return chosen.select("row", "file", outcome.alias("outcome"), pl.col("id").alias("image_id"))


def _gone(edit: Edit, manifest: pl.DataFrame) -> pl.DataFrame:
    """Images that were named, and that another import has deleted since."""
    rows = sorted(set(edit.rows or ()) - set(manifest["row"]))
    told = {"file": "", "outcome": "rejected", "code": "not_found", "detail": GONE}
    return pl.DataFrame({"row": rows}, schema={"row": pl.Int64}).with_columns(
        pl.lit(value).alias(name) for name, value in told.items()
    )
