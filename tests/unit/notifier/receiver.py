"""A real receiver on loopback that says exactly the bytes it is told to, and keeps what it was sent."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class Request:
    line: str
    headers: dict[str, str]
    body: str


@dataclass
class Receiver:
    port: int = 0
    answer: bytes = OK
    seconds_between_bytes: float = 0
    seconds_before_end: float = 0
    connections: int = 0
    requests: list[Request] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
            body = await reader.readexactly(int(headers["content-length"]))
            self.requests.append(Request(head[0], headers, body.decode()))
            if not self.seconds_between_bytes:
                writer.write(self.answer)
                await writer.drain()
            else:
                for byte in self.answer:
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(self.seconds_between_bytes)
            await asyncio.sleep(self.seconds_before_end)
        except (ConnectionError, asyncio.IncompleteReadError):
            return  # the sender hung up, as it may
        finally:
            writer.close()


@asynccontextmanager
async def receive(
    receiver: Receiver, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[Receiver]:
    server = await asyncio.start_server(receiver.serve, host, 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
