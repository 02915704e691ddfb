"""Many images: an array stays where it is and is gone over in parts, and the results are those of all at once."""

import hashlib
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from scipy.linalg import subspace_angles
from scipy.ndimage import gaussian_filter
from sklearn.utils.extmath import randomized_svd

from maskeraid_faces.image_rows import ImageRows, ManyImages, choose, mirror, parts_of
from maskeraid_faces.images import Floats, Images, to_network
from maskeraid_faces.training.basis import coefficients_of, fit_basis
from maskeraid_faces.training.decomposition import decompose
from maskeraid_faces.training.held_out import judge_drawn
from maskeraid_faces.training.image_set import check_images, prepare
from maskeraid_faces.training.pixel_gan import PixelGan
from maskeraid_faces.training.real_images import RealImages
from maskeraid_faces.training.settings import TrainSettings
from maskeraid_faces.training.thesis import ThesisGan
from maskeraid_faces.training.train import _digest

SIDE = 16


def smooth_faces(number: int, seed: int = 0) -> Images:
    """Blurred noise of 16 pixels: a spectrum that falls as that of photographs does."""
    noise = np.random.default_rng(seed).standard_normal((number, SIDE, SIDE, 3))
    smooth = gaussian_filter(noise, (0, 1.5, 1.5, 0.5))
    return np.clip(128 + 60 * smooth / smooth.std(), 0, 255).astype(np.uint8)


FACES = smooth_faces(600)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of 50 images."""
    monkeypatch.setattr("maskeraid_faces.image_rows.PART_BYTES", 50 * 4 * SIDE * SIDE * 3)


def peak_bytes(run: Callable[[], object]) -> int:
    """The most that NumPy and Python hold beside what is there already."""
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


class TestRows:
    rows = np.array([1, 4, 5, 300, 599])

    def test_answer_as_the_copied_array_would(self) -> None:
        some, copied = choose(FACES, self.rows), FACES[self.rows]
        assert (len(some), some.shape) == (5, copied.shape)
        for which in (slice(1, 4), slice(None, None, 2), np.array([3, 0]), 2):
            np.testing.assert_array_equal(some[which], copied[which])
        np.testing.assert_array_equal(np.stack(list(some)), copied)

    def test_of_rows_are_rows_of_the_same_array(self) -> None:
        some = choose(choose(FACES, self.rows), np.array([1, 3]))
        assert isinstance(some, ImageRows)
        assert some.array is FACES
        np.testing.assert_array_equal(some[:], FACES[[4, 300]])
        assert choose(FACES, np.arange(600)) is FACES

    def test_parts_go_over_everything_once(self, small_parts: None) -> None:
        parts = list(parts_of(FACES[:120]))
        assert parts == [slice(0, 50), slice(50, 100), slice(100, 120)]
        assert list(parts_of(FACES[:0])) == []


class TestPreparing:
    def test_copies_nothing(self, small_parts: None, tmp_path: Path) -> None:
        mapped = np.memmap(tmp_path / "faces", np.uint8, "w+", shape=FACES.shape)
        mapped[:] = FACES
        faces = prepare(mapped, TrainSettings(), None, seed=3)
        assert isinstance(faces.training, ImageRows)
        assert isinstance(faces.held_out, ImageRows)
        for images in (check_images(mapped), faces.training.array, faces.held_out.array):
            assert np.shares_memory(images, mapped)
        many = np.tile(FACES, (1, 4, 4, 1))
        assert peak_bytes(lambda: prepare(many, TrainSettings(), None, seed=3)) < many.nbytes / 5

    def test_the_digest_is_that_of_one_stream_of_bytes(self, small_parts: None) -> None:
        settings = TrainSettings(architecture="eigen")
        faces = prepare(FACES, settings, None, seed=3)
        told = {name: value for name, value in settings.to_dict().items() if value is not None}
        told |= dict.fromkeys(("steps", "batch", "max_seconds", "target_quality"))
        ordered = {name: told[name] for name in settings.to_dict() if name in told}
        stream = json.dumps([ordered, 3]).encode() + faces.training[:].tobytes() + faces.held_out[:].tobytes()
        assert _digest(faces, settings, 3) == hashlib.sha256(stream).hexdigest()


class TestDecomposition:
    def exact(self, images: Images) -> tuple[Floats, Floats]:
        pixels = to_network(mirror(images)).reshape(2 * len(images), -1).astype(np.float64)
        _, singular, vectors = np.linalg.svd(pixels - pixels.mean(axis=0), full_matrices=False)
        return singular, vectors

    def test_finds_what_the_exact_one_does(self, small_parts: None) -> None:
        singular, vectors = self.exact(FACES)
        found = decompose(choose(FACES, np.arange(600)), 40, is_mirrored=True, seed=0)
        np.testing.assert_allclose(found.mean, to_network(mirror(FACES)).reshape(1200, -1).mean(axis=0), atol=1e-5)
        assert found.variance == pytest.approx(np.square(singular).sum(), rel=1e-5)
        np.testing.assert_allclose(found.singular[:20], singular[:20], rtol=5e-3)
        assert np.square(found.singular).sum() > 0.99 * np.square(singular[:40]).sum()  # a slow fall: the worst case
        assert np.degrees(subspace_angles(vectors[:10].T, found.vectors.T).max()) < 2

    def test_is_as_near_as_that_of_scikit_learn(self, small_parts: None) -> None:
        pixels = to_network(FACES).reshape(600, -1)
        pixels -= pixels.mean(axis=0)
        other = randomized_svd(pixels, 40, n_oversamples=16, n_iter=2, power_iteration_normalizer="QR", random_state=0)
        found = decompose(FACES, 40, is_mirrored=False, seed=0)
        kept = [float(np.square(pixels @ vectors.T).sum()) for vectors in (found.vectors, other[2])]
        assert kept[0] == pytest.approx(kept[1], rel=2e-3)

    def test_never_holds_all_values(self, small_parts: None) -> None:
        faces = smooth_faces(4000)
        peak = peak_bytes(lambda: decompose(faces, 8, is_mirrored=True, seed=0))
        assert peak < 8000 * SIDE * SIDE * 3 * 4 / 5

    def test_a_basis_of_many_is_taken_from_some(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("maskeraid_faces.training.basis.MOST_FACES", 100)
        basis = fit_basis(FACES, kind="photo", seed=5)
        some = FACES[np.random.default_rng(5).permutation(600)[:100]]
        np.testing.assert_allclose(basis.mean, to_network(some).reshape(100, -1).mean(axis=0), atol=1e-5)
        assert len(basis.components) == 99
        assert basis.gan_rank > 50  # half of all faces, not of these, would be too many


class TestCoefficients:
    def test_in_parts_are_those_of_all_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        basis = fit_basis(FACES, kind="photo", seed=0, is_mirrored=True)
        at_once = coefficients_of(mirror(FACES), basis)
        monkeypatch.setattr("maskeraid_faces.image_rows.PART_BYTES", 50 * 4 * SIDE * SIDE * 3)
        np.testing.assert_allclose(coefficients_of(FACES, basis, is_mirrored=True), at_once, atol=1e-3)
        np.testing.assert_allclose(coefficients_of(FACES, basis), at_once[:600], atol=1e-3)
        assert coefficients_of(FACES[:0], basis).shape == (0, basis.gan_rank)


class TestJudging:
    def test_in_parts_is_that_of_all_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        random = np.random.default_rng(0)
        drawn, training = (random.standard_normal((number, 5)).astype(np.float32) for number in (60, 90))
        drawn[:5] = training[70]
        at_once = judge_drawn(drawn, training)
        monkeypatch.setattr("maskeraid_faces.training.held_out.FACES_AT_ONCE", 40)
        in_parts = judge_drawn(drawn, training)
        assert in_parts.values["coverage"] == at_once.values["coverage"]
        assert in_parts.values["nearness"] == pytest.approx(at_once.values["nearness"], rel=0.1)  # apart: of 30 faces


def convolutional(images: ManyImages) -> PixelGan:
    return PixelGan("dcgan", images, images[:0], "photo", batch=4, seed=3, width=32, is_mirrored=True)


def thesis(images: ManyImages) -> ThesisGan:
    return ThesisGan(images, 4, "fused", seed=3)


def stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is too much for the device; blocks of two steps of four images."""
    monkeypatch.setattr("maskeraid_faces.training.real_images.MOST_BYTES_ON_DEVICE", 0)
    monkeypatch.setattr("maskeraid_faces.training.real_images.BLOCK_BYTES", 8 * SIDE * SIDE * 3)


