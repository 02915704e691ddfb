"""Models and their versions."""

from maskeraid.objects import Model, ModelVersion
from maskeraid.resources.resource import Resource


class Models(Resource[Model]):
    path, kind = "/v1/models", Model

    def version(self, model_id: str, version: int | str = "latest") -> ModelVersion:
        """A version by number, alias, or `latest`, with its card and files."""
        return ModelVersion.of(self._client.get_json(f"{self.path}/{model_id}/versions/{version}"), self._client)

    def file(self, model_id: str, name: str, version: int | str = "latest") -> bytes:
        return self._client.get_bytes(f"{self.path}/{model_id}/versions/{version}/files/{name}")
