"""SDK of MASKERAID: `Client`, its objects, its errors. The command line is in cli.py and commands/."""

from maskeraid.client import Client
from maskeraid.errors import ApiError, JobFailed, MaskeraidClientError, NotReachable, NotUsable
from maskeraid.resources.batches import BatchImage
from maskeraid.resources.datasets import attest

__all__ = [
    "ApiError",
    "BatchImage",
    "Client",
    "JobFailed",
    "MaskeraidClientError",
    "NotReachable",
    "NotUsable",
    "attest",
]
