"""Identifiers: a prefix and a ULID, so that they sort by time.

An image is found by its dataset and row, without an index.
"""

import hashlib
import re
from datetime import UTC, datetime

from ulid import ULID

ULID_PATTERN = "[0-7][0-9A-HJKMNP-TV-Z]{25}"
LAST_MILLISECOND = 253_402_214_400_000  # 9999-12-31; identifiers have room for eight thousand years
_IMAGE = re.compile(rf"img_({ULID_PATTERN})_([0-9]{{6,9}})")


def new_id(prefix: str) -> str:
    """A new identifier, `prefix_ULID`."""
    return f"{prefix}_{ULID()}"


def twin_id(prefix: str, of: str) -> str:
    """The identifier with another prefix that belongs to `of`: a training and its model share one ULID."""
    return f"{prefix}_{of.partition('_')[2]}"


def derived_id(prefix: str, at: datetime, *parts: str) -> str:
    """An identifier that is the same for the same time and parts, and still sorts by time."""
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    milliseconds = int(at.timestamp() * 1000)
    return f"{prefix}_{ULID.from_bytes(milliseconds.to_bytes(6, 'big') + digest[:10])}"


def numbered_id(prefix: str, at: datetime, number: int) -> str:
    """An identifier that tells a number, and sorts by time."""
    milliseconds = int(at.timestamp() * 1000)
    return f"{prefix}_{ULID.from_bytes(milliseconds.to_bytes(6, 'big') + number.to_bytes(10, 'big'))}"


def number_of(identifier: str) -> int:
    """The number that `numbered_id` put in; of any other identifier a number without meaning, up to 2^80."""
    return int.from_bytes(ULID.from_str(identifier.partition("_")[2]).bytes[6:], "big")


def item_id(batch_id: str, index: int) -> str:
    """The identifier of the re-imaging that a batch makes of one input; those of a batch sort by their index, 0 first.

    Known before it is made: whoever makes the items of a batch once more makes no second ones.
    """
    own = ULID.from_str(batch_id.partition("_")[2]).bytes
    return f"rim_{ULID.from_bytes(own[:14] + index.to_bytes(2, 'big'))}"


def index_of(reimaging_id: str, batch_id: str) -> int | None:
    """Which item of a batch an identifier means; None when it means none."""
    try:
        index = int.from_bytes(ULID.from_str(reimaging_id.partition("_")[2]).bytes[14:], "big")
    except ValueError:
        return None
    return index if item_id(batch_id, index) == reimaging_id else None


def time_of(identifier: str) -> datetime:
    """When an identifier was made, as it says itself; at the latest when the calendar ends."""
    milliseconds = ULID.from_str(identifier.partition("_")[2]).milliseconds
    return datetime.fromtimestamp(min(milliseconds, LAST_MILLISECOND) / 1000, UTC)


def image_id(dataset_id: str, row: int) -> str:
    """The identifier of one image of a dataset; stable over its versions."""
    return f"img_{dataset_id.partition('_')[2]}_{row:06d}"


def parse_image_id(value: str) -> tuple[str, int] | None:
    """Dataset id and row of an image id, or None when it is not one."""
    found = _IMAGE.fullmatch(value)
    return (f"ds_{found[1]}", int(found[2])) if found else None
