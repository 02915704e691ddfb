"""The looks of a version's images: 8 x 8 x 3 levels each, in the order of its manifest."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

LEVELS = 8 * 8 * 3


@dataclass(frozen=True)
class KeptLooks:
    """`levels` are zero where an image's look is not known."""

    levels: NDArray[np.uint8]  # (images, 192)
    is_known: NDArray[np.bool_]  # (images,)

    @property
    def bytes(self) -> int:
        return self.levels.nbytes + self.is_known.nbytes


def read_looks(manifest: bytes, erased: Sequence[int] = ()) -> KeptLooks:
    """From a manifest as Parquet, of any age, without the images of these rows."""
    rows = pl.scan_parquet(io.BytesIO(manifest))
    rows = rows.filter(~pl.col("row").is_in(list(erased))) if erased else rows
    if "look" not in rows.collect_schema():
        count = rows.select(pl.len()).collect().item()
        return KeptLooks(np.zeros((count, LEVELS), np.uint8), np.zeros(count, np.bool_))
    looks = rows.select("look").collect()["look"]
    packed = b"".join(looks.fill_null(bytes(LEVELS)).to_list())
    return KeptLooks(np.frombuffer(packed, np.uint8).reshape(-1, LEVELS), looks.is_not_null().to_numpy())
