"""Trains the thesis's choosing network on the training faces of several models. Loads TensorFlow.

Source: Desentz 2021, section 6.2, Table 4, Fig. 19 and 20. Not given there, chosen by us: Adam 2e-4 with beta1 0.5,
batch 32, ReLU, and when to end.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import keras
import numpy as np
from numpy.typing import NDArray

from maskeraid_faces.errors import BadSettings, TooFewImages, TooFewModels
from maskeraid_faces.image_rows import ManyImages
from maskeraid_faces.images import Floats, Images, to_network
from maskeraid_faces.networks.layer_table import LayerTable, layer_table
from maskeraid_faces.networks.layers import set_weights, weights_by_name
from maskeraid_faces.networks.selector import build_selector
from maskeraid_faces.selection.network import SIDE, SelectorNetwork
from maskeraid_faces.selection.network_files import as_stored
from maskeraid_faces.sizes import fit_image
from maskeraid_faces.training.selector_report import SelectorReport, judge
from maskeraid_faces.training.selector_split import FEWEST_OF_A_MODEL, Split, split_rows

FEWEST_MODELS = 2
LEARNING_RATE, BETA_1 = 2e-4, 0.5
MEASURED_AT_ONCE = 32  # images
LOW_LOSS = 1e-3  # of the validation: nothing is left to learn (Fig. 19 ends at 0)
PATIENCE = 3  # epochs without a lower validation loss

Stopped = Literal["learned", "plateau", "epochs", "time", "asked"]


@dataclass(frozen=True)
class SelectorSettings:
    """`max_seconds` counts from the first step. One epoch is made, whatever the time and whoever asks for an end."""

    batch: int = 32
    max_epochs: int = 30
    fewest_epochs: int = 4  # that Fig. 19 has a curve
    max_seconds: float = 600.0


@dataclass(frozen=True)
class Epoch:
    """A point of the curves: Fig. 19."""

    epoch: int  # from 1
    seconds: float
    loss: float
    accuracy: float
    validation_loss: float
    validation_accuracy: float


@dataclass(frozen=True)
class SelectorResult:
    """A trained network and what Fig. 18 to 20 show of it."""

    network: SelectorNetwork
    curves: tuple[Epoch, ...]
    report: SelectorReport  # of the test part
    layers: LayerTable
    split: Split
    stopped: Stopped
    seconds: float


@dataclass(frozen=True)
class SelectorWatch:
    """The windows of a training; `progress` gets the epochs done so far, also parts of one."""

    progress: Callable[[float], None] = lambda epochs: None
    epoch: Callable[[Epoch], None] = lambda point: None
    stop: Callable[[], bool] = lambda: False


def train_selector(
    faces: Mapping[str, ManyImages],
    *,
    seed: int = 0,
    settings: SelectorSettings | None = None,
    watch: SelectorWatch | None = None,
) -> SelectorResult:
    """Train on a seeded, stratified split: 2/3 to learn, 2/15 to validate, 1/5 to test (375 faces: 250, 50, 75).

    Beside the images there are some 2 GB in memory: weights, their gradients and moments, one batch's maps.

    Args:
        faces: training images of each model, uint8 (n, side, side, 3), uncovered; n >= 8, sizes may differ.
        seed: of the split, the first weights, and the order of the images.
        settings: when to end.
        watch: what is told meanwhile, and whether to end.

    Raises:
        TooFewModels: fewer than 2.
        TooFewImages: a model has fewer than 8.
        BadSettings: an end that is none.
    """
    settings, watch = settings or SelectorSettings(), watch or SelectorWatch()
    _check(faces, settings)
    images, labels = _joined(faces)
    split = split_rows(labels, seed)
    network = build_selector(len(faces), size=SIDE, seed=seed)
    network.compile(
        keras.optimizers.Adam(LEARNING_RATE, beta_1=BETA_1), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    began = time.monotonic()
    curves, best, stopped = _fit(network, images, labels, split, seed, settings, watch, began)
    weights = as_stored(best)
    set_weights(network, weights)
    chosen = np.argmax(_predict(network, images, split.test), axis=1)
    return SelectorResult(
        SelectorNetwork(tuple(faces), weights),
        tuple(curves),
        judge(labels[split.test], chosen, tuple(faces)),
        layer_table(network),
        split,
        stopped,
        time.monotonic() - began,
    )


def _check(faces: Mapping[str, ManyImages], settings: SelectorSettings) -> None:
    if len(faces) < FEWEST_MODELS:
        raise TooFewModels(f"a selector needs 2 models to choose among, found {len(faces)}", found=len(faces))
    few = {model: len(images) for model, images in faces.items() if len(images) < FEWEST_OF_A_MODEL}
    if few:
        raise TooFewImages(f"a selector needs {FEWEST_OF_A_MODEL} images of every model", found=few)
    if settings.batch < 1 or settings.max_epochs < 1:
        raise BadSettings("a training needs a batch of an image and an epoch", field="max_epochs")


def _joined(faces: Mapping[str, ManyImages]) -> tuple[Images, NDArray[np.intp]]:
    """All faces in the network's size, 3 kB each, and which model each is of."""
    counts = [len(images) for images in faces.values()]
    joined = np.empty((sum(counts), SIDE, SIDE, 3), np.uint8)
    place = 0
    for images in faces.values():
        for image in images:
            joined[place] = fit_image(image, SIDE)
            place += 1
    return joined, np.repeat(np.arange(len(counts)), counts)


