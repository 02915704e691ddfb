"""Waiting jobs are counted now and then; in between every accepted one counts."""

from maskeraid_api.backlogs import Backlogs
from maskeraid_core.jobs import QueueName
from maskeraid_core.repositories.jobs import JobRepository


class CountedJobs(JobRepository):
    """Says how many jobs wait, and how often that was asked."""

    def __init__(self, waiting: int) -> None:
        self.number, self.asked = waiting, 0

    async def waiting(self, queue: QueueName, most: int) -> int:
        self.asked += 1
        return min(self.number, most)


async def accept(backlogs: Backlogs, jobs: JobRepository, most: int) -> bool:
    return await backlogs.count(jobs, "ten_1", QueueName.INFERENCE, most) < most


class TestBacklogs:
    async def test_no_more_are_accepted_than_there_is_room_for(self) -> None:
        backlogs, jobs = Backlogs(), CountedJobs(3)
        accepted = 0
        while await accept(backlogs, jobs, 10):
            accepted += 1
            jobs.number += 1
        assert accepted == 7
        assert jobs.asked == 2  # at first, and before the refusal

    async def test_a_full_queue_is_counted_until_there_is_room(self) -> None:
        backlogs, jobs = Backlogs(), CountedJobs(10)
        assert not await accept(backlogs, jobs, 10)
        jobs.number = 9
        assert await accept(backlogs, jobs, 10)
