"""What comes in is counted, whatever was announced."""

import asyncio

import pytest
from starlette.types import Message

from maskeraid_api import body
from maskeraid_api.body import MeteredBody
from maskeraid_core.errors import RequestTimeout, TooLarge


def sender(*pieces: bytes) -> body.Receive:
    rest = list(pieces)

    async def receive() -> Message:
        piece = rest.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(rest)}

    return receive


async def silence() -> Message:
    await asyncio.Event().wait()
    raise AssertionError


class TestSize:
    async def test_counts_what_was_not_announced(self) -> None:
        metered = MeteredBody(sender(b"x" * 6, b"x" * 6), None)
        metered.allow(10)
        await metered()
        with pytest.raises(TooLarge):
            await metered()

    async def test_counts_what_was_announced_too_small(self) -> None:
        metered = MeteredBody(sender(b"x" * 20), 3)
        metered.allow(10)
        with pytest.raises(TooLarge):
            await metered()

    def test_refuses_what_is_announced_too_large(self) -> None:
        with pytest.raises(TooLarge):
            MeteredBody(silence, 11).allow(10)

    def test_says_what_to_do_with_more(self) -> None:
        with pytest.raises(TooLarge, match=r"may have 10 bytes; 11 were announced\. Send less\."):
            MeteredBody(silence, 11).allow(10, "Send less.")

    async def test_takes_exactly_the_limit(self) -> None:
        metered = MeteredBody(sender(b"x" * 10), 10)
        metered.allow(10)
        assert (await metered())["body"] == b"x" * 10
        assert metered.is_complete


class TestPace:
    async def test_a_silent_sender_is_given_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(body, "WINDOW_SECONDS", 0.01)
        with pytest.raises(RequestTimeout):
            await MeteredBody(silence, None)()