def _fit(
    network: keras.Model,
    images: Images,
    labels: NDArray[np.intp],
    split: Split,
    seed: int,
    settings: SelectorSettings,
    watch: SelectorWatch,
    began: float,
) -> tuple[list[Epoch], dict[str, Floats], Stopped]:
    """Go over the images until there is a reason to end; the curves, the weights of the lowest validation loss."""
    curves: list[Epoch] = []
    best, lowest, best_epoch = weights_by_name(network), np.inf, 0
    for epoch in range(1, settings.max_epochs + 1):
        order = np.random.default_rng((seed, epoch)).permutation(split.training)
        network.reset_metrics()
        learned: Mapping[str, float] = {}
        for done, rows in _batches(order, settings.batch):
            learned = network.train_on_batch(to_network(images[rows]), labels[rows], return_dict=True)
            watch.progress(epoch - 1 + done / len(order))
            if curves and watch.stop():
                return curves, best, "asked"
        validation_loss, right = _measure(network, images, labels, split.validation)
        point = Epoch(
            epoch, time.monotonic() - began, float(learned["loss"]), float(learned["accuracy"]), validation_loss, right
        )
        curves.append(point)
        watch.epoch(point)
        if validation_loss < lowest:
            best, lowest, best_epoch = weights_by_name(network), validation_loss, epoch
        if watch.stop():
            return curves, best, "asked"
        if reason := _reason_to_end(point, lowest, best_epoch, settings):
            return curves, best, reason
    return curves, best, "epochs"


def _reason_to_end(point: Epoch, lowest: float, best_epoch: int, settings: SelectorSettings) -> Stopped | None:
    if point.seconds >= settings.max_seconds:
        return "time"
    if point.epoch < settings.fewest_epochs:
        return None
    if lowest <= LOW_LOSS:
        return "learned"
    return "plateau" if point.epoch - best_epoch >= PATIENCE else None


def _measure(
    network: keras.Model, images: Images, labels: NDArray[np.intp], rows: NDArray[np.intp]
) -> tuple[float, float]:
    """Cross-entropy and share of right choices."""
    shares = _predict(network, images, rows)
    of_truth = np.clip(shares[np.arange(len(rows)), labels[rows]], 1e-7, 1)
    return float(-np.log(of_truth).mean()), float((shares.argmax(axis=1) == labels[rows]).mean())


def _predict(network: keras.Model, images: Images, rows: NDArray[np.intp]) -> Floats:
    found = [network.predict_on_batch(to_network(images[part])) for _, part in _batches(rows, MEASURED_AT_ONCE)]
    return np.concatenate(found)  # (rows, models)


def _batches(rows: NDArray[np.intp], size: int) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Rows a batch, with how many are done behind it."""
    for start in range(0, len(rows), size):
        yield min(start + size, len(rows)), rows[start : start + size]
