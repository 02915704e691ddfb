"""Which pixels drove a choice, and how feature maps are shown."""

import numpy as np
import pytest
from tests.unit.faces.made_networks import network_that_looks_at

from maskeraid_faces.drawing.covered import COVERINGS
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.selection import make_prototypes
from maskeraid_faces.selection.choose import choose_model, parts_of_lead
from maskeraid_faces.selection.face_colours import colour_regions, face_colours
from maskeraid_faces.selection.map_sheet import FACE_SIDE, GAP, TILE, draw_maps
from maskeraid_faces.selection.pool import ModelSummary
from maskeraid_faces.selection.why import draw_heat, pixels_of_attributes, pixels_of_network

MASK = COVERINGS["mask"]
LIGHT = draw_faces("faces-light").images[0]


def summary(dataset: str) -> ModelSummary:
    return ModelSummary(dataset, dataset, make_prototypes(draw_faces(dataset).images, "drawn"), "drawn")


class TestAttributes:
    def test_regions_are_where_the_colours_come_from(self) -> None:
        regions = colour_regions(LIGHT, MASK, "drawn")
        assert {name: int(region.sum()) > 0 for name, region in regions.items()} == dict.fromkeys(regions, True)
        for name, region in regions.items():
            assert len(np.unique(LIGHT[region], axis=0)) == 1, name
            assert not (region & MASK).any()
        assert regions["hair"][4, 10]
        assert regions["tone"][9, 15]

    def test_of_photographs_are_looked_at_likewise(self) -> None:
        rng = np.random.default_rng(0)
        photo = np.clip(LIGHT.astype(int) + rng.integers(-9, 10, LIGHT.shape), 0, 255).astype(np.uint8)
        regions = colour_regions(photo, MASK, "photo")
        colours = face_colours(photo, MASK, "photo")
        assert all(region.any() for region in regions.values())
        assert colours.tone is not None

    def test_each_attribute_has_its_part_spread_over_its_pixels(self) -> None:
        heat = pixels_of_attributes(LIGHT, MASK, "drawn", {"tone": 0.5, "hair": 0.5})
        regions = colour_regions(LIGHT, MASK, "drawn")
        assert heat.max() == 1
        assert heat[MASK].max() == 0
        assert heat[regions["eyes"]].max() == 0
        assert heat[regions["tone"]].sum() == pytest.approx(heat[regions["hair"]].sum(), rel=1e-5)

    def test_tone_leads_when_tones_differ(self) -> None:
        """Fig. 25's face has black hair, which speaks for the medium model."""
        faces = draw_faces("faces-test")
        assert faces.truth is not None
        row = faces.truth.figures.index("25")
        chosen = choose_model(faces.images[row], MASK, [summary("faces-light"), summary("faces-medium")])
        parts = parts_of_lead(chosen)
        assert parts["tone"] > 0.9
        assert sum(parts.values()) == pytest.approx(1)

    def test_of_one_model_alone_the_weights_are_told(self) -> None:
        parts = parts_of_lead(choose_model(LIGHT, MASK, [summary("faces-light")]))
        assert parts["tone"] == pytest.approx(1 / 1.07)


class TestNetwork:
    def test_the_patch_that_it_looks_at_is_hot(self) -> None:
        face = np.zeros((32, 32, 3), np.uint8)
        face[8:12, 20:24] = 255
        heat = pixels_of_network(network_that_looks_at(2, 5), face, "b")
        assert heat.shape == (32, 32)
        assert heat[8:12, 20:24].min() == 1
        assert heat.sum() == 16

    def test_what_speaks_against_it_is_cold(self) -> None:
        face = np.zeros((32, 32, 3), np.uint8)
        face[8:12, 20:24] = 255
        assert pixels_of_network(network_that_looks_at(2, 5), face, "a").max() == 0


class TestPictures:
    def test_heat_is_laid_over_the_face_in_grey(self) -> None:
        heat = np.zeros((32, 32), np.float32)
        heat[0, 0] = 1
        large = LIGHT.repeat(3, axis=0).repeat(3, axis=1)
        picture = draw_heat(large, heat)
        assert picture.shape == large.shape
        assert picture[0, 0, 0] > picture[0, 0, 2] + 50
        assert np.ptp(picture[50, 50]) == 0

    def test_the_strongest_maps_come_first(self) -> None:
        maps = np.zeros((4, 4, 40), np.float32)
        maps[:2, :, 7] = 2
        maps[:, :2, 9] = 1
        sheet = draw_maps(LIGHT, maps)
        left = FACE_SIDE + 2 * GAP
        assert sheet[0, left].tolist() == [255] * 3  # the upper half of map 7 is white
        assert sheet[TILE - 1, left].tolist() == [0] * 3
        assert sheet[TILE - 1, left + TILE + GAP].tolist() == [255] * 3  # then the left half of map 9
        assert sheet.shape == (FACE_SIDE, left + 8 * (TILE + GAP) - GAP, 3)
