"""`maskeraid datasets erase`: a person's images, or some, go, after a look at what that touches and a question."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any

import typer

from maskeraid.client import Client
from maskeraid.commands.datasets import find_own_dataset
from maskeraid.errors import ApiError
from maskeraid.resources.resource import Resource
from maskeraid.terminal import AsJson, connected, follow, print_outcome, progress_bar

STATEMENT = "Deleting pictures does not make a model forget them."
WORDS = {
    "images": "images", "covered_copies": "of them covered copies", "exports": "exports", "reimagings": "re-imagings",
    "batches": "batches", "models": "models that learned from them (flagged, not deleted)",
    "unfinished_jobs": "unfinished jobs (cancelled)", "probes": "test photos of trainings",
    "copies_of_others": "copies that readers have made (erased too)",
}  # fmt: skip


def erase(
    subject: Annotated[
        str | None, typer.Argument(help="The person, as the attribute `subject` (or `person`) says it.")
    ] = None,
    image: Annotated[
        list[str] | None, typer.Option(metavar="IMAGE", help="In place of a person: an image, img_…; repeatable.")
    ] = None,
    dataset: Annotated[str | None, typer.Option(help="Only of this dataset, by id or name.")] = None,
    is_dry: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
    is_sure: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase a person or images from your datasets, with all that was made from them. It cannot be undone."""
    if bool(subject) == bool(image):
        raise typer.BadParameter("name a person, or --image, and only one of them")
    if image and dataset:
        raise typer.BadParameter("it belongs to a person; images are in their datasets", param_hint="--dataset")
    whom = subject or ", ".join(image or ())
    with connected() as client:
        about = find_own_dataset(client, dataset).id if dataset else None
        order = partial(client.deletions.create, subject, image_ids=image or (), dataset_id=about)
        if is_dry or not is_sure:
            looked = order(dry_run=True).wait()
            words = told(client, whom, looked.impact or {})
            if is_dry:
                print_outcome(looked.to_dict(), words, as_json=as_json)
                return
            typer.confirm(f"{words}\nErase {whom} for good?", abort=True, err=True)
        ordered = order()
        with progress_bar() as bar:
            ended = follow(bar, ordered, f"erase {whom}")
    print_outcome(ended.to_dict(), _receipt(ended.id, ended.result or {}), as_json=as_json)


def told(client: Client, whom: str, impact: Mapping[str, Any]) -> str:
    """What would go: how much of each kind, from which datasets, and which models have learned from it."""
    counts = [(_count(impact.get(name, 0)), words) for name, words in WORDS.items()]
    found = ", ".join(f"{count} {words}" for count, words in counts if count)
    places: defaultdict[str, list[str]] = defaultdict(list)
    for one in impact.get("versions", ()):
        places[one["dataset_id"]].append(f"{one['images']} in version {one['version']}")
    lines = [
        f"{whom}: {found or 'nothing'}.",
        *(f"  dataset {_named(client.datasets, one)}: {', '.join(counted)}" for one, counted in places.items()),
        *(f"  model {_named(client.models, one['model_id'])}, version {one['version']}" for one in impact["models"]),
    ]
    return "\n".join(lines)


def _named(resource: Resource[Any], object_id: str) -> str:
    """Its name and id; of one that was deleted, and is not swept yet, the id."""
    try:
        return f"{resource.get(object_id).name} ({object_id})"
    except ApiError:
        return f"{object_id} (deleted)"


def _count(found: int | Sequence[object]) -> int:
    return found if isinstance(found, int) else len(found)


def _receipt(deletion_id: str, result: Mapping[str, Any]) -> str:
    deleted, affected = result["deleted"], result["affected_models"]
    gone = f"{deletion_id}: {deleted['images']} images are gone, {deleted['objects']} objects in the store."
    models = ", ".join(sorted({one["model_id"] for one in affected}))
    return f"{gone} {STATEMENT} Train anew, or delete: {models}" if affected else gone
