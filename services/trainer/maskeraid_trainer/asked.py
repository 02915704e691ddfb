"""What the parent asks of the process that trains, by signals."""

import os
import signal

from maskeraid_trainer.child import LEFT


class Leaving(Exception):
    """The process shall leave: the last checkpoint is written, and nothing more is wanted."""


class Asked:
    """SIGTERM asks the process to leave with a checkpoint, SIGUSR1 to end the steps early and save the model."""

    def __init__(self) -> None:
        self.to_leave = False
        self.to_finish = False
        self.has_trained = False  # whether there is something to keep

    def listen(self) -> None:
        """Hear the signals from now on."""
        signal.signal(signal.SIGTERM, self._leave)
        signal.signal(signal.SIGUSR1, self._finish)

    def check(self) -> None:
        """Raise Leaving when that was asked."""
        if self.to_leave:
            raise Leaving

    def _leave(self, *_: object) -> None:
        if not self.has_trained:  # still reading or compiling, perhaps for long
            os._exit(LEFT)
        self.to_leave = True

    def _finish(self, *_: object) -> None:
        self.to_finish = True
