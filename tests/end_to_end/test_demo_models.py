"""The first try on an empty install: a drawn face and a model that shipped, no training, by the public API alone."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from maskeraid import Client
from maskeraid_api.sharing import check_may_go_public
from maskeraid_core.demo_models import read_shipped, shipped_in
from maskeraid_faces.drawing.covered import COVERINGS


class TestFirstTry:
    def test_a_covered_face_is_filled_by_a_model_that_shipped(self, client: Client, tmp_path: Path) -> None:
        model = next(one for one in client.models.list() if one.name == "demo-faces-light")
        assert (model.access, model.owner, model.visibility) == ("shared", "MASKERAID demo", "public")
        tests = client.datasets.create("first try", role="test")
        client.imports.generate(tests.id, "faces-test").wait()
        image = client.images.of_dataset(tests.id, where=["tone:light"], limit=100)[0]
        made = client.reimagings.create(image_id=image.id, model={"model_id": model.id}, seed=1).wait()
        assert made.result is not None
        assert made.result["selection"]["model_id"] == model.id
        assert made.result["proof"]["equal"]
        assert set(made.result["steps"]) >= {"generated", "smoothed", "clipped", "final"}
        assert len(made.result["candidates"]) == 8
        checks = client.verifications.create(made.save_bundle(tmp_path / "result.zip")).checks
        assert {check.outcome for check in checks} == {"passed"}  # its visible pixels have been counted anew

    @pytest.mark.parametrize(
        ("options", "possible", "shown"),
        [({}, 25, 8), ({"pick": "random"}, 25, 8), ({"attributes": {"mouth": "2"}}, 5, 5)],
        ids=["spread", "random", "wanted"],
    )
    def test_one_of_25_and_of_a_wanted_mouth_one_of_5(
        self, client: Client, covered_png: Path, options: dict[str, Any], possible: int, shown: int
    ) -> None:
        """Nose and mouth are hidden, of which there are five each (Desentz 2021, section 7.4)."""
        model = next(one for one in client.models.list() if one.name == "demo-faces-light")
        covering = io.BytesIO()
        Image.fromarray(COVERINGS["mask"].astype(np.uint8) * np.uint8(255)).save(covering, "PNG")
        asked = {"model": {"model_id": model.id}, "covering_map": covering.getvalue(), "seed": 5, **options}
        made = client.reimagings.create(covered_png, **asked).wait()
        assert made.result is not None
        assert made.result["combinations"] == {"possible": possible, "shown": shown}
        mouths = {one["attributes"]["mouth"] for one in made.result["candidates"]}
        assert mouths == {"2"} if "attributes" in options else len(mouths) > 1

    def test_its_card_says_that_it_learned_from_drawn_faces(self, client: Client) -> None:
        model = next(one for one in client.models.list() if one.name == "demo-faces-light")
        card = client.models.version(model.id, 1).card
        assert "125 drawn faces" in card["summary"]
        assert [source["attestation"]["basis"] for source in card["sources"]] == ["generated"]


class TestShipped:
    def test_each_may_be_shown_to_everyone(self) -> None:
        shipped = [read_shipped(path) for path in shipped_in()]
        for version in shipped:
            check_may_go_public(version)
            assert not version.card["flags"], version.name
        assert len(shipped) == 3
