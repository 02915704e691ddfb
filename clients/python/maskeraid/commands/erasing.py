"""`maskeraid datasets erase`: a person's images go, after a look at what that touches and a question."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from maskeraid.commands.datasets import find_dataset
from maskeraid.terminal import AsJson, connected, follow, print_outcome, progress_bar

STATEMENT = "Deleting pictures does not make a model forget them."
WORDS = {
    "images": "images", "covered_copies": "of them covered copies", "exports": "exports", "reimagings": "re-imagings",
    "batches": "batches", "models": "models that learned from them (flagged, not deleted)",
    "unfinished_jobs": "unfinished jobs (cancelled)",
}  # fmt: skip


def erase_person(
    subject: Annotated[str, typer.Argument(help="The person, as the attribute `subject` (or `person`) says it.")],
    dataset: Annotated[str | None, typer.Option(help="Only of this dataset, by id or name.")] = None,
    is_dry: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
    is_sure: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase a person from your datasets, with all that was made from the images. It cannot be undone."""
    with connected() as client:
        about = find_dataset(client, dataset).id if dataset else None
        if is_dry or not is_sure:
            looked = client.deletions.create(subject, dataset_id=about, dry_run=True).wait()
            impact = looked.impact or {}
            if is_dry:
                print_outcome(looked.to_dict(), told(impact), as_json=as_json)
                return
            typer.confirm(f"{told(impact)}\nErase {subject} for good?", abort=True, err=True)
        ordered = client.deletions.create(subject, dataset_id=about)
        with progress_bar() as bar:
            ended = follow(bar, ordered, f"erase {subject}")
    print_outcome(ended.to_dict(), _receipt(ended.id, ended.result or {}), as_json=as_json)


def told(impact: Mapping[str, Any]) -> str:
    """What would go, in a sentence."""
    counts = [(_count(impact.get(name, 0)), words) for name, words in WORDS.items()]
    return f"Of {', '.join(f'{count} {words}' for count, words in counts if count) or 'nothing'}."


def _count(found: int | Sequence[object]) -> int:
    return found if isinstance(found, int) else len(found)


def _receipt(deletion_id: str, result: Mapping[str, Any]) -> str:
    deleted, affected = result["deleted"], result["affected_models"]
    gone = f"{deletion_id}: {deleted['images']} images are gone, {deleted['objects']} objects in the store."
    models = ", ".join(sorted({one["model_id"] for one in affected}))
    return f"{gone} {STATEMENT} Train anew, or delete: {models}" if affected else gone
