"""A model's generator as a `.keras` file for use elsewhere. Only ever written: no such file is read here."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np

from maskeraid_faces.face_model import FaceModel, Floats
from maskeraid_faces.networks.build import build_generator
from maskeraid_faces.networks.dense import build_thesis_generator
from maskeraid_faces.networks.eigen import EigenShape, build_eigen_generator
from maskeraid_faces.networks.layers import variables_by_name


def to_keras_file(model: FaceModel) -> bytes:
    """The generator from latents (batch, latent_size) to images float32 (batch, size, size, 3) in [-1, 1].

    Keras's own layers only, so that it loads anywhere without code of ours; `r3` alone needs two layers of ours, which
    importing its builder registers. Of `eigen` the fixed last layer is inside: the components are its kernel, the mean
    face is its bias, and its answer is clipped to the range.
    """
    generator = _generator_of(model)
    _set_weights(generator, model.generator)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        generator.save(path)
        return path.read_bytes()


def _generator_of(model: FaceModel) -> keras.Model:
    if model.architecture == "eigen":
        return _whole_eigen(model)
    if model.architecture == "thesis":
        return build_thesis_generator(model.size)
    generator = build_generator(model.architecture, model.size, model.widths)
    return keras.Model(generator.input, _clipped(generator.output), name="generator")


def _whole_eigen(model: FaceModel) -> keras.Model:
    rank, pixels = model.basis.gan_rank, model.basis.mean.size
    coefficients = build_eigen_generator(EigenShape.of(model.generator))
    basis = keras.layers.Dense(pixels, name="basis", trainable=False)
    x = basis(coefficients.output)  # (batch, P)
    x = keras.layers.Reshape((model.size, model.size, 3), name="image")(_clipped(x))
    basis.set_weights([model.basis.components[:rank], model.basis.mean])
    return keras.Model(coefficients.input, x, name="generator")


def _clipped(x: keras.KerasTensor) -> keras.KerasTensor:
    """To [-1, 1]."""
    return _shifted(keras.layers.ReLU(max_value=2.0, name="clipped")(_shifted(x, 1.0)), -1.0)


def _shifted(x: keras.KerasTensor, by: float) -> keras.KerasTensor:
    return keras.layers.Rescaling(1.0, offset=by)(x)


def _set_weights(network: keras.Model, weights: Mapping[str, Floats]) -> None:
    variables = variables_by_name(network)
    for name, array in weights.items():
        variables[name].assign(np.asarray(array))
