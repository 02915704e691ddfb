"""Suggests values of attributes for images that lack them, learned from those of the same dataset that have them.

What is suggested lies in columns of its own (`maskeraid_core.suggestions`) until somebody confirms it.
scikit-learn is loaded when the first import asks for suggestions.
"""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from PIL import Image as Pictures

from maskeraid_core.attributes import Schema
from maskeraid_core.blobs import image_key
from maskeraid_core.documents.datasets import COVERING, IDENTITIES, identity_in
from maskeraid_core.manifests import PREFIX, attributes_of, facets
from maskeraid_core.portal import PortalStores
from maskeraid_core.suggestions import CONFIDENCE, VALUE, columns_of, suggested_in, without_suggestions
from maskeraid_curator.drafts import Before, Draft, Make
from maskeraid_curator.generating import Objects
from maskeraid_curator.previews import MOST_VALUES, suits_enum

if TYPE_CHECKING:
    from maskeraid_faces.suggesting import Basis, Suggester

SEED = 0
MOST_LEARNED_FROM = 20_000  # images, drawn by the seed: 35 MB of small pictures
MOST_ATTRIBUTES = 20  # the others are said to be left out; each takes some seconds
MOST_KEPT = 50_000  # small pictures of images on their way in, 86 MB; the others are read again
BATCH = 256  # images that are read at once
NOT_SUGGESTED = "{}: nothing is suggested, for {}"
NOTHING_MISSING = (
    "no values are suggested: that is for attributes which some images lack, of the types `enum` and `bool`, or of at "
    "most {} values that 8 images each have on average; there are none in this dataset"
)
LEFT_OUT = "{}: nothing is suggested, for of one import {} attributes are learned at most"


class SmallPictures:
    """Images as they are learned from, kept by digest when they come in, or else read from the store."""

    def __init__(self, port: PortalStores, tenant: str, check: Callable[[], None]) -> None:
        """`check` raises when there is no more reading on."""
        self._port, self._tenant, self._check = port, tenant, check
        self._kept: dict[str, NDArray[np.uint8]] = {}

    def keep(self, objects: Objects) -> None:
        """Note images that are about to be stored."""
        for key, data in objects:
            digest = key.rpartition("/")[2].removesuffix(".png")
            if key == image_key(self._tenant, digest) and len(self._kept) < MOST_KEPT:
                self._kept[digest] = _small(data)

    def read(self, digests: Sequence[str]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.uint8]]]:
        """Batches of places among the digests and their pictures (n, 24, 24, 3); those that are gone are left out."""
        for first in range(0, len(digests), BATCH):
            self._check()
            places = range(first, min(first + BATCH, len(digests)))
            absent = [digests[place] for place in places if digests[place] not in self._kept]
            stored = self._port.call(
                self._port.stores.blobs.get_those_there, [(image_key(self._tenant, one), one) for one in absent]
            )
            fresh = {digest: _small(data) for digest, data in zip(absent, stored, strict=True) if data is not None}
            found = [(place, self._kept.get(digests[place], fresh.get(digests[place]))) for place in places]
            there = [(place, picture) for place, picture in found if picture is not None]
            if there:
                yield np.array([place for place, _ in there]), np.stack([picture for _, picture in there])


def _small(png: bytes) -> NDArray[np.uint8]:
    from maskeraid_faces.suggesting import small_picture

    return small_picture(np.asarray(Pictures.open(io.BytesIO(png), formats=("PNG",)).convert("RGB")))


