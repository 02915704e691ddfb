"""The long rows: one stack for those that leave it as they found it; the others start their own."""

from tests.chaos.fixtures import client, environment, measured, workload

__all__ = ["client", "environment", "measured", "workload"]
