"""The tables of layers that a model's version shows, for every architecture."""

from dataclasses import replace
from typing import get_args

import pytest
from tests.unit.faces.filling_models import make_eigen_model

from maskeraid_faces.face_model import TrainedArchitecture
from maskeraid_faces.networks.eigen import EigenShape, build_eigen_generator
from maskeraid_faces.networks.layers import weights_by_name
from maskeraid_faces.networks.stages import widths_for
from maskeraid_trainer.model_version import make_layers


@pytest.mark.parametrize("architecture", get_args(TrainedArchitecture))
def test_both_networks_are_listed_with_their_sums(architecture: TrainedArchitecture) -> None:
    model = replace(
        make_eigen_model(), architecture=architecture, size=16, widths=widths_for(architecture, 16, 32),
        generator=weights_by_name(build_eigen_generator(EigenShape.usual(12, "photo"))),
    )  # fmt: skip
    layers = make_layers(model)
    assert set(layers) == {"generator", "discriminator"}
    for table in layers.values():
        assert table["total"] == sum(row["parameters"] for row in table["rows"]) > 0
    assert layers["generator"]["rows"][-1]["output"] == ([12] if architecture == "eigen" else [16, 16, 3])
    assert layers["discriminator"]["rows"][-1]["output"] == [1]
