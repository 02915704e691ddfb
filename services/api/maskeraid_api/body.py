"""Counts what comes in: no body is larger or slower than its route allows, whatever Content-Length says."""

import asyncio
import time

from starlette.types import Message, Receive

from maskeraid_core.errors import RequestTimeout, TooLarge

DEFAULT_BYTES = 2**20
WINDOW_SECONDS = 30.0
LEAST_BYTES_A_WINDOW = 16 * 1024 * 30  # 16 KiB/s
MOST_SECONDS = 3600.0  # 8 GiB go in parts of at most 64 MiB; no single body needs longer


class MeteredBody:
    """Stands in for `receive`; raises TooLarge or RequestTimeout while a body is read."""

    def __init__(self, receive: Receive, declared_bytes: int | None) -> None:
        self._receive = receive
        self._declared = declared_bytes
        self._limit, self._remedy = DEFAULT_BYTES, ""
        self._total = 0
        self._window = 0
        self._window_ends = 0.0
        self._ends = 0.0
        self.is_complete = False

    def allow(self, limit: int, remedy: str = "") -> None:
        """Take at most so many bytes; a larger announced length is refused before the first byte is read."""
        self._limit, self._remedy = limit, f" {remedy}" if remedy else ""
        if self._declared is not None and self._declared > limit:
            announced = f"{self._declared} were announced"
            raise TooLarge(f"The body may have {limit} bytes; {announced}.{self._remedy}", limit=limit)

    async def __call__(self) -> Message:
        if self.is_complete:
            return await self._receive()  # what follows a body is only the client's leaving
        message = await self._receive_in_time()
        if message["type"] != "http.request":
            return message
        size = len(message.get("body", b""))
        self._total += size
        self._window += size
        self.is_complete = not message.get("more_body", False)
        if self._total > self._limit:
            raise TooLarge(f"The body may have {self._limit} bytes.{self._remedy}", limit=self._limit)
        return message

    async def _receive_in_time(self) -> Message:
        started = time.monotonic()
        if not self._ends:
            self._ends, self._window_ends = started + MOST_SECONDS, started + WINDOW_SECONDS
        while True:
            try:
                async with asyncio.timeout(max(0.0, min(self._ends, self._window_ends) - time.monotonic())):
                    return await self._receive()
            except TimeoutError:
                self._begin_window()

    def _begin_window(self) -> None:
        at = time.monotonic()
        if at >= self._ends or self._window < LEAST_BYTES_A_WINDOW:
            raise RequestTimeout
        self._window, self._window_ends = 0, at + WINDOW_SECONDS
