"""Likeness: the distance of two looks, brightness aside."""

import numpy as np
import pytest

import maskeraid_api.image_order as image_order
from maskeraid_api.image_order import distances_from


def test_distance_is_the_deviation_of_the_differences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_order, "BLOCK", 7)
    looks = np.random.default_rng(1).integers(0, 200, (40, 192)).astype(np.uint8)
    looks[3] = looks[11] + 30
    one = looks[11].astype(np.float32)
    by_hand = (looks.astype(np.float64) - looks[11]).std(1)
    assert np.allclose(distances_from(looks, one), by_hand, atol=1e-3)
    assert distances_from(looks, one)[[3, 11]].tolist() == [0, 0]
