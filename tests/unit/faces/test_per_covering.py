"""The store of what coverings make of models: bounded by bytes, and by the life of the model."""

import gc
from dataclasses import dataclass, replace

import numpy as np
import pytest
from tests.unit.inference.made_models import make_model

from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.filling.per_covering import PerCovering
from maskeraid_faces.images import Covering, Floats

COVERINGS = [np.arange(16).reshape(4, 4) == place for place in range(6)]
BYTES = 4000  # of what is made


@dataclass(frozen=True)
class System:
    """As those of coverings are: arrays in fields, and within tuples."""

    gram: Floats
    factor: tuple[Floats, bool]


class Maker:
    """Makes systems and counts them."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, model: FaceModel, covering: Covering) -> System:
        self.made += 1
        return System(np.zeros(600, np.float32), (np.zeros(400, np.float32), True))


@pytest.fixture
def maker() -> Maker:
    return Maker()


class TestPerCovering:
    def test_keeps_no_more_than_its_bytes(self, maker: Maker) -> None:
        store, model = PerCovering(maker, 12, most_bytes=3 * BYTES), replace(make_model())
        for covering in COVERINGS:
            store.get(model, covering)
        assert store.taken == 3 * BYTES
        store.get(model, COVERINGS[3])  # of the last three the first
        store.get(model, COVERINGS[0])
        store.get(model, COVERINGS[3])
        assert maker.made == len(COVERINGS) + 1

    def test_keeps_the_newest_however_large(self, maker: Maker) -> None:
        store, model = PerCovering(maker, 12, most_bytes=1), replace(make_model())
        for place in (0, 0, 1, 1):
            store.get(model, COVERINGS[place])
        assert (maker.made, store.taken) == (2, BYTES)

    def test_lets_go_of_a_model_that_is_gone(self, maker: Maker) -> None:
        store, stays, goes = PerCovering(maker, 12), replace(make_model()), replace(make_model())
        for model in (stays, goes):
            store.get(model, COVERINGS[0])
        assert store.taken == 2 * BYTES
        del goes, model
        gc.collect()
        assert store.taken == BYTES
