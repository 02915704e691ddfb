"""Which new rows of a version look nearly like one before them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from maskeraid_faces.near_duplicates import find_near_duplicates

Row = Mapping[str, Any]  # of a manifest


def near_duplicates(parent: Sequence[Row], added: Sequence[Row]) -> dict[int, Row]:
    """By the numbers of the added rows, which come in their order: the row that each is a near duplicate of.

    Drawn and covered pictures are left out, and so are those of older versions that were never measured: what makes the
    first ones differ are a few pixels, and of the second ones the coverings are alike.
    """
    known = [row for row in parent if _can_be_compared(row) and row.get("near_duplicate_of") is None]
    judged = [row for row in added if _can_be_compared(row)]
    if not judged:
        return {}
    compared = known + judged
    looks = np.frombuffer(b"".join(row["look"] for row in compared), np.uint8).reshape(len(compared), -1)
    hashes = np.array([row["phash"] for row in compared], np.uint64)
    found = find_near_duplicates(looks, hashes, len(known))
    return {row["row"]: compared[place] for row, place in zip(judged, found, strict=True) if place >= 0}


def _can_be_compared(row: Row) -> bool:
    return row.get("look") is not None and row.get("phash") is not None and not row.get("covering_sha256")
