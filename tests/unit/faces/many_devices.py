"""A process that trains on two devices: `python -m tests.unit.faces.many_devices <what> <file>` writes what came out.

Virtual devices must be there before TensorFlow's first tensor, so they need a process of their own.
"""

import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from maskeraid_faces.drawn import draw_faces
from maskeraid_faces.face_model import TrainedArchitecture
from maskeraid_faces.training.pixel_gan import PixelGan
from maskeraid_faces.training.replicas import Replicas, replicas_of_machine
from maskeraid_faces.training.settings import TrainSettings, Watch
from maskeraid_faces.training.train import train

FACES = np.ascontiguousarray(draw_faces("faces-light").images[::3, 10:26, 8:24])  # 42 faces of 16 pixels
BATCH, STEPS = 32, 6


def gan_of(architecture: TrainedArchitecture, replicas: Replicas | None) -> PixelGan:
    return PixelGan(
        architecture, FACES, FACES[:0], "photo", batch=BATCH, seed=3, width=32, is_mirrored=True, replicas=replicas
    )


def on_two_devices(file: Path, architecture: TrainedArchitecture = "dcgan") -> None:
    """Six steps on one device and on two, then three more of the two's checkpoint on each."""
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    two = replicas_of_machine(BATCH)
    found: dict[str, Any] = {"number": two.number, "of_a_small_batch": replicas_of_machine(31).number}
    one, both = gan_of(architecture, None), gan_of(architecture, two)
    start = one.state()
    found["curves"] = {"one": one.run_steps(0, STEPS), "both": both.run_steps(0, STEPS)}
    checkpoint = both.state()
    found |= {"apart": farthest(one.state(), checkpoint), "moved": farthest(one.state(), start)}
    both.run_steps(STEPS, STEPS + 3)
    unbroken = both.state()
    for gan, name in ((both, "resumed"), (one, "resumed_on_one")):
        gan.restore(checkpoint)
        gan.run_steps(STEPS, STEPS + 3)
        found[name] = farthest(unbroken, gan.state())
    found |= {"differing": differing(both), "recipe": both.recipe}
    file.write_text(json.dumps(found))


def farthest(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, float]:
    """How far the weights are from each other, as the root of the mean square and at the most."""
    parts = ("generator/", "discriminator/", "average/")
    apart = [np.subtract(one[name], other[name]).ravel() for name in one if name.startswith(parts)]
    difference = np.concatenate(apart).astype(np.float64)
    return {"mean": float(np.sqrt(np.mean(difference**2))), "most": float(np.abs(difference).max())}


def differing(gan: PixelGan) -> list[str]:
    """The variables whose value is not the same on all devices."""
    return [
        name
        for name, variable in gan._variables().items()
        if len({part.numpy().tobytes() for part in variable.value.values}) != 1
    ]


def on_a_host(file: Path) -> None:
    """One of the hosts of TF_CONFIG: a whole training; the last thing that it hears is when it ends."""
    told: list[str] = []
    watch = Watch(
        progress=lambda step, seconds, values: told.append("progress"),
        checkpoint=lambda step, arrays: told.append("checkpoint"),
        stop=lambda: len(told) > 4,
        checkpoint_seconds=0,
    )
    settings = TrainSettings(architecture="dense", batch=BATCH, max_seconds=1000)
    result = train(FACES, settings=settings, seed=3, watch=watch)
    digest = hashlib.sha256(b"".join(array.tobytes() for array in result.model.generator.values())).hexdigest()
    file.write_text(json.dumps({"told": told, "steps": result.steps, "stopped": result.stopped, "digest": digest}))


WHAT: Mapping[str, Callable[..., None]] = {"devices": on_two_devices, "host": on_a_host}

if __name__ == "__main__":
    WHAT[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])
