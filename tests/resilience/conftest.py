"""The everyday rows share one stack."""

from tests.chaos.fixtures import client, environment, measured, workload

__all__ = ["client", "environment", "measured", "workload"]
