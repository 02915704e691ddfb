"""Connections to a mail server that end after a time in all: smtplib bounds each read, not their sum."""

import contextlib
import smtplib
import socket
import ssl
import threading
from dataclasses import dataclass
from typing import Any, Literal

STEP_SECONDS = 15.0
WHOLE_SECONDS = 45.0  # below a delivery's lease: another notifier must not send it meanwhile


@dataclass(frozen=True)
class SmtpServer:
    """Where mail is handed over; `security` is that of the connection."""

    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    user: str = ""
    password: str = ""


def connect(server: SmtpServer, tls: ssl.SSLContext) -> smtplib.SMTP:
    """Open a connection and hear the greeting. Raises what smtplib does, here and later, when the time is over too."""
    if server.security == "tls":
        return _BoundedOverTls(server.host, server.port, timeout=STEP_SECONDS, context=tls)
    return _Bounded(server.host, server.port, timeout=STEP_SECONDS)


class _Bounded(smtplib.SMTP):
    _is_done: threading.Event | None = None

    def connect(self, *address: Any, **source: Any) -> tuple[int, bytes]:  # noqa: ANN401 smtplib's own types
        self._is_done = threading.Event()
        threading.Thread(target=self._end_in_time, args=[self._is_done], daemon=True).start()
        try:
            return super().connect(*address, **source)
        except BaseException:
            self._is_done.set()
            raise

    def close(self) -> None:
        if self._is_done:
            self._is_done.set()
        super().close()

    def _end_in_time(self, is_done: threading.Event) -> None:
        """Shut the socket down, which wakes who reads from it; again, for STARTTLS may put another in its place."""
        wait = WHOLE_SECONDS
        while not is_done.wait(wait):
            if sock := self.sock:
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)  # that of TLS sockets is not safe in a thread
            wait = 1.0


class _BoundedOverTls(_Bounded, smtplib.SMTP_SSL):
    pass
