"""What may wait for a moment is done together, in its order, and nothing is left at the end."""

import asyncio
from collections.abc import Sequence

from maskeraid_core.gathering import Gathering


async def test_what_comes_within_a_moment_is_done_together_and_the_rest_after_it() -> None:
    done, is_begun, may_go_on = list[list[int]](), asyncio.Event(), asyncio.Event()

    async def do(items: Sequence[int]) -> None:
        done.append(list(items))
        is_begun.set()
        await may_go_on.wait()

    gathering = Gathering(do)
    gathering.add(1)
    gathering.add(2)
    await is_begun.wait()
    gathering.add(3)  # while the first are being done
    may_go_on.set()
    await gathering.finish()
    assert done == [[1, 2], [3]]
    gathering.add(4)
    await gathering.finish()
    assert done[-1] == [4]
