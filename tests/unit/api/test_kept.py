"""What is kept in memory: how much of it, and made once."""

import pytest
from anyio import Event, create_task_group

from maskeraid_api.kept import Kept


class TestKept:
    async def test_the_least_recently_used_goes_first_and_bytes_are_bounded(self) -> None:
        kept, made = Kept[bytes](10, len), list[str]()

        async def value(key: str) -> bytes:
            async def make() -> bytes:
                made.append(key)
                return b"12345"

            return await kept.of(key, make)

        for key in ("a", "b", "a", "c", "a", "b"):
            await value(key)
        assert made == ["a", "b", "c", "b"]
        assert kept.bytes == 10

    async def test_what_is_larger_than_all_is_not_kept(self) -> None:
        kept = Kept[bytes](3, len)

        async def make() -> bytes:
            return b"12345"

        assert await kept.of("a", make) == b"12345"
        assert kept.bytes == 0

    async def test_all_who_wait_get_what_was_made_once(self) -> None:
        kept, may_end, made = Kept[bytes](10, len), Event(), list[bytes]()

        async def make() -> bytes:
            await may_end.wait()
            made.append(b"1")
            return b"1"

        async with create_task_group() as group:
            for _ in range(5):
                group.start_soon(kept.of, "a", make)
            may_end.set()
        assert made == [b"1"]

    async def test_a_failure_is_everyone_s_own_and_is_not_kept(self) -> None:
        kept = Kept[bytes](10, len)

        async def fail() -> bytes:
            raise OSError

        async def make() -> bytes:
            return b"1"

        with pytest.raises(OSError):  # noqa: PT011 as it was raised
            await kept.of("a", fail)
        assert await kept.of("a", make) == b"1"