@dataclass
class Suggesting:
    """An import's wish for suggestions, and what came of it."""

    pictures: SmallPictures
    check: Callable[[], None]

    def __post_init__(self) -> None:
        self.suggested: list[dict[str, Any]] = []  # an entry an attribute
        self.reasons: list[str] = []  # why others have none

    def after(self, make: Make) -> Make:
        """The same version with suggestions, in the place of those that it had."""

        def made(before: Before) -> Draft:
            draft = make(before)
            old = suggested_in(draft.manifest)
            manifest = self._suggest(without_suggestions(draft.manifest, old), draft.attributes)
            is_change = suggested_in(manifest) != old or not _same(draft.manifest, manifest, old)
            return replace(draft, manifest=manifest, is_change=draft.is_change or is_change)

        return made

    def _suggest(self, manifest: pl.DataFrame, schema: Schema) -> pl.DataFrame:
        self.suggested, self.reasons = [], []
        wanted = _wanted(manifest, schema)
        if not wanted:
            self.reasons.append(NOTHING_MISSING.format(MOST_VALUES))
            return manifest
        self.reasons += [LEFT_OUT.format(name, MOST_ATTRIBUTES) for name in wanted[MOST_ATTRIBUTES:]]
        basis, known = self._learn(manifest, wanted[:MOST_ATTRIBUTES])
        return manifest if basis is None or not known else self._tell(manifest, basis, known)

    def _learn(self, manifest: pl.DataFrame, wanted: Sequence[str]) -> tuple["Basis | None", Mapping[str, "Suggester"]]:
        """What is known afterwards of each attribute that can be told."""
        from maskeraid_faces.suggesting import NothingToSuggest, fit_basis, learn

        rows, pictures = self._learned_from(manifest, wanted)
        if len(pictures) < 2:
            self.reasons += [NOT_SUGGESTED.format(name, "no image with a value can be read") for name in wanted]
            return None, {}
        basis, known = fit_basis(pictures, SEED), {}
        features = np.concatenate(
            [basis.features(pictures[first : first + BATCH]) for first in range(0, len(pictures), BATCH)]
        )
        identity = identity_in(attributes_of(rows))
        persons = None if identity is None else _texts(rows, PREFIX + identity)
        for name in wanted:
            self.check()
            labels = _texts(rows, PREFIX + name)
            has_one = labels != ""
            try:
                known[name] = learn(
                    features[has_one], labels[has_one], None if persons is None else persons[has_one], SEED
                )
            except NothingToSuggest as nothing:
                self.reasons.append(NOT_SUGGESTED.format(name, nothing))
        return basis, known

    def _learned_from(self, manifest: pl.DataFrame, wanted: Sequence[str]) -> tuple[pl.DataFrame, NDArray[np.uint8]]:
        """Rows that have a value of some attribute, and their small pictures; of many those that a seed draws."""
        rows = manifest.filter(pl.any_horizontal(pl.col(PREFIX + name) != "" for name in wanted))
        if rows.height > MOST_LEARNED_FROM:
            chosen = np.random.default_rng(SEED).choice(rows.height, MOST_LEARNED_FROM, replace=False)
            rows = rows[np.sort(chosen)]
        batches = list(self.pictures.read(rows["sha256"].to_list()))
        if not batches:
            return rows.head(0), np.empty((0, 0, 0, 3), np.uint8)
        return rows[np.concatenate([places for places, _ in batches])], np.concatenate([one for _, one in batches])

    def _tell(self, manifest: pl.DataFrame, basis: "Basis", known: Mapping[str, "Suggester"]) -> pl.DataFrame:
        """The manifest with the columns of what is suggested; an image is read once, and not kept."""
        lacks = {name: (_texts(manifest, PREFIX + name) == "") for name in known}
        values = {name: np.full(manifest.height, None, object) for name in known}
        confidences = {name: np.full(manifest.height, np.nan, np.float32) for name in known}
        lacking = np.flatnonzero(np.any(list(lacks.values()), axis=0))
        for places, pictures in self.pictures.read(manifest["sha256"].gather(lacking).to_list()):
            rows, features = lacking[places], basis.features(pictures)
            for name, suggester in known.items():
                is_asked = lacks[name][rows]
                if is_asked.any():
                    told = suggester.suggest(features[is_asked])
                    values[name][rows[is_asked]], confidences[name][rows[is_asked]] = told
        self.suggested = [_said(name, one, values[name]) for name, one in known.items()]
        columns = [
            column
            for name in known
            if any(value is not None for value in values[name])
            for column in (
                pl.Series(VALUE + name, values[name].tolist(), pl.String),
                pl.Series(CONFIDENCE + name, confidences[name], pl.Float32, nan_to_null=True),
            )
        ]
        return manifest.with_columns(columns)


def _wanted(manifest: pl.DataFrame, schema: Schema) -> list[str]:
    """Attributes of few values that some images lack. Who is shown, and what is worn, is not guessed."""
    named = [
        name
        for name in schema
        if name not in (*IDENTITIES, COVERING)
        and PREFIX + name in manifest.columns
        and (manifest[PREFIX + name].fill_null("") == "").any()
    ]
    counted = {facet["attribute"]: facet for facet in facets(manifest.select(PREFIX + name for name in named))}
    return [name for name in named if schema[name].type in ("enum", "bool") or suits_enum(schema[name], counted[name])]


def _texts(rows: pl.DataFrame, column: str) -> NDArray[np.str_]:
    return np.asarray(rows[column].fill_null("").to_list(), np.str_)


def _same(first: pl.DataFrame, second: pl.DataFrame, names: Sequence[str]) -> bool:
    columns = columns_of(names)
    kinds = {column: pl.Float32 for column in columns if column.startswith(CONFIDENCE)}
    return first.select(columns).cast(kinds).equals(second.select(columns))  # type: ignore[arg-type]


def _said(name: str, suggester: "Suggester", values: NDArray[np.object_]) -> dict[str, Any]:
    """For the import's result."""
    return {
        "attribute": name, "images": int(sum(value is not None for value in values)), "values": list(suggester.values),
        "learned_from": suggester.learned_from, "accuracy": round(suggester.accuracy, 4),
        "accuracy_low": round(suggester.low, 4), "accuracy_high": round(suggester.high, 4),
    }  # fmt: skip
