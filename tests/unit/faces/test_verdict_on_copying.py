"""How often the verdict on copying is right: many small worlds whose truth is known. `-s` prints the table."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.evaluation.memorisation import judge
from maskeraid_faces.images import Floats
from maskeraid_faces.metrics.copying import copying

SAMPLES = 300
RANK = 40
FEW, ENOUGH = (20, 60), (150, 250)  # images; for everyone a model needs 100

Sample = Callable[[int], Floats]
Generator = Callable[[np.random.Generator, Floats, Sample], Floats]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    with threadpool_limits(limits=1, user_api="blas"):
        yield


def smooth_world(rng: np.random.Generator) -> Sample:
    """Faces as their components are: variances that fall, a normal or a heavy-tailed distribution."""
    spreads = np.arange(1, RANK + 1) ** -rng.choice([0.3, 0.5, 1.0])
    is_heavy = rng.random() < 0.5

    def sample(number: int) -> Floats:
        lengths = np.sqrt(2 / rng.chisquare(4, number)) if is_heavy else np.ones(number)
        return (rng.standard_normal((number, RANK)) * lengths[:, None] * spreads).astype(np.float32)

    return sample


def drawn_world() -> Callable[[np.random.Generator], Sample]:
    """Drawn faces jittered as photographs are: light, contrast, and a noise of their own."""
    flat = draw_faces("faces-light").images.reshape(125, -1).astype(np.float32)
    mean = flat.mean(0)
    rows = np.linalg.svd(flat - mean, full_matrices=False)[2][:RANK]
    faces, light = (flat - mean) @ rows.T, rows @ mean / np.linalg.norm(mean)

    def world(rng: np.random.Generator) -> Sample:
        noise = np.sqrt(faces.var(0).sum() / RANK) * rng.uniform(0.2, 0.6)

        def sample(number: int) -> Floats:
            contrast = rng.normal(1, 0.1, (number, 1))
            lit = rng.normal(0, 200, (number, 1)) * light
            grain = noise * rng.standard_normal((number, RANK))
            return np.asarray(faces[rng.integers(0, 125, number)] * contrast + lit + grain, np.float32)

        return sample

    return world


WORLD_OF: Mapping[str, Callable[[np.random.Generator], Sample]] = {"smooth": smooth_world, "drawn": drawn_world()}


def honest(rng: np.random.Generator, training: Floats, sample: Sample) -> Floats:
    return sample(SAMPLES)


def blurred(rng: np.random.Generator, training: Floats, sample: Sample) -> Floats:
    """As a GAN that has just begun: near the mean, and without what varies least."""
    kept = np.arange(RANK) < rng.integers(RANK // 4, RANK + 1)
    centre = training.mean(0)
    return np.asarray(centre + rng.uniform(0.2, 0.9) * kept * (sample(SAMPLES) - centre), np.float32)


def copier(rng: np.random.Generator, training: Floats, sample: Sample) -> Floats:
    """Training faces, hardly moved."""
    moved = rng.uniform(0, 0.25) * (sample(SAMPLES) - training.mean(0))
    return np.asarray(training[rng.integers(0, len(training), SAMPLES)] + moved, np.float32)


def copier_of_ten(rng: np.random.Generator, training: Floats, sample: Sample) -> Floats:
    return copier(rng, training[:10], sample)


def partly(rng: np.random.Generator, training: Floats, sample: Sample) -> Floats:
    """A fifth of its faces are copies."""
    return np.concatenate([copier(rng, training, sample)[: SAMPLES // 5], sample(SAMPLES - SAMPLES // 5)])


def judged(world: str, generator: Generator, worlds: int, sizes: Sequence[int]) -> Counter[str]:
    """Verdicts on as many models, each of a world of its own; a tenth of its faces are held out besides."""
    verdicts: Counter[str] = Counter()
    for seed in range(worlds):
        rng = np.random.default_rng([seed, len(world)])
        sample, number = WORLD_OF[world](rng), int(rng.choice(sizes))
        training, held_out = sample(number), sample(number // 10)
        verdicts[judge(copying(generator(rng, training, sample), training, held_out))[0]] += 1
    print(f"{world:7}{generator.__name__:14}{sizes}: {dict(verdicts)} of {worlds}")  # noqa: T201 the table of -s
    return verdicts


@pytest.mark.parametrize("world", WORLD_OF)
class TestOfManyModels:
    @pytest.mark.parametrize("generator", [honest, blurred])
    def test_at_most_one_honest_model_in_twenty_is_accused(self, world: str, generator: Generator) -> None:
        assert judged(world, generator, 200, FEW + ENOUGH)["copying"] <= 0.05 * 200

    @pytest.mark.parametrize("generator", [honest, blurred])
    def test_of_enough_images_honest_models_are_healthy(self, world: str, generator: Generator) -> None:
        """Drawn faces lie in 125 heaps, so that some sets are too alike to tell."""
        assert judged(world, generator, 40, ENOUGH)["healthy"] >= (0.95 if world == "smooth" else 0.8) * 40

    @pytest.mark.parametrize("generator", [copier, copier_of_ten])
    def test_copiers_are_caught(self, world: str, generator: Generator) -> None:
        assert judged(world, generator, 40, FEW + ENOUGH)["copying"] >= 0.95 * 40

    def test_copies_among_other_faces_are_caught_where_there_are_enough_images(self, world: str) -> None:
        assert judged(world, partly, 40, ENOUGH)["copying"] >= 0.95 * 40
        assert judged(world, partly, 40, FEW)["healthy"] == 0


class TestVariations:
    """Ten faces in twelve variations each, a noise of some grey levels, and a model that draws these ten."""

    @pytest.mark.parametrize("noise", [0.5, 1, 2, 4])
    def test_of_a_face_do_not_acquit_a_copier(self, noise: float) -> None:
        rng = np.random.default_rng(0)
        faces = rng.normal(0, 20, (10, 24))
        training = (faces.repeat(12, 0) + rng.normal(0, noise, (120, 24))).astype(np.float32)
        drawn = (faces[rng.integers(0, 10, SAMPLES)] + rng.normal(0, noise, (SAMPLES, 24))).astype(np.float32)
        measured = copying(drawn, training[1:], training[:1])
        assert judge(measured)[0] == "copying"
        assert 9 < measured.distinct < 15

    def test_of_few_faces_leave_nothing_to_compare(self) -> None:
        rng = np.random.default_rng(0)
        faces = rng.normal(0, 20, (5, 24))
        training = (faces.repeat(30, 0) + rng.normal(0, 1, (150, 24))).astype(np.float32)
        verdict, reason = judge(copying(rng.normal(0, 20, (SAMPLES, 24)).astype(np.float32), training, training[:0]))
        assert (verdict, reason[:30]) == ("cannot_tell", "fewer than 8 different faces a")

    @pytest.mark.parametrize("world", WORLD_OF)
    def test_faces_of_their_own_are_none(self, world: str) -> None:
        shares = []
        for seed in range(5):
            rng = np.random.default_rng([seed, 9])
            sample = WORLD_OF[world](rng)
            training = sample(150)
            shares.append(copying(sample(SAMPLES), training, sample(15)).distinct / 150)
        assert np.median(shares) > 0.85