class TestStream:
    @pytest.mark.parametrize("make", [convolutional, thesis])
    def test_trains_to_the_same_bits_as_a_tensor_on_the_device(
        self, make: Callable[[ManyImages], PixelGan | ThesisGan], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        some = choose(FACES, np.arange(0, 600, 2))
        on_device = make(some)
        curves = on_device.run_steps(0, 5)
        stream(monkeypatch)
        streamed = make(some)
        start = streamed.state()
        assert streamed._real.is_streamed
        assert streamed.run_steps(0, 5) == pytest.approx(curves, rel=1e-5)
        wanted = on_device.state()
        self.assert_same(streamed, wanted)
        streamed.restore(start)  # as a training that resumes, its steps cut elsewhere
        for first, last in ((0, 1), (1, 4), (4, 5)):
            streamed.run_steps(first, last)
        self.assert_same(streamed, wanted)

    def assert_same(self, gan: PixelGan | ThesisGan, wanted: dict[str, np.ndarray]) -> None:
        for name, array in gan.state().items():
            np.testing.assert_array_equal(array, wanted[name], err_msg=name)

    @pytest.mark.parametrize("compiled", [False, True])
    def test_shows_the_same_images_also_to_what_xla_compiles(
        self, compiled: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def shown() -> Images:
            real = RealImages(FACES, 4, seed=3, is_mirrored=True, compiled=compiled)
            of = tf.function(real.of, jit_compile=compiled)
            parts = real.parts(3, 8)
            steps = [(tf.constant(step, tf.int64), held) for first, last, held in parts for step in range(first, last)]
            return np.stack([of(step, held).numpy() for step, held in steps])

        on_device = shown()
        stream(monkeypatch)
        np.testing.assert_array_equal(shown(), on_device)

    def test_reads_no_more_than_it_shows(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """400 MB of images, of which some hundred are shown."""
        mapped = np.memmap(tmp_path / "faces", np.uint8, "w+", shape=(520_000, SIDE, SIDE, 3))
        stream(monkeypatch)
        before = resident_bytes()
        list(RealImages(mapped, 4, seed=3).parts(0, 30))
        assert resident_bytes() - before < mapped.nbytes / 5


def resident_bytes() -> int:
    """What this process holds in memory now, pages of mapped files included."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
