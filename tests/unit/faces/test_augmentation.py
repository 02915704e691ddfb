"""What a discriminator sees of few images, and the balance of the two networks."""

import numpy as np
import pytest
import tensorflow as tf

from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.images import Floats, to_network
from maskeraid_faces.training.augmentation import CHANCES, FARTHEST, LARGEST_P, adapted, augment
from maskeraid_faces.training.balance import PATIENCE, Balance

FACES = to_network(np.repeat(draw_faces("faces-dark").images, 4, axis=0))  # 500
SKIN = to_network(np.array((112, 64, 36), np.uint8))


def augmented(p: float, images: Floats = FACES, **fixed: float) -> Floats:
    chances = np.random.default_rng(0).random((len(images), CHANCES), np.float32)
    for place, value in fixed.items():
        chances[:, int(place.removeprefix("at_"))] = value
    return augment(tf.constant(images), tf.constant(chances), tf.constant(p)).numpy()


def mean_skin(p: float) -> Floats:
    """Mean colour (n, 3) of the skin that a discriminator sees: what is skin is moved and cut out as the faces are."""
    is_skin = (np.abs(FACES - SKIN).max(axis=-1, keepdims=True) < 1e-6).astype(np.float32)
    seen = augmented(p, is_skin, at_0=1)
    return (augmented(p) * seen).sum(axis=(1, 2)) / seen.sum(axis=(1, 2))


class TestAugment:
    def test_most_faces_keep_their_tone_even_at_the_largest_p(self) -> None:
        for p in (LARGEST_P, 1.0):
            kept = (np.abs(mean_skin(p) - SKIN) < 1 / 255).all(axis=1).mean()
            assert 0.65 <= kept <= 0.8  # 0.7 of the faces are not recoloured

    def test_nothing_happens_at_0(self) -> None:
        np.testing.assert_allclose(augmented(0.0), FACES, atol=1e-6)

    def test_p_is_the_share_of_faces_that_are_moved(self) -> None:
        changed = (np.abs(augmented(0.4, at_0=1, at_6=1) - FACES) > 1e-6).any(axis=(1, 2, 3)).mean()
        assert changed == pytest.approx(0.4, abs=0.06)

    def test_a_face_is_moved_by_whole_pixels_and_its_edge_repeated(self) -> None:
        moved = augmented(1.0, at_0=1, at_6=1, at_4=0.999999, at_5=0.0)
        shift = round(32 * FARTHEST)
        expected = np.roll(np.roll(FACES, shift, axis=1), -shift, axis=2)
        np.testing.assert_allclose(moved[:, shift:, :-shift], expected[:, shift:, :-shift], atol=1e-6)
        np.testing.assert_allclose(moved[:, 0, :-shift], FACES[:, 0, shift:], atol=1e-6)

    def test_a_square_of_half_the_side_is_cut_out(self) -> None:
        cut = augmented(1.0, at_0=1, at_3=1, at_7=0.5, at_8=0.5)
        assert (cut[:, 8:24, 8:24] == 0).all()
        np.testing.assert_allclose(cut[:, :8], FACES[:, :8], atol=1e-6)

    def test_gradients_reach_what_is_still_seen(self) -> None:
        images = tf.constant(FACES[:32])
        chances = tf.constant(np.random.default_rng(1).random((32, CHANCES), np.float32))
        with tf.GradientTape() as tape:
            tape.watch(images)
            total = tf.reduce_sum(augment(images, chances, tf.constant(1.0)))
        slopes = tape.gradient(total, images).numpy()
        assert np.isfinite(slopes).all()
        assert (np.abs(slopes).sum(axis=(1, 2, 3)) > 0).all()


class TestBalance:
    def test_p_rises_when_real_faces_are_told_apart_too_well(self) -> None:
        p, signs = tf.constant(0.2), tf.constant([0.9, 0.1])
        assert float(adapted(p, signs[0], 128)) > 0.2 > float(adapted(p, signs[1], 128))
        assert float(adapted(tf.constant(LARGEST_P), signs[0], 128)) == pytest.approx(LARGEST_P)

    def test_it_moves_at_every_fourth_step(self) -> None:
        balance = Balance(images=100, batch=32)
        p = []
        for step in range(8):
            balance.update(tf.constant(step, tf.int64), tf.constant(1.0), tf.constant(1.0))
            p.append(round(float(balance.p), 5))
        assert p == [0.2] * 3 + [0.20128] * 4 + [0.20256]

    def test_many_images_are_left_as_they_are(self) -> None:
        balance = Balance(images=1000, batch=32)
        balance.update(tf.constant(3, tf.int64), tf.constant(1.0), tf.constant(1.0))
        assert float(balance.p) == 0

    def test_who_has_won_five_times_sees_more_augmentation_and_then_it_ends(self) -> None:
        balance = Balance(images=1000, batch=32)
        ends = [judged(balance, 0.98) for _ in range(2 * PATIENCE)]
        assert float(balance.p) == pytest.approx(0.2)
        assert ends == [False] * (2 * PATIENCE - 1) + [True]

    def test_only_wins_in_a_row_count(self) -> None:
        balance = Balance(images=1000, batch=32)
        assert not any(judged(balance, accuracy) for accuracy in [0.98, 0.98, 0.98, 0.98, 0.9] * 4)
        assert float(balance.p) == 0


def judged(balance: Balance, accuracy: float) -> bool:
    balance.update(tf.constant(0, tf.int64), tf.constant(accuracy), tf.constant(accuracy))
    return balance.judge()
