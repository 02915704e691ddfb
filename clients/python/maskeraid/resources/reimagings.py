"""Re-imagings: covered faces in, plausible faces out."""

import json
from collections.abc import Mapping
from typing import Any

from maskeraid.objects import Covering, Reimaging
from maskeraid.resources.contents import Source, name_of, picture_of
from maskeraid.resources.resource import Resource

WAIT_SECONDS = 30


class Reimagings(Resource[Reimaging]):
    path, kind = "/v1/reimagings", Reimaging

    def create(
        self,
        image: Source | None = None,
        *,
        image_id: str | None = None,
        covering_map: Source | None = None,
        covering: str | Covering | Mapping[str, Any] | None = None,
        reuse: str | Reimaging | None = None,
        candidate: int | None = None,
        wait_seconds: int = WAIT_SECONDS,
        **options: Any,  # noqa: ANN401 options of the API
    ) -> Reimaging:
        """Ask for the covered part of a face to be filled, and wait for a while.

        Args:
            image: a file or its bytes; or `image_id`, an image of a dataset.
            reuse: an earlier re-imaging, or its id, whose drawn faces are smoothed and blended anew; no image then, and
                of the options `smoothing` and `tone_match` alone; all of them, or the one `candidate`, by its index.
            covering: a stored covering, or its id; or options of the API, as `{"covering_id": …, "grow": 1}`.
            covering_map: a black and white picture, white = covered; without it the covering is found. Beside an
                `image_id` it is stored first, waited for, and kept until you delete it; whoever uses a map more than
                once stores it with `coverings.create`.
            wait_seconds: how long the service may hold the answer back; 0 answers at once.
            options: `candidates`, `seed`, `model`, `pick`, `smoothing` … as in the HTTP API.

        Raises:
            NotUsable: a file is no picture.
            ValueError: not exactly one of `image`, `image_id`, and `reuse` is given, or two coverings are, or one
                beside `reuse`, or a `candidate` without it.
            JobFailed: the map beside an `image_id` cannot be read.
        """
        _check_one(image=image, image_id=image_id, reuse=reuse)
        wanted = {} if covering is None else _covering_options(covering)
        if covering_map is not None and wanted.get("covering_id"):
            raise ValueError("give covering_map or a stored covering, not both")
        if reuse is not None:
            if covering_map is not None or covering is not None:
                raise ValueError("reuse keeps the covering of the earlier one: leave covering_map and covering out")
            return self._ask(wait_seconds, json={"reuse": _reused(reuse, candidate), **options})
        if candidate is not None:
            raise ValueError("candidate chooses among the faces of an earlier re-imaging: give reuse")
        if image_id is not None and covering_map is not None:  # JSON has no place for a map
            wanted["covering_id"] = self._client.coverings.create(covering_map).wait().id
        options |= {"covering": wanted} if wanted else {}
        if image is None:
            return self._ask(wait_seconds, json={"image": {"image_id": image_id}, **options})
        files: dict[str, Any] = {"image": (name_of(image), picture_of(image)), "options": (None, json.dumps(options))}
        if covering_map is not None:
            files["covering"] = (name_of(covering_map), picture_of(covering_map))
        return self._ask(wait_seconds, files=files)

    def rate(self, reimaging_id: str, stars: int, note: str | None = None) -> Reimaging:
        """Say what you think of a result, 1 to 5, in place of what you said before; for your account alone."""
        body = {"stars": stars, **({"note": note} if note else {})}
        rated = self._client.request_json("PUT", f"{self.path}/{reimaging_id}/rating", json=body)
        return Reimaging.of(rated, self._client)

    def _ask(self, wait_seconds: int, **content: Any) -> Reimaging:  # noqa: ANN401 httpx's own options
        headers = {"Prefer": f"wait={wait_seconds}"} if wait_seconds else {}
        made = self._client.request_json("POST", self.path, headers=headers, **content)
        return Reimaging.of(made, self._client)


def _check_one(**sources: object) -> None:
    given = [name for name, source in sources.items() if source is not None]
    if len(given) != 1:
        found = f"{' and '.join(given)} are given" if given else "none is given"
        raise ValueError(f"give exactly one of {', '.join(sources)}: {found}")


def _reused(earlier: str | Reimaging, candidate: int | None) -> dict[str, Any]:
    named = {"reimaging_id": earlier if isinstance(earlier, str) else earlier.id}
    return named if candidate is None else {**named, "candidate": candidate}


def _covering_options(covering: str | Covering | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(covering, Mapping):
        return dict(covering)
    return {"covering_id": covering if isinstance(covering, str) else covering.id}
