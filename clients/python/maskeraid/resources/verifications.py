"""Verifications: whether a bundle is as the service has signed it."""

from typing import TYPE_CHECKING

from maskeraid.objects import Verification
from maskeraid.resources.contents import Source, bytes_of

if TYPE_CHECKING:
    from maskeraid.client import Client


class Verifications:
    """Nothing of them is kept, so there are none to get or list."""

    def __init__(self, client: "Client") -> None:
        self._client = client

    def create(self, bundle: Source) -> Verification:
        """Have a bundle checked, a file or its bytes; one that is not valid raises nothing: look at `valid`."""
        files = {"bundle": ("bundle.zip", bytes_of(bundle))}
        return Verification.of(self._client.request_json("POST", "/v1/verifications", files=files), self._client)
