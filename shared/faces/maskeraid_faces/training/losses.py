"""Losses, a function each, its paper named; and the six curves that every architecture logs."""

from collections.abc import Callable

import tensorflow as tf

CURVES = ("loss_g", "loss_d_real", "loss_d_fake", "acc_g", "acc_d_real", "acc_d_fake")  # Desentz 2021, Fig. 10-17


def relativistic_loss(winners: tf.Tensor, losers: tf.Tensor) -> tf.Tensor:
    """Mean softplus(losers - winners) over pairs of logits (batch, 1).

    Minimised by the discriminator with (real, fake), by the generator with (fake, real).
    Source: Jolicoeur-Martineau 2018, relativistic pairing GAN; Huang et al. 2025 (arXiv 2501.05441).
    """
    return tf.reduce_mean(tf.math.softplus(losers - winners))


def logits_and_penalty(
    discriminator: Callable[[tf.Tensor], tf.Tensor], inputs: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """The logits (batch, 1) and the mean squared norm of their gradient at `inputs` (batch, ...).

    The penalty is R1 on real and R2 on generated inputs. Source: Mescheder et al. 2018.
    """
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        logits = discriminator(inputs)
    slopes = tape.gradient(logits, inputs)
    return logits, tf.reduce_mean(tf.reduce_sum(tf.square(slopes), axis=range(1, inputs.shape.rank)))


def relativistic_curves(real: tf.Tensor, fake: tf.Tensor, fake_for_generator: tf.Tensor) -> tf.Tensor:
    """The six CURVES (6,) of relativistic logits (batch, 1): each side is judged against the other's mean.

    Relativistic logits have no zero point: "real" means above the mean of the generated, "fake" below that of the real.
    """
    real_mean, fake_mean = tf.reduce_mean(real), tf.reduce_mean(fake)
    return tf.stack(
        [
            tf.reduce_mean(tf.math.softplus(real_mean - fake_for_generator)),
            tf.reduce_mean(tf.math.softplus(fake_mean - real)),
            tf.reduce_mean(tf.math.softplus(fake - real_mean)),
            _share(fake_for_generator > real_mean),
            _share(real > fake_mean),
            _share(fake < real_mean),
        ]
    )


def _share(flags: tf.Tensor) -> tf.Tensor:
    return tf.reduce_mean(tf.cast(flags, tf.float32))
