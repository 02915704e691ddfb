"""Several devices that train as one: each takes its rows of every batch. With one device nothing here does anything."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import cache
from typing import Any

import keras
import tensorflow as tf

from maskeraid_faces.errors import BadSettings
from maskeraid_faces.images import Images
from maskeraid_faces.training.devices import FEWEST_A_REPLICA, replicas_for

Variables = Sequence[keras.Variable]


class Replicas:
    """The devices of a training. What is drawn is drawn for the whole batch on each, which then takes its share.

    So the batch, its pairs, and its statistics are the same on any number of devices, and the weights are equal up to
    the order of sums.
    """

    def __init__(self, strategy: tf.distribute.Strategy | None = None) -> None:
        """By default one device, as TensorFlow chooses it."""
        self._strategy = strategy or tf.distribute.get_strategy()
        self.number: int = self._strategy.num_replicas_in_sync
        self._total = tf.function(self._add_up)

    @property
    def is_chief(self) -> bool:
        """Whether this process is the one that tells and keeps; always, unless several hosts train."""
        return bool(self._strategy.extended.should_checkpoint)

    def scope(self) -> AbstractContextManager[None]:
        """Where variables are made that each device has."""
        scope: AbstractContextManager[None] = self._strategy.scope()
        return scope

    def copies(self, images: Images) -> tf.Tensor:
        """Constant images, on each device: to fetch rows from another's memory would cost more than the step."""
        if self.number == 1:
            return tf.constant(images)
        devices = self._strategy.extended.worker_devices  # of this process

        def copy(context: tf.distribute.experimental.ValueContext) -> tf.Tensor:
            with tf.device(devices[context.replica_id_in_sync_group % len(devices)]):
                return tf.constant(images)

        return self._strategy.experimental_distribute_values_from_function(copy)

    def run(self, step: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401  # whatever `step` returns
        """Call `step` on each device, with its copy of each argument."""
        return self._strategy.run(step, args=arguments)

    def share(self, drawn: tf.Tensor, batches: int = 1) -> tf.Tensor:
        """Of tensors (batches * batch, ...) this device's rows of each batch; inside `run`."""
        if self.number == 1:
            return drawn
        rows, place = drawn.shape[1:], tf.distribute.get_replica_context().replica_id_in_sync_group
        return tf.reshape(tf.reshape(drawn, (batches, self.number, -1, *rows))[:, place], (-1, *rows))

    def whole(self, shares: tf.Tensor) -> tf.Tensor:
        """The rows (batch, ...) of all devices, of what `run` has returned."""
        return shares if self.number == 1 else self._strategy.gather(shares, axis=0)

    def blend(self, averages: Variables, weights: Variables, kept: float) -> None:
        """Move each running average towards its weight, on each device; outside `run`."""
        for average, weight in zip(averages, weights, strict=True):
            self._strategy.extended.update(
                average.value, lambda old, new: old.assign(kept * old + (1 - kept) * new), args=(weight.value,)
            )

    def share_statistics(self, network: keras.Model) -> None:
        """Let batch normalisation see the whole batch, as on one device."""
        for layer in network.layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.synchronized = self.number > 1

    def agreed(self, numbers: Sequence[float]) -> list[float]:
        """The chief's numbers, in every process: clocks differ, and a step waits for all."""
        if not self._strategy.extended._in_multi_worker_mode():
            return list(numbers)
        told = numbers if self.is_chief else [0.0] * len(numbers)
        chiefs = len(self._strategy.extended.worker_devices)  # each of whose devices tells it
        total: list[float] = (self._total(tf.constant(told, tf.float64)).numpy() / chiefs).tolist()
        return total

    def _add_up(self, told: tf.Tensor) -> tf.Tensor:
        return self._strategy.reduce(tf.distribute.ReduceOp.SUM, self.run(tf.identity, told), axis=None)


@cache
def _cluster() -> tf.distribute.MultiWorkerMirroredStrategy | None:
    """All hosts that TF_CONFIG names, or None. Once a process, before anything else of TensorFlow."""
    hosts = tf.distribute.cluster_resolver.TFConfigClusterResolver().cluster_spec().as_dict()
    return tf.distribute.MultiWorkerMirroredStrategy() if sum(map(len, hosts.values())) > 1 else None


def replicas_of_machine(batch: int) -> Replicas:
    """As many devices as a batch is enough for: those of all hosts of TF_CONFIG, else the GPUs of this one.

    Raises: BadSettings, when a batch cannot be shared among the hosts, none of which can be left out.
    """
    if cluster := _cluster():
        number = cluster.num_replicas_in_sync
        if replicas_for(batch, number) < number:
            raise BadSettings(
                f"batch must be a multiple of {number}, at least {FEWEST_A_REPLICA * number}", field="batch"
            )
        return Replicas(cluster)
    devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    number = replicas_for(batch, len(devices))
    return Replicas(
        tf.distribute.MirroredStrategy([device.name for device in devices[:number]]) if number > 1 else None
    )
