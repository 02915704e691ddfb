"""Datasets, what goes into them, and what is in them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from maskeraid.objects import Dataset, Image, ImageSheet, Import, ImportRow, Report
from maskeraid.resources.resource import Resource
from maskeraid.resources.uploads import ShowParts, show_nothing

SMALL_UPLOAD_BYTES = 64 * 2**20
ROWS_PAGE = 500
PURPOSE = "training models for re-imaging"


def attest(basis: str, *, purpose: str = PURPOSE, licence: str | None = None) -> dict[str, Any]:
    """Your word for why faces may be used, and that no minor is among them.

    Args:
        basis: `own_faces`, `consent`, `public_licence` (then name the `licence`), or `generated`.
    """
    said = {"basis": basis, "purpose": purpose, "minors_excluded": True}
    return {**said, "licence": licence} if licence else said


class Datasets(Resource[Dataset]):
    path, kind = "/v1/datasets", Dataset

    def create(self, name: str, *, role: str = "train", **facts: Any) -> Dataset:  # noqa: ANN401 fields of the API
        """A new, empty dataset; `role` is `train` or `test`. Before an upload it needs `attestation=attest(…)`."""
        return self._create(name=name, role=role, **facts)

    def delete(self, object_id: str, *, force: bool = False) -> None:
        """Delete a dataset; with `force` also when models learned from it, which are flagged."""
        self._client.request("DELETE", f"{self.path}/{object_id}", params={"force": force} if force else {})

    def change(self, dataset_id: str, **facts: Any) -> Dataset:  # noqa: ANN401 fields of the API
        """Change `name`, `attestation`, `licence`, `retain_until`, …; what is not named stays."""
        return Dataset.of(self._client.request_json("PATCH", f"{self.path}/{dataset_id}", json=facts), self._client)

    def share(
        self,
        dataset_id: str,
        tenant_ids: Sequence[str] = (),
        *,
        everyone: bool = False,
        licence: str | None = None,
        download: bool | None = None,
    ) -> Dataset:
        """Share a dataset with these accounts and no others, or its versions of today with everyone, under a licence.

        They look at its images, train on them, and re-image them, without what is private; with `download` they may
        export, cover, and merge them.
        """
        wanted = {"visibility": "public"} if everyone else {"visibility": "shared", "shared_with": list(tenant_ids)}
        more = {"licence": licence, "download": download}
        return self.change(dataset_id, **wanted, **{name: one for name, one in more.items() if one is not None})

    def unshare(self, dataset_id: str) -> Dataset:
        """Share a dataset with nobody any more, at once; models of others that learned from it are flagged."""
        return self.change(dataset_id, visibility="private")

    def browse(self, visibility: str = "public", *, where: Sequence[str] = (), **query: Any) -> Iterator[Dataset]:  # noqa: ANN401
        """Datasets that others made `public`, or `shared` with you, or your `own`, by what their images show.

        Args:
            where: conditions like `eyes:1`; each dataset's `matching` says how many of its images meet them.
            query: `q`, a part of the name; `licence`; `role`.
        """
        return self.list(visibility=visibility, where=list(where), **query)

    def usable(self, **query: Any) -> Iterator[Dataset]:  # noqa: ANN401 query values are of any plain type
        """Your datasets, then those that others share with you by name (`owner`); `list` has yours alone."""
        yield from self.list(**query)
        yield from self.list(visibility="shared", **query)

    def named(self, name: str) -> Dataset | None:
        """Your dataset of this name, if there is one."""
        return next(self.list(name=name), None)

    def report(
        self,
        dataset_id: str,
        kind: Literal["confounds", "coverage", "quality"],
        *,
        version: int | str = "latest",
        where: Sequence[str] = (),
        beside: Sequence[str] = (),
    ) -> Report:
        """Which attributes travel together, which combinations there are, or which images teach a model little.

        Args:
            beside: ids of datasets that are counted too, with `confounds`.
        """
        query: dict[str, Any] = {"version": version, "where": list(where)} | (
            {"beside": list(beside)} if beside else {}
        )
        return Report.of(self._client.get_json(f"{self.path}/{dataset_id}/reports/{kind}", **query), self._client)


class Imports(Resource[Import]):
    path, kind = "/v1/imports", Import

    def generate(self, dataset_id: str, drawn_set: str, *, dry_run: bool = False) -> Import:
        """Fill a dataset with drawn faces: `faces-light`, `faces-test`, …"""
        return self._order(dataset_id, {"type": "generator", "set": drawn_set}, dry_run)

    def edit(
        self,
        dataset_id: str,
        values: Mapping[str, str | float | None] | None = None,
        *,
        where: Sequence[str] | None = None,
        image_ids: Sequence[str] = (),
        delete: bool = False,
        dry_run: bool = False,
        **options: Any,  # noqa: ANN401 fields of the API
    ) -> Import:
        """Change images that are there, which makes a version; no image is sent or copied.

        Args:
            values: new values by attribute, of those that the dataset has; None takes a value away.
            where: conditions like `mouth:2`; the images that meet them are changed, all of them by an empty list.
            image_ids: instead, which images.
            delete: take the images out, instead of setting values.
            options: as `POST /v1/imports` takes them, like `suggest_attributes=True`.
        """
        source = _edit_of(where, image_ids)
        source |= {"delete": True} if delete else {}
        source |= {"set": dict(values)} if values is not None else {}
        return self._order(dataset_id, source, dry_run, **options)

    def confirm(
        self,
        dataset_id: str,
        *attributes: str,
        least_confidence: float | None = None,
        where: Sequence[str] | None = None,
        image_ids: Sequence[str] = (),
        dry_run: bool = False,
    ) -> Import:
        """Make what is suggested of these attributes the images' values, of all images when none are named.

        Args:
            least_confidence: only suggestions as sure as this, 0 to 1.
            where: conditions like `suggested.hair:1`.
        """
        source = _edit_of([] if where is None and not image_ids else where, image_ids)
        source |= {"confirm": list(attributes)}
        source |= {"least_confidence": least_confidence} if least_confidence is not None else {}
        return self._order(dataset_id, source, dry_run)

    def dismiss(
        self,
        dataset_id: str,
        *attributes: str,
        where: Sequence[str] | None = None,
        image_ids: Sequence[str] = (),
        dry_run: bool = False,
    ) -> Import:
        """Drop what is suggested of these attributes, of all images when none are named."""
        source = _edit_of([] if where is None and not image_ids else where, image_ids)
        return self._order(dataset_id, source | {"dismiss": list(attributes)}, dry_run)

    def merge(
        self,
        dataset_id: str,
        parts: Sequence[str | Mapping[str, Any]],
        *,
        as_text: Sequence[str] = (),
        dry_run: bool = False,
        **options: Any,  # noqa: ANN401 fields of the API
    ) -> Import:
        """Take in the images of other datasets, each once.

        Args:
            parts: ids of datasets, or `{"dataset_id", "version", "where"}`.
            as_text: attributes that become texts, where the datasets do not agree on their type.
            options: as `POST /v1/imports` takes them, like `suggest_attributes=True`.
        """
        chosen = [{"dataset_id": part} if isinstance(part, str) else dict(part) for part in parts]
        texts = {"as_text": list(as_text)} if as_text else {}
        return self._order(dataset_id, {"type": "merge", "parts": chosen, **texts}, dry_run, **options)

    def rows(self, import_id: str, *outcomes: str) -> Iterator[ImportRow]:
        """What became of every row of an import that has ended, or of those of some outcomes."""
        after: int | None = None
        while True:
            query = {"limit": ROWS_PAGE, "after": after, "outcome": list(outcomes)}
            page = self._client.get_json(f"{self.path}/{import_id}/rows", **query)
            yield from (ImportRow.of(row, self._client) for row in page["data"])
            if not page["has_more"]:
                return
            after = page["last_id"]

    def rows_csv(self, import_id: str, *outcomes: str) -> bytes:
        """The same as CSV, whole."""
        query, headers = {"outcome": list(outcomes)}, {"Accept": "text/csv"}
        return self._client.request("GET", f"{self.path}/{import_id}/rows", params=query, headers=headers).content

    def cover(
        self,
        dataset_id: str,
        of: str,
        *,
        families: Sequence[str] = (),
        where: Sequence[str] = (),
        version: int | str = "latest",
        seed: int | None = None,
        dry_run: bool = False,
    ) -> Import:
        """Fill a dataset with covered copies of the clean faces of another, `of`.

        Args:
            families: what may be worn, `surgical`, `cloth` …; everything when empty.
            where: conditions on the clean faces, like `mouth:2`.
            seed: the same seed, the same coverings; drawn when absent.
        """
        source: dict[str, Any] = {"type": "coverings"}
        source["of"] = {"dataset_id": of, "version": version, "where": list(where)}
        source |= {"families": list(families)} if families else {}
        source |= {"seed": seed} if seed is not None else {}
        return self._order(dataset_id, source, dry_run)

    def upload(
        self,
        dataset_id: str,
        file: str | Path,
        show_parts: ShowParts = show_nothing,
        *,
        dry_run: bool = False,
        **options: Any,  # noqa: ANN401 fields of the API
    ) -> Import:
        """Import a zip with images and a manifest; large files go in parts, and `show_parts` is told of each.

        Args:
            dry_run: everything is read and checked, and nothing stored.
            options: as `POST /v1/imports` takes them, like `near_duplicates="drop"`.
        """
        file = Path(file)
        if file.stat().st_size > SMALL_UPLOAD_BYTES:
            upload = self._client.uploads.send(file, show_parts)
            source = {"type": "upload", "upload_id": upload.id}
            return self._create(dataset_id=dataset_id, source=source, **options, **_dry(dry_run))
        options |= _dry(dry_run)
        parts = {"dataset_id": dataset_id} | ({"options": json.dumps(options)} if options else {})
        with file.open("rb") as stream:
            ordered = self._client.request_json("POST", self.path, data=parts, files={"files": (file.name, stream)})
        return Import.of(ordered, self._client)

    def _order(self, dataset_id: str, source: Mapping[str, Any], dry_run: bool, **options: Any) -> Import:  # noqa: ANN401
        return self._create(dataset_id=dataset_id, source=source, **options, **_dry(dry_run))


def _edit_of(where: Sequence[str] | None, image_ids: Sequence[str]) -> dict[str, Any]:
    which: dict[str, Any] = {"image_ids": list(image_ids)} if image_ids else {}
    return {"type": "edit", **which, **({"where": list(where)} if where is not None else {})}


def _dry(dry_run: bool) -> dict[str, Any]:
    return {"dry_run": True} if dry_run else {}


class Images(Resource[Image]):
    path, kind = "/v1/images", Image

    def of_dataset(
        self,
        dataset_id: str,
        *,
        version: int | str = "latest",
        where: Sequence[str] = (),
        limit: int = 100,
        offset: int = 0,
        sort: str | None = None,
    ) -> list[Image]:
        """One page of a dataset's images.

        Args:
            where: conditions like `mouth:2`, `quality.warning:blurred`.
            sort: `like:img_…`, `quality.sharpness`, or `-quality.sharpness`; else in their own order.
        """
        query = {"dataset_id": dataset_id, "version": version, "where": list(where), "limit": limit, "offset": offset}
        query |= {"sort": sort} if sort else {}
        page = self._client.get_json(self.path, **query)
        return [Image.of(row, self._client) for row in page["data"]]

    def of_model(
        self,
        model_id: str,
        version: int | str = "latest",
        *,
        where: Sequence[str] = (),
        limit: int = 100,
        offset: int = 0,
    ) -> list[Image]:
        """One page of the images that a model of yours learned from."""
        query = {"model_id": model_id, "version": version, "where": list(where), "limit": limit, "offset": offset}
        page = self._client.get_json(self.path, **query)
        return [Image.of(row, self._client) for row in page["data"]]

    def sheet(
        self,
        *,
        dataset_id: str | Sequence[str] | None = None,
        model_id: str | None = None,
        version: int | str = "latest",
        where: Sequence[str] = (),
        limit: int = 100,
        offset: int = 0,
        tile: int = 64,
    ) -> ImageSheet:
        """The thumbnails of one page, of datasets or of a model, as one picture; `tile`: most pixels of a side."""
        ids = [dataset_id] if isinstance(dataset_id, str) else list(dataset_id or ())
        query = {"dataset_id": ids, "model_id": model_id, "version": version, "where": list(where)}
        page = {name: value for name, value in query.items() if value not in (None, [])}
        params = {**page, "limit": limit, "offset": offset, "tile": tile}
        answer = self._client.request("GET", "/v1/image-sheets", params=params)
        tile, columns, count = (int(answer.headers[f"Sheet-{name}"]) for name in ("Tile", "Columns", "Count"))
        return ImageSheet(answer.content, tile, columns, count)

    def array(self, image_id: str) -> bytes:
        """The pixels as .npy: float32 (height, width, 3) in [-1, 1]."""
        return self._client.get_bytes(f"{self.path}/{image_id}/content", format="npy")

    def content(self, image_id: str) -> bytes:
        """The stored PNG."""
        return self._client.get_bytes(f"{self.path}/{image_id}/content")
