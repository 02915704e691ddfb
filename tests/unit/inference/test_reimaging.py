"""A re-imaging without queue or database, with models made by NumPy."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.unit.inference.made_models import covered_face, load_made, make_version

from maskeraid_core.documents.models import ModelVersion
from maskeraid_core.documents.reimagings import CoveringChoice, ImageSource, ModelChoice, ReimagingSpec
from maskeraid_faces.coverings.grow import grow
from maskeraid_faces.drawing.covered import COVERINGS, TEAL
from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.errors import (
    AttributesUnreachable,
    BadImage,
    BadSettings,
    NoSuitableModel,
    NothingCovered,
    TooMuchCovered,
)
from maskeraid_faces.evaluation.guarantees import Labelled
from maskeraid_faces.evaluation.traits import fit_traits
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import Image
from maskeraid_inference.reimaging import Reimaged, reimage

VERSIONS = [make_version(tone) for tone in ("light", "medium", "dark")]
LIGHT, MEDIUM, DARK = VERSIONS
BY_USER = ModelChoice(model_id="mdl_light", version=1)


def ask(**facts: Any) -> ReimagingSpec:  # noqa: ANN401 any field
    """What a user asks for."""
    return ReimagingSpec(**{"image": ImageSource(), "covering": CoveringChoice(), "software": "0.1.0", **facts})


def run(image: Image, spec: ReimagingSpec | None = None, **more: Any) -> Reimaged:  # noqa: ANN401 any argument
    return reimage(image, spec or ask(), more.pop("versions", VERSIONS), load_made, **more)


def white(rows: slice, columns: slice, side: int = 32) -> Image:
    """A map of a covering: a white box on black."""
    drawn = np.zeros((side, side, 3), np.uint8)
    drawn[rows, columns] = 255
    return drawn


LOWER_HALF = white(slice(16, 29), slice(8, 24))


class TestVisiblePixels:
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        side=st.integers(16, 150),
        seed=st.integers(0, 9),
        data=st.data(),
        pick=st.sampled_from(["spread", "sample", "random"]),
        engine=st.sampled_from(["R", "A"]),
        smoothing_k=st.sampled_from([None, 0, 4]),
        tone_match=st.sampled_from(["auto", "off"]),
    )
    def test_stay_as_they_are_at_every_size(self, side: int, seed: int, data: st.DataObject, **options: Any) -> None:  # noqa: ANN401
        image = np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)
        drawn = data.draw(arrays(np.uint8, (16, 16), elements=st.sampled_from([0, 0, 255])))
        spec = ask(model=BY_USER, seed=seed, candidates=3, **options)
        try:
            made = run(image, spec, versions=[LIGHT], covering_map=np.repeat(drawn[..., None], 3, axis=2))
        except (NothingCovered, TooMuchCovered):
            return
        covering = made.found.covering
        assert made.filling is not None
        for final in made.filling.finals:
            assert final.shape == image.shape
            assert np.array_equal(final[~covering], image[~covering])
        assert made.filling.proof[0] == made.filling.proof[1]
        assert made.filling.uncertainty[~covering].max(initial=0) == 0

    def test_a_larger_drawn_face_is_filled_as_if_it_were_small(self) -> None:
        small = run(covered_face(), ask(covering={"grow": 0}))
        enlarged = covered_face().repeat(5, axis=0).repeat(5, axis=1)
        large = run(enlarged, ask(covering={"grow": 0}))
        assert small.filling is not None
        assert large.filling is not None
        expected = small.filling.finals[0].repeat(5, axis=0).repeat(5, axis=1)
        assert np.array_equal(large.filling.finals[0], expected)

    def test_the_same_seed_gives_the_same_pixels(self) -> None:
        one, other = (run(covered_face(), ask(pick="sample", seed=3)).filling for _ in range(2))
        assert one is not None
        assert other is not None
        assert np.array_equal(one.finals, other.finals)


class TestCovering:
    def test_is_guessed_without_colours(self) -> None:
        found = run(covered_face(), ask(covering={"grow": 0}, until="covering")).found
        assert (found.by, found.colours) == ("guess", (TEAL,))
        assert np.array_equal(found.covering, COVERINGS["mask"])

    def test_is_found_by_the_given_colour(self) -> None:
        found = run(covered_face(), ask(covering={"colours": [TEAL], "grow": 0}, until="covering")).found
        assert found.by == "colour"
        assert np.array_equal(found.covering, COVERINGS["mask"])

    def test_grows_by_a_pixel_at_this_size(self) -> None:
        seen = run(covered_face(), ask(covering={"grow": 0}, until="covering")).found.covering
        grown = run(covered_face(), ask(until="covering")).found.covering
        assert (grown & seen).sum() == seen.sum() < grown.sum()

    def test_a_map_wins_over_colours_and_stays_as_drawn(self) -> None:
        spec = ask(covering={"colours": [TEAL]}, until="covering")
        found = run(covered_face(), spec, covering_map=LOWER_HALF).found
        assert found.by == "map"
        assert np.array_equal(found.covering, LOWER_HALF[..., 0] > 0)

    def test_a_map_of_another_size_is_fitted(self) -> None:
        found = run(covered_face(), ask(until="covering"), covering_map=LOWER_HALF[::2, ::2]).found
        assert found.covering.shape == (32, 32)

    def test_a_colour_that_is_not_there_is_said(self) -> None:
        with pytest.raises(NothingCovered, match="was found") as refused:
            run(covered_face(), ask(covering={"colours": [(255, 0, 255)]}))
        assert refused.value.facts["colours"] == [(255, 0, 255)]

    @pytest.mark.parametrize(
        ("lines", "error", "remedy"),
        [
            (slice(0, 0), NothingCovered, "a map is white where it is"),
            (slice(None), TooMuchCovered, "of the face 100% is covered; at most 90 % can be: cover less"),
            (
                slice(None, None, 8),
                TooMuchCovered,
                "12% .* 100% of the model's 32 x 32 .* in one piece",
            ),
        ],
        ids=["nothing", "all", "a grid whose every gap is smaller than a pixel of the model"],
    )
    def test_what_cannot_be_filled_is_said_with_a_remedy(
        self, lines: slice, error: type[Exception], remedy: str
    ) -> None:
        enlarged = covered_face().repeat(8, axis=0).repeat(8, axis=1)
        with pytest.raises(error, match=remedy):
            run(enlarged, ask(model=BY_USER), versions=[LIGHT], covering_map=white(lines, slice(None), 256))

    def test_an_uncovered_face_is_refused(self) -> None:
        with pytest.raises(NothingCovered, match="send a map"):
            run(draw_faces("faces-light").images[0])


class TestSelection:
    @pytest.mark.parametrize("tone", ["light", "medium", "dark"])
    def test_takes_the_model_of_the_face_s_tone(self, tone: str) -> None:
        choice = run(covered_face(tone), ask(until="selection")).choice
        assert choice is not None
        assert (choice.by, choice.version.name) == ("attributes", f"faces-{tone}")
        assert sum(model["probability"] for model in choice.distribution) == pytest.approx(1, abs=1e-3)
        assert [seen["attribute"] for seen in choice.visible] == ["tone", "hair_colour", "eye_colour"]

    @pytest.mark.parametrize("side", [64, 256, 1000])
    def test_noise_fits_no_model_though_it_is_a_quiet_grey_when_it_is_small(self, side: int) -> None:
        noise = np.random.default_rng(1).integers(0, 256, (side, side, 3), np.uint8)
        covering_map = white(slice(side // 2, side), slice(0, side), side)
        with pytest.raises(NoSuitableModel, match="look like this one, if it shows a face"):
            run(noise, covering_map=covering_map)
        assert run(noise, ask(until="selection", model=BY_USER), covering_map=covering_map).choice

    def test_the_user_s_model_is_taken_though_another_fits(self) -> None:
        choice = run(covered_face("dark"), ask(model=BY_USER, until="selection"), versions=[LIGHT]).choice
        assert choice is not None
        assert (choice.by, choice.version) == ("user", LIGHT)

    @pytest.mark.parametrize("code", ["collapse", "undertrained"])
    def test_the_card_says_which_of_two_equal_models_is_sounder(self, code: str) -> None:
        card = {"images": 125, "flags": []}
        sound, few = (
            make_version(id=f"mdl_{name}:1", card=card | facts) for name, facts in (("b", {}), ("a", {"images": 9}))
        )
        flagged = make_version(id="mdl_0:1", card=card | {"flags": [{"code": code, "message": "So."}]})
        choice = run(covered_face(), ask(until="selection"), versions=[flagged, few, sound]).choice
        assert choice is not None
        assert choice.version.id == "mdl_b:1"

    def test_the_services_model_is_said_to_be_that_and_must_fit(self) -> None:
        choice = run(covered_face("light"), ask(until="selection"), versions=[LIGHT], is_default=True).choice
        assert choice is not None
        assert choice.by == "default"
        told = choice.to_dict()["selection"]
        assert (told["model"], told["reason"].startswith("the service's default model")) == ("faces-light", True)
        with pytest.raises(NoSuitableModel):
            run(covered_face("dark"), ask(until="selection"), versions=[LIGHT], is_default=True)

    def test_no_model_that_fits_names_the_nearest_and_what_to_collect(self) -> None:
        with pytest.raises(NoSuitableModel) as refused:
            run(covered_face("dark"), ask(covering={"colours": [TEAL]}), versions=[LIGHT, MEDIUM])
        nearest, collect = refused.value.facts["nearest"], refused.value.facts["collect"]
        assert [model["model"] for model in nearest] == ["faces-medium", "faces-light"]
        assert nearest[0]["differs"] == {"tone": pytest.approx(29.6, abs=0.1), "hair": 0.0, "eyes": 0.0}
        assert (collect[0]["attribute"], collect[0]["colour"]) == ("tone", "#704024")  # (112, 64, 36)
        assert "value" not in collect[0]  # it would be the name of a model
        assert {"attribute": "hair_colour", "value": "black", "colour": "#191414"}.items() <= collect[1].items()

    def test_a_models_held_out_faces_say_how_ordinary_a_face_is(self) -> None:
        known = make_version("light", card={"selection": {"held_out_scores": [0.5] * 19}})
        choice = run(covered_face("light"), ask(until="selection"), versions=[known, MEDIUM]).choice
        assert choice is not None
        assert [row["p"] for row in choice.distribution] == [1.0, None]

    def test_no_model_at_all_is_said(self) -> None:
        with pytest.raises(NoSuitableModel, match="train one"):
            run(covered_face(), ask(covering={"colours": [TEAL]}), versions=[])


class TestUntil:
    @pytest.mark.parametrize(
        ("until", "phases", "has_choice"),
        [("covering", ["covering"], False), ("selection", ["covering", "selecting"], True)],
    )
    def test_stops_early(self, until: str, phases: list[str], has_choice: bool) -> None:
        entered: list[str] = []
        made = run(covered_face(), ask(until=until), enter=entered.append)
        assert entered == phases
        assert (made.choice is not None, made.filling) == (has_choice, None)


class TestFallback:
    @pytest.mark.parametrize(
        ("engine", "used", "is_fallback"), [("auto", "R", True), ("R", "R", False), ("A", "A", False)]
    )
    def test_is_told_where_nobody_asked_for_it(self, engine: str, used: str, is_fallback: bool) -> None:
        def load(version: ModelVersion) -> FaceModel:
            return replace(load_made(version), facts={"fallback": "R"})

        filling = reimage(covered_face(), ask(engine=engine, model=BY_USER), [LIGHT], load).filling
        assert filling is not None
        assert (filling.filled.engine, filling.is_fallback) == (used, is_fallback)


class TestWanted:
    def load(self, version: ModelVersion) -> FaceModel:
        drawn = draw_faces("faces-light")
        values = {name: [str(row[name]) for row in drawn.attributes] for name in ("eyes", "nose")}
        model = load_made(version)
        labelled = Labelled(drawn.images, values, np.ones(len(drawn.images), np.bool_))
        return replace(model, traits=fit_traits(model, labelled))

    def test_attributes_are_had_by_every_candidate(self) -> None:
        filling = reimage(covered_face(), ask(attributes={"nose": "3"}, model=BY_USER), [LIGHT], self.load).filling
        assert filling is not None
        assert {candidate.attributes["nose"] for candidate in filling.filled.candidates} == {"3"}

    def test_attributes_that_the_face_rules_out_are_refused(self) -> None:
        with pytest.raises(AttributesUnreachable, match="to be had are eyes"):
            reimage(covered_face(), ask(attributes={"eyes": "5"}, model=BY_USER), [LIGHT], self.load)

    def test_a_model_that_tells_none_says_so(self) -> None:
        with pytest.raises(BadSettings, match="it tells none"):
            run(covered_face(), ask(attributes={"nose": "3"}))


class TestSides:
    @pytest.mark.parametrize(("shape", "message"), [((40, 32, 3), "square"), ((8, 8, 3), "16 to 2048")])
    def test_others_are_refused(self, shape: tuple[int, ...], message: str) -> None:
        with pytest.raises(BadImage, match=message):
            run(np.zeros(shape, np.uint8))


class TestClean:
    def test_drops_what_slipped_from_the_brush_before_it_grows(self) -> None:
        smudged = np.kron(LOWER_HALF, np.ones((2, 2, 1), np.uint8))
        smudged[4, 4] = 255
        spec = ask(covering={"clean": True, "grow": 2}, until="covering")
        found = run(np.kron(covered_face(), np.ones((2, 2, 1), np.uint8)), spec, covering_map=smudged).found
        assert not found.covering[:20].any()
        assert found.covering.sum() > (smudged[..., 0] > 0).sum()

    def test_that_leaves_nothing_says_so(self) -> None:
        smudge = np.zeros_like(LOWER_HALF)
        smudge[4, 4] = 255
        with pytest.raises(NothingCovered, match="cleaning leaves nothing"):
            run(covered_face(), ask(covering={"clean": True}, until="covering"), covering_map=smudge)


class TestFeather:
    def finals(self, feather: int) -> tuple[Image, ...]:
        made = run(covered_face("dark"), ask(model=BY_USER, covering={"feather": feather}), versions=[LIGHT])
        assert made.filling is not None
        assert made.filling.proof[0] == made.filling.proof[1]
        return made.filling.finals

    def test_changes_the_rim_alone(self) -> None:
        covering = run(covered_face("dark"), ask(until="covering"), versions=[LIGHT]).found.covering
        inner = ~grow(~covering, 3)
        plain, feathered = self.finals(0)[0], self.finals(2)[0]
        assert np.array_equal(plain[inner], feathered[inner])
        assert not np.array_equal(plain, feathered)


class TestVisiblePixelsBesideAnyMap:
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        side=st.sampled_from([16, 31, 32, 45, 64]),
        seed=st.integers(0, 2**16),
        map_side=st.integers(1, 70),
        is_rounded=st.booleans(),
        wanted=st.fixed_dictionaries(
            {"grow": st.none() | st.integers(0, 4), "feather": st.integers(0, 8), "clean": st.booleans()}
        ),
    )
    def test_stay_whatever_map_grow_and_feather(
        self, side: int, seed: int, map_side: int, is_rounded: bool, wanted: dict[str, Any]
    ) -> None:
        rng = np.random.default_rng(seed)
        image = rng.integers(0, 256, (side, side, 3), np.uint8)
        drawn = (rng.random((map_side, map_side + is_rounded)) < rng.uniform(0.05, 0.5)).astype(np.uint8)
        covering_map = np.repeat(drawn[..., None] * np.uint8(255), 3, axis=2)
        spec = ask(covering=wanted, model=BY_USER, candidates=2)
        try:
            made = run(image, spec, versions=[LIGHT], covering_map=covering_map)
        except (NothingCovered, TooMuchCovered):
            return
        assert made.filling is not None
        visible = ~made.found.covering
        assert visible.any()
        for final in made.filling.finals:
            assert np.array_equal(final[visible], image[visible])
        assert made.filling.proof[0] == made.filling.proof[1]
