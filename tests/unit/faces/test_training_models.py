"""`train()`: from images to a complete model, stopped, resumed, and refused."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.errors import (
    BadImage,
    BadModelFile,
    BadSettings,
    FacesError,
    MixedSizes,
    NoVariation,
    TooFewImages,
)
from maskeraid_faces.face_model import FaceModel
from maskeraid_faces.images import Images
from maskeraid_faces.metrics.combinations import combinations
from maskeraid_faces.model_files import load_model, model_digest, save_model
from maskeraid_faces.networks.eigen import EigenShape
from maskeraid_faces.networks.generate import generate
from maskeraid_faces.training.image_set import find_palette, split_held_out
from maskeraid_faces.training.settings import Checkpoint, TrainResult, TrainSettings, Watch
from maskeraid_faces.training.train import train

LIGHT = draw_faces("faces-light").images
SMALL = np.ascontiguousarray(LIGHT[::3, 10:26, 8:24])  # 42 faces of 16 pixels: eyes, noses, mouths
COLOURS = len(np.unique(SMALL.reshape(-1, 3), axis=0))


def noisy_faces(number: int) -> Images:
    """Drawn faces with so much noise that they count as photographs."""
    noise = np.random.default_rng(0).integers(-20, 21, (number, 16, 16, 3))
    return np.clip(SMALL[:number].astype(int) + noise, 0, 255).astype(np.uint8)


def digest(result: TrainResult) -> str:
    """Of the files that hold no times."""
    files = save_model(result.model)
    return model_digest({name: content for name, content in files.items() if name.endswith(".safetensors")})


class TestDrawnFaces:
    def test_eigen_learns_at_least_100_of_125_combinations(self) -> None:
        result = train(LIGHT, settings=TrainSettings(target_quality=0.78, max_seconds=250, detector=False))
        latents = np.random.default_rng(5).standard_normal((512, result.model.latent_size), np.float32)
        shown = combinations(generate(result.model, latents), LIGHT)
        assert result.stopped == "quality"
        assert result.model.facts["flags"] == []
        assert shown.combinations >= 100
        assert shown.nn <= 6

    @pytest.mark.usefixtures("uncompiled")
    def test_of_50_and_more_it_learns_to_find_coverings_with_one_thread(self, monkeypatch: pytest.MonkeyPatch) -> None:
        threads: list[int] = []

        def note(model: FaceModel, *_: object, **__: object) -> FaceModel:
            threads.extend(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas")
            return model

        monkeypatch.setattr("maskeraid_faces.training.train.with_detector", note)
        with threadpool_limits(limits=2, user_api="blas"):
            train(LIGHT[:80], settings=TrainSettings(steps=1))
        assert set(threads) == {1}

    @pytest.mark.usefixtures("uncompiled")
    def test_whose_detector_is_stopped_it_looks_twice_all_the_same(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[bool] = []

        def stopped(model: FaceModel, *_: object, may_practise: bool, **__: object) -> FaceModel | None:
            asked.append(may_practise)
            return None if may_practise else replace(model, facts={**model.facts, "looks": 2})

        monkeypatch.setattr("maskeraid_faces.training.train.with_detector", stopped)
        warnings: list[str] = []
        watch = Watch(warn=lambda code, _: warnings.append(code))
        made = train(LIGHT[:80], settings=TrainSettings(steps=1, detector=True), watch=watch).model
        assert (asked, made.facts["looks"]) == ([True, False], 2)
        assert "detector_left_out" in warnings

    @pytest.mark.usefixtures("uncompiled")
    def test_a_model_is_complete_and_goes_through_files(self) -> None:
        result = train(SMALL, settings=TrainSettings(steps=3))
        model = load_model(save_model(result.model))
        assert (model.architecture, model.kind, model.size, model.basis.gan_rank) == ("eigen", "drawn", 16, 12)
        assert model.palette is not None
        assert len(model.palette) == COLOURS
        assert model.bank.draws.shape == (4096, 12)
        assert model.facts["reasons"] == [f"eigen: drawn faces, {COLOURS} colours"]
        json.dumps(result.to_dict(), allow_nan=False)

    @pytest.mark.usefixtures("uncompiled")
    def test_thesis_runs_its_fixed_number_of_steps(self) -> None:
        result = train(SMALL, settings=TrainSettings(architecture="thesis", steps=2, batch=4))
        assert (result.stopped, result.steps) == ("finished", 2)
        assert [flag["code"] for flag in result.model.facts["flags"]] == ["collapse"]  # type: ignore[attr-defined]
        assert result.model.bank.draws.dtype == np.uint8
        assert generate(result.model, result.model.bank.latents[:2]).shape == (2, 16, 16, 3)


@pytest.mark.usefixtures("uncompiled")
class TestPhotographs:
    def test_some_are_held_out_and_the_rest_mirrored(self) -> None:
        result = train(noisy_faces(40), settings=TrainSettings(steps=2))
        assert (result.model.kind, result.model.palette) == ("photo", None)
        assert result.model.facts["held_out"] == 4
        assert len(result.model.basis.components) == 2 * 36 - 1
        assert result.model.basis.gan_rank == 18

    def test_few_are_trained_with_a_warning(self) -> None:
        result = train(noisy_faces(8), settings=TrainSettings(steps=2))
        assert result.model.facts["held_out"] == 0
        assert result.model.facts["warnings"]

    def test_a_person_is_held_out_entirely_or_not_at_all(self) -> None:
        groups = [f"person {index % 10}" for index in range(100)]
        kept, held_out = split_held_out(100, "photo", groups, np.random.default_rng(0))
        assert len(held_out) == 10
        assert not {groups[index] for index in kept} & {groups[index] for index in held_out}

    def test_more_than_64_colours_make_a_photograph(self) -> None:
        ramp = np.zeros((1, 16, 16, 3), np.uint8)
        ramp[0, :4, :, 0] = np.arange(64).reshape(4, 16)
        palette = find_palette(ramp)
        assert palette is not None
        assert len(palette) == 64
        ramp[0, 5, 5, 2] = 9
        assert find_palette(ramp) is None


class TestInterruption:
    @pytest.mark.usefixtures("uncompiled")
    def test_photographs_of_release_0_1_go_on_with_the_networks_they_had(self, monkeypatch: pytest.MonkeyPatch) -> None:
        kept: list[Checkpoint] = []
        keep = Watch(checkpoint=lambda step, arrays: kept.append(arrays), checkpoint_seconds=0)
        former = EigenShape(18, 32, (128, 128, 128), has_linear=False)
        with monkeypatch.context() as patch:
            patch.setattr(EigenShape, "usual", lambda rank, kind: former)
            train(noisy_faces(40), settings=TrainSettings(steps=2), watch=keep)
        result = train(noisy_faces(40), settings=TrainSettings(steps=4), resume=kept[-1])
        assert result.steps == 4
        assert EigenShape.of(load_model(save_model(result.model)).generator) == former

    def test_a_resumed_training_equals_an_unbroken_one(self) -> None:  # `eigen` does so under a real trainer's kills
        settings = TrainSettings(architecture="thesis", steps=9, batch=8)
        kept: dict[int, Checkpoint] = {}
        seen: list[int] = []
        stop_early = Watch(
            progress=lambda step, seconds, values: seen.append(step),
            checkpoint=kept.__setitem__,
            stop=lambda: bool(seen) and seen[-1] >= 4,
        )
        broken = train(SMALL[:12], settings=settings, seed=3, watch=stop_early)
        assert broken.stopped == "asked"
        assert 4 <= broken.steps < 9
        resumed = train(SMALL[:12], settings=settings, seed=3, resume=kept[broken.steps])
        assert digest(resumed) == digest(train(SMALL[:12], settings=settings, seed=3))
        assert digest(resumed) != digest(broken)

    @pytest.mark.usefixtures("uncompiled")
    def test_a_checkpoint_of_another_training_is_refused(self) -> None:
        kept: list[Checkpoint] = []
        watch = Watch(checkpoint=lambda step, arrays: kept.append(arrays), checkpoint_seconds=0)
        train(SMALL[:12], settings=TrainSettings(steps=1), seed=3, watch=watch)
        for seed, settings in ((4, TrainSettings(steps=1)), (3, TrainSettings(steps=2, batch=9))):
            with pytest.raises(BadModelFile):
                train(SMALL[:12], settings=settings, seed=seed, resume=kept[-1])


class TestBadInput:
    @pytest.mark.parametrize(
        ("make", "error"),
        [
            (lambda: LIGHT[:7], TooFewImages),
            (lambda: np.repeat(LIGHT[:1], 8, axis=0), NoVariation),
            (lambda: LIGHT.astype(np.float32), BadImage),
            (lambda: LIGHT[..., :1], BadImage),
            (lambda: LIGHT[:, :30], BadImage),
            (lambda: LIGHT[:, :8, :8], BadImage),
            (lambda: [*LIGHT[:8], LIGHT[8, :16, :16]], MixedSizes),
        ],
    )
    def test_is_refused_before_any_training(self, make: Callable[[], Images], error: type[FacesError]) -> None:
        with pytest.raises(error):
            train(make())

    def test_names_the_image(self) -> None:
        images = list(LIGHT)
        images[5] = images[5][:20]
        with pytest.raises(BadImage, match="image 5"):
            train(images)

    def test_counts_the_sizes(self) -> None:
        with pytest.raises(MixedSizes) as caught:
            train([*LIGHT[:8], LIGHT[8, :16, :16]])
        assert caught.value.facts["sizes"] == {"16": 1, "32": 8}

    def test_wrong_groups_seed_and_kind_are_settings(self) -> None:
        for wrong in ({"groups": ["one"]}, {"seed": -1}, {"seed": 2**31}):
            with pytest.raises(BadSettings):
                train(LIGHT, **wrong)
        with pytest.raises(BadSettings):
            train(noisy_faces(10), settings=TrainSettings(kind="drawn"))


def test_what_needs_no_networks_loads_no_tensorflow() -> None:
    program = (
        "import sys, maskeraid_faces.model_files, maskeraid_faces.networks.generate, maskeraid_faces.training.train;"
        "sys.exit(bool({'tensorflow', 'keras'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
