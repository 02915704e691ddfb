"""Which new rows of a version look nearly like one before them."""

import numpy as np
import polars as pl

from maskeraid_curator.drafts import NEAR_DUPLICATE_OF
from maskeraid_faces.near_duplicates import find_near_duplicates

COMPARED = ("row", "file", "look", "phash")


def near_duplicates(parent: pl.DataFrame, added: pl.DataFrame) -> pl.DataFrame:
    """Of the added rows, which come in their order, those that are near duplicates: `row`, and `of_row`, `of_file`.

    Drawn and covered pictures are left out, and so are those of older versions that were never measured: what makes the
    first ones differ are a few pixels, and of the second ones the coverings are alike.
    """
    known = _comparable(parent.filter(pl.col(NEAR_DUPLICATE_OF).is_null()) if parent.width else added.head(0))
    judged = _comparable(added)
    compared = pl.concat([known, judged])
    looks = np.frombuffer(b"".join(compared["look"]), np.uint8).reshape(compared.height, -1 if compared.height else 0)
    found = find_near_duplicates(looks, compared["phash"].to_numpy(), known.height)
    is_near = found >= 0
    originals = compared[found[is_near]].select(of_row="row", of_file="file")
    return judged.filter(is_near).select("row").hstack(originals)


def _comparable(rows: pl.DataFrame) -> pl.DataFrame:
    is_covered = pl.col("covering_sha256").cast(pl.String).fill_null("") != ""
    return rows.filter(~is_covered).drop_nulls(["look", "phash"]).select(COMPARED)
