"""Models and their versions: yours, and those that others share with you."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from maskeraid.objects import Model, ModelVersion, Rating, Reimaging
from maskeraid.resources.resource import Resource

MOST_COMPARED = 4


class Models(Resource[Model]):
    path, kind = "/v1/models", Model

    def version(self, model_id: str, version: int | str = "latest") -> ModelVersion:
        """A version by number, alias, or `latest`, with its card and files."""
        return ModelVersion.of(self._client.get_json(f"{self.path}/{model_id}/versions/{version}"), self._client)

    def file(self, model_id: str, name: str, version: int | str = "latest") -> bytes:
        return self._client.get_bytes(f"{self.path}/{model_id}/versions/{version}/files/{name}")

    def delete_version(self, model_id: str, version: int) -> None:
        """Delete one version; not the last one, nor one that an alias leads to."""
        self._client.request("DELETE", f"{self.path}/{model_id}/versions/{version}")

    def change(self, model_id: str, **facts: Any) -> Model:  # noqa: ANN401 fields of the API
        """Change `name`, `tags`, or `metadata`; what is not named stays."""
        return self._put("PATCH", model_id, facts)

    def set_alias(self, model_id: str, alias: str, version: int) -> Model:
        """Let an alias lead to a version, also when it led elsewhere."""
        return self._put("PUT", f"{model_id}/aliases/{alias}", {"version": version})

    def delete_alias(self, model_id: str, alias: str) -> None:
        self._client.request("DELETE", f"{self.path}/{model_id}/aliases/{alias}")

    def share(
        self,
        model_id: str,
        tenant_ids: Sequence[str] = (),
        *,
        everyone: bool = False,
        licence: str | None = None,
        download: bool | None = None,
    ) -> Model:
        """Share a model with these accounts and no others, or with everyone, under a licence; `download` its weights?

        Raises ApiError `sharing_blocked` when everyone might see the people that it learned from.
        """
        wanted = {"visibility": "public"} if everyone else {"visibility": "shared", "shared_with": list(tenant_ids)}
        more = {"licence": licence, "download": download}
        return self._put("PATCH", model_id, {**wanted, **{name: one for name, one in more.items() if one is not None}})

    def unshare(self, model_id: str) -> Model:
        """Share a model with nobody any more; that has effect at once."""
        return self._put("PATCH", model_id, {"visibility": "private"})

    def adopt(self, model_id: str) -> Model:
        """Let a shared model take part in your Selection, for as long as it is shared."""
        return self._put("PUT", f"{model_id}/adoption", None)

    def forgo(self, model_id: str) -> None:
        """Take a shared model out of your Selection again."""
        self._client.request("DELETE", f"{self.path}/{model_id}/adoption")

    def choose_default(self, model_id: str) -> Model:
        """Let a public model fill faces for every account that has none of its own; for who runs the server."""
        return self._put("PUT", f"{model_id}/default", None)

    def forgo_default(self, model_id: str) -> None:
        """Have no default model any more."""
        self._client.request("DELETE", f"{self.path}/{model_id}/default")

    def rate(self, model_id: str, stars: int, note: str | None = None) -> Rating:
        """Say what you think of a model, 1 to 5, in place of what you said before."""
        body = {"stars": stars, **({"note": note} if note else {})}
        return Rating.of(self._client.request_json("PUT", f"{self.path}/{model_id}/ratings", json=body), self._client)

    def ratings(self, model_id: str) -> Iterator[Rating]:
        """What accounts think of a model, newest first."""
        return Ratings(self._client, f"{self.path}/{model_id}/ratings").list()

    def compare(
        self,
        image: str | Path | bytes,
        versions: Sequence[str],
        *,
        seed: int = 0,
        **options: Any,  # noqa: ANN401
    ) -> list[Reimaging]:
        """Fill one photo by up to four versions (`mdl_…:2`, `mdl_…:champion`, or `mdl_…`) with the same seed.

        They fill the same covering: where neither a `covering_map` nor a `covering` with colours is given, the first
        version guesses it for all, which is waited for. They are ordered together: `wait()` for each.

        Raises: ValueError for more than four. JobFailed when no covering is found.
        """
        if not 1 <= len(versions) <= MOST_COMPARED:
            raise ValueError(f"one to {MOST_COMPARED} versions can be compared")
        chosen = [text.partition(":") for text in versions]
        models = [{"model_id": model, "version": _version(version)} for model, _, version in chosen]
        reimagings = self._client.reimagings
        is_guessed = options.get("covering_map") is None and not options.get("covering", {}).get("colours")
        if is_guessed and len(models) > 1:  # each would guess by the colours that its own faces lack
            found = reimagings.create(image, model=models[0], until="covering", covering=options.pop("covering", {}))
            options["covering_map"] = found.wait().file("covering.png")
        return [reimagings.create(image, model=model, seed=seed, wait_seconds=0, **options) for model in models]

    def _put(self, method: str, path: str, body: dict[str, Any] | None) -> Model:
        options = {} if body is None else {"json": body}
        return Model.of(self._client.request_json(method, f"{self.path}/{path}", **options), self._client)


class Ratings(Resource[Rating]):
    kind = Rating

    def __init__(self, client: Any, path: str) -> None:  # noqa: ANN401 the client imports this module
        super().__init__(client)
        self.path = path


def _version(text: str) -> int | str:
    return int(text) if text.isdecimal() else text or "latest"
