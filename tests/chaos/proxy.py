"""A TCP proxy of one server that passes, delays, resets, or swallows; it may be told otherwise at any time."""

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine
from enum import StrEnum
from typing import Any, Self

from maskeraid_local.ports import LOOPBACK

PIECE_BYTES = 64 * 1024
RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 s: close sends RST


class Mode(StrEnum):
    PASS = "pass"
    DELAY = "delay"  # each piece comes `delay_seconds` later
    RESET = "reset"  # every connection is reset, also new ones
    BLACK_HOLE = "black hole"  # connections stay open and nothing comes through, until the mode changes


class Proxy:
    """Listens on a port of its own; lives in a thread of its own. Use as a context manager."""

    def __init__(self, upstream_port: int, delay_seconds: float = 0.2) -> None:
        self.mode = Mode.PASS
        self._upstream_port = upstream_port
        self._delay_seconds = delay_seconds
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="proxy")
        self._writers: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def switch(self, mode: Mode) -> None:
        """Behave so from now on, also on connections that exist."""
        self._run(self._switch(mode))

    def __enter__(self) -> Self:
        self._thread.start()
        self._passing = asyncio.Event()
        self._passing.set()
        self._server = self._run(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._accept, LOOPBACK, 0)

    async def _switch(self, mode: Mode) -> None:
        self.mode = mode
        if mode is Mode.BLACK_HOLE:
            self._passing.clear()
        else:
            self._passing.set()
        if mode is Mode.RESET:
            self._reset_all()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            await self._passing.wait()  # the kernel has accepted: the client takes itself for connected
            if self.mode is Mode.RESET:
                return _reset(writer)
            from_server, to_server = await asyncio.open_connection(LOOPBACK, self._upstream_port)
        except OSError:  # the server is away
            return _reset(writer)
        finally:
            self._writers.discard(writer)
        for source, sink in ((reader, to_server), (from_server, writer)):
            pump = asyncio.create_task(self._pump(source, sink))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """Forward one direction; what a black hole has swallowed comes through later, as lost packets do."""
        self._writers.add(sink)
        try:
            while piece := await source.read(PIECE_BYTES):
                if self.mode is Mode.DELAY:
                    await asyncio.sleep(self._delay_seconds)
                await self._passing.wait()
                sink.write(piece)
                await sink.drain()
        except ConnectionError:
            pass  # one side is gone: the other is told by the close
        finally:
            self._writers.discard(sink)
            sink.close()

    def _reset_all(self) -> None:
        for writer in list(self._writers):
            _reset(writer)

    async def _close(self) -> None:
        self._server.close()
        self._reset_all()
        for pump in list(self._pumps):
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 whatever it returns
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)


def _reset(writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    writer.transport.abort()
