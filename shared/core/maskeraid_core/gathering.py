"""Gathers what may wait for a moment, so that one write does for several."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")

GATHER_SECONDS = 0.1  # at 40 jobs a second, four share the writes


class Gathering(Generic[ItemT]):
    """Lives on one event loop, and hands on in the order in which it was added.

    Args:
        do: carries several out; it says by itself what goes wrong, and raises nothing.
    """

    def __init__(self, do: Callable[[Sequence[ItemT]], Awaitable[None]]) -> None:
        self._do = do
        self._gathered: list[ItemT] = []
        self._task: asyncio.Task[None] | None = None

    def add(self, item: ItemT) -> None:
        """Return at once; it is done in a moment."""
        self._gathered.append(item)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def finish(self) -> None:
        """Return when all that was added has been done."""
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while self._gathered:
            await asyncio.sleep(GATHER_SECONDS)
            items, self._gathered = self._gathered, []
            await self._do(items)
