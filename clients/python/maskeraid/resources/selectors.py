"""Selectors: the thesis's network that chooses a model for a face."""

from pathlib import Path

from maskeraid.objects import Selector, Training
from maskeraid.resources.resource import Resource

CURRENT = "current"


class Selectors(Resource[Selector]):
    path, kind = "/v1/selectors", Selector

    def get(self, object_id: str = CURRENT) -> Selector:
        """One by its id; the newest when none is named. Raises ApiError `not_found` when there is none yet."""
        return super().get(object_id)

    def train(self, *, seed: int | None = None, email: bool = False) -> Training:
        """Let a selector learn from every training face of every model that you can use; `wait()` for its end.

        Raises ApiError `too_few_models` unless there are two.
        """
        body = {"kind": "selector", "seed": seed, "notify": {"email": email}}
        return Training.of(self._client.post_json("/v1/trainings", body), self._client)

    def file(self, name: str, selector_id: str = CURRENT) -> bytes:
        """The bytes of one of its files, e.g. `confusion.png`; `weights.safetensors` has 76 MB."""
        return self._client.get_bytes(f"{self.path}/{selector_id}/files/{name}")

    def save(self, name: str, folder: str | Path = ".", selector_id: str = CURRENT) -> Path:
        """Write one of its files into a folder, which is made if there is none; where it lies."""
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.file(name, selector_id))
        return path
