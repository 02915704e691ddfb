"""A webhook receiver for the demo: keeps every request that its secret verifies."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from standardwebhooks import Webhook, WebhookVerificationError

from maskeraid_local.ports import LOOPBACK

MOST_BYTES = 64 * 1024
STOP_IS_SEEN_SECONDS = 0.02


class WebhookReceiver:
    """Listens on a loopback port; `received` are the bodies whose signature was right, by their webhook-id."""

    def __init__(self, port: int) -> None:
        self.secret: str | None = None  # known once the endpoint was made
        self.received: dict[str, str] = {}
        self.refused = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), MOST_BYTES)).decode(
                    errors="replace"
                )
                self.send_response(204 if receiver.take(body, dict(self.headers.items())) else 401)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Quiet: the demo shows what came."""

        self._server = ThreadingHTTPServer((LOOPBACK, port), Handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(STOP_IS_SEEN_SECONDS,), daemon=True, name="webhook receiver"
        )

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._server.server_port}/hooks"

    def take(self, body: str, headers: dict[str, str]) -> bool:
        """Keep a request if its signature is right."""
        lowered = {name.lower(): value for name, value in headers.items()}
        if not self._is_signed(body, lowered):
            self.refused += 1
            return False
        self.received[lowered["webhook-id"]] = body
        return True

    def _is_signed(self, body: str, headers: dict[str, str]) -> bool:
        if self.secret is None:
            return False
        try:
            Webhook(self.secret).verify(body, headers)
        except (WebhookVerificationError, ValueError):  # ValueError: what is not even shaped like a signature
            return False
        return True

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
