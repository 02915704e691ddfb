"""Re-imaging with the thesis's network as the chooser, and explained."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.faces.made_networks import network_that_looks_at
from tests.unit.inference.made_models import covered_face
from tests.unit.inference.test_reimaging import BY_USER, DARK, LIGHT, LOWER_HALF, ask, run

from maskeraid_faces.drawing.covered import MASK
from maskeraid_faces.errors import NoSuitableModel
from maskeraid_inference.answer import write_answer
from maskeraid_inference.choosing import shares_of

MODELS = ("mdl_dark", "mdl_light")
NETWORK = network_that_looks_at(2, 3, MODELS)  # of a light face, skin: red, which speaks for the light model
BY_CNN = {"selector": "cnn", "selector_id": "sel_1", "candidates": 2}


class TestChoice:
    def test_the_network_chooses_with_its_distribution(self) -> None:
        choice = run(covered_face("light"), ask(**BY_CNN), network=NETWORK).choice
        assert choice is not None
        assert (choice.by, choice.version) == ("cnn", LIGHT)
        assert [row["model"] for row in choice.distribution] == ["faces-light", "faces-dark"]
        assert sum(row["probability"] for row in choice.distribution) == pytest.approx(1)
        assert choice.compared is None

    def test_it_always_answers(self) -> None:
        """Where the attributes would say that none fits."""
        odd = covered_face("light")
        skin = (odd == (241, 194, 150)).all(axis=2)
        odd[skin] = (240, 40, 240)
        with pytest.raises(NoSuitableModel):
            run(odd, ask(until="selection"), covering_map=LOWER_HALF)
        by_cnn = ask(**BY_CNN, until="selection")
        choice = run(odd, by_cnn, covering_map=LOWER_HALF, network=NETWORK).choice
        assert choice is not None
        assert choice.by == "cnn"

    def test_models_that_are_gone_have_no_share(self) -> None:
        (row,) = shares_of(NETWORK, covered_face("light"), [DARK])
        assert (row["model_id"], row["version"], row["probability"]) == ("mdl_dark", 1, 1.0)

    def test_a_network_of_other_models_says_what_to_do(self) -> None:
        stranger = replace(NETWORK, models=("mdl_a", "mdl_b"))
        with pytest.raises(NoSuitableModel, match="let it learn anew"):
            run(covered_face("light"), ask(**BY_CNN), network=stranger)

    def test_a_model_that_the_user_names_comes_first(self) -> None:
        choice = run(covered_face("dark"), ask(**BY_CNN, model=BY_USER), versions=[LIGHT], network=NETWORK).choice
        assert choice is not None
        assert choice.by == "user"


class TestExplained:
    def test_both_ways_are_compared_whoever_chooses(self) -> None:
        for by, options in (("cnn", BY_CNN), ("attributes", {**BY_CNN, "selector": "attributes"})):
            choice = run(covered_face("light"), ask(**options, explain=True), network=NETWORK).choice
            assert choice is not None
            told = choice.to_dict()["selection"]
            assert told["by"] == by
            assert {way: len(rows) for way, rows in told["compared"].items()} == {"attributes": 3, "cnn": 2}
            assert told["compared"]["attributes"][0]["tone_de00"] == 0.0

    def test_the_files_show_what_drove_the_choice(self) -> None:
        spec = ask(**BY_CNN, explain=True)
        reimaged = run(covered_face("light"), spec, network=NETWORK)
        assert reimaged.explained is not None
        assert reimaged.explained.pictures.keys() == {"why.png", "features-first.png", "features-last.png"}
        hot = reimaged.explained.pictures["why.png"].astype(int)
        assert (hot[..., 0] - hot[..., 2])[8:12, 12:16].min() > 50
        assert (hot[..., 0] - hot[..., 2])[20:].max() == 0
        answer = write_answer(reimaged, spec, "rim_1")
        assert {"why.png", "features-first.png", "features-last.png"} <= answer.files.keys()
        explained = answer.result["selection"]["explained"]
        assert explained["method"] == "occlusion"
        assert answer.result["selection"]["selector_id"] == "sel_1"

    def test_without_a_selector_the_attributes_are_explained(self) -> None:
        spec = ask(explain=True, candidates=2)
        answer = write_answer(run(covered_face("light"), spec), spec, "rim_1")
        assert "why.png" in answer.files
        assert "features-first.png" not in answer.files
        explained = answer.result["selection"]["explained"]
        assert explained["method"] == "attributes"
        assert explained["parts"]["tone"] > 0.7
        assert answer.result["selection"]["compared"].keys() == {"attributes"}

    def test_covered_pixels_say_nothing_of_attributes(self) -> None:
        reimaged = run(covered_face("light"), ask(explain=True, until="selection"))
        assert reimaged.explained is not None
        picture = reimaged.explained.pictures["why.png"]
        assert np.ptp(picture[MASK], axis=1).max() == 0  # grey

    def test_is_left_out_unless_asked_for(self) -> None:
        spec = ask(candidates=2)
        answer = write_answer(run(covered_face("light"), spec, network=NETWORK), spec, "rim_1")
        assert "why.png" not in answer.files
        assert not {"explained", "compared"} & answer.result["selection"].keys()

    def test_a_choice_of_the_users_has_feature_maps_alone(self) -> None:
        spec = ask(explain=True, model=BY_USER, candidates=2)
        answer = write_answer(run(covered_face("light"), spec, versions=[LIGHT], network=NETWORK), spec, "rim_1")
        assert answer.result["selection"]["explained"] == {"features": ["features-first.png", "features-last.png"]}
