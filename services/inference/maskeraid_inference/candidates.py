"""The versions that Selection may choose from, with what it asks of them."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, overload

import numpy as np

from maskeraid_core.documents.models import ModelVersion
from maskeraid_faces.face_model import FaceModel, Prototype
from maskeraid_faces.selection.looks import OwnLooks
from maskeraid_faces.selection.pool import ModelPool, ModelSummary

UNSOUND = {"collapse", "undertrained", "copying"}

Load = Callable[[ModelVersion], FaceModel]


class Candidates(Sequence[ModelVersion]):
    """Versions to choose from, and what Selection asks of them, made once."""

    def __init__(self, versions: Sequence[ModelVersion]) -> None:
        self._versions = tuple(versions)
        self._pool: tuple[Load, ModelPool] | None = None

    @overload
    def __getitem__(self, place: int) -> ModelVersion: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[ModelVersion]: ...
    def __getitem__(self, place: int | slice) -> ModelVersion | Sequence[ModelVersion]:
        return self._versions[place]

    def __len__(self) -> int:
        return len(self._versions)

    @cached_property
    def by_id(self) -> Mapping[str, ModelVersion]:
        return {version.id: version for version in self._versions}

    def pool(self, load: Load) -> ModelPool:
        """What Selection compares a face with; `load` gives the models of the nearest."""
        known = self._pool
        if known is None or known[0] != load:
            known = load, ModelPool.of([_summary(version, load) for version in self._versions])
            self._pool = known
        return known[1]


def _summary(version: ModelVersion, load: Load) -> ModelSummary:
    prototypes = tuple(_prototype(plain) for plain in version.prototypes)
    flags = {flag.get("code") for flag in version.card.get("flags", ())}
    measured = version.card.get("selection", {})
    return ModelSummary(
        version.id, version.name, prototypes, version.kind, partial(load, version),
        images=version.card.get("images"), is_flagged=bool(flags & UNSOUND),
        held_out=tuple(measured.get("held_out_scores", ())),
        looks=OwnLooks.of(measured["looks"]) if "looks" in measured else None,
    )  # fmt: skip


def _prototype(plain: Mapping[str, Any]) -> Prototype:
    tone, hair, eyes = (np.array(plain[name], np.float32) for name in ("tone", "hair", "eyes"))
    return Prototype(tone, hair, eyes, float(plain["share"]))
