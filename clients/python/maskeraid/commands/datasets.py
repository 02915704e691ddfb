"""`maskeraid datasets …` and `maskeraid import`."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.progress import Progress

from maskeraid.client import REPEATS, Client
from maskeraid.commands.import_words import attribute_in_words, in_words, suggestion_in_words
from maskeraid.errors import ApiError, JobFailed
from maskeraid.objects import Dataset, Import
from maskeraid.resources.datasets import PURPOSE, attest
from maskeraid.terminal import (
    AsJson,
    CommandRefused,
    Group,
    connected,
    console,
    errors,
    follow,
    print_json,
    print_object,
    print_objects,
    print_outcome,
    progress_bar,
)

app = typer.Typer(cls=Group, no_args_is_help=True, help="Sets of face images.")

Role = Annotated[Literal["train", "test"] | None, typer.Option(help="Of a dataset that is made; `train` when absent.")]
IsDry = Annotated[
    bool, typer.Option("--dry-run", help="Check everything and say what would come of it; store nothing.")
]
IsSuggesting = Annotated[
    bool, typer.Option("--suggest", help="Suggest values for images that lack them, learned from the others.")
]
DrawnSet = Literal[
    "faces-light", "faces-medium", "faces-dark",
    "faces-light-balanced", "faces-medium-balanced", "faces-dark-balanced", "faces-test",
]  # fmt: skip
Basis = Literal["own_faces", "consent", "public_licence", "generated"]
NOT_ATTESTED = (
    "say why these faces may be used, and that no minor is among them: --basis own_faces, consent, generated, or "
    "public_licence with --licence"
)
NOT_YOURS = (
    "{0} is shared with you, and only {1} changes it; train on it or re-image its images as it is, and where downloads "
    "are allowed `maskeraid datasets merge NAME {0}` copies its images into a dataset of yours"
)
SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06", b"\x89PNG", b"\xff\xd8\xff", b"RIFF")  # of zips, of single pictures
ROWS_SHOWN = 20
OF_ANOTHER_TYPE = (
    "Attributes keep the type of a dataset's first import (`maskeraid datasets show {}`); another --name begins anew."
)


@app.command("list")
def list_datasets(as_json: AsJson = False) -> None:
    """Your datasets, newest first, then those that others (`owner`) share with you; `browse` shows public ones."""
    columns = ["id", "name", "owner", "role", "latest_version", "image_count"]
    with connected() as client:
        print_objects(client.datasets.usable(), columns, as_json=as_json)


@app.command("show")
def show_dataset(dataset: Annotated[str, typer.Argument(help="Its id or name.")], as_json: AsJson = False) -> None:
    """One dataset with its attributes."""
    with connected() as client:
        print_object(find_dataset(client, dataset), as_json=as_json)


@app.command("delete")
def delete_dataset(
    dataset: Annotated[str, typer.Argument(help="Its id or name.")],
    is_forced: Annotated[
        bool, typer.Option("--force", help="Also when models learned from it; they are flagged.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Delete a dataset with all its versions and images."""
    with connected() as client:
        found = find_own_dataset(client, dataset)
        client.datasets.delete(found.id, force=is_forced)
    print_outcome({"id": found.id, "deleted": True}, f"{found.name} ({found.id}) is deleted", as_json=as_json)


@app.command("draw")
def draw_faces(
    drawn_set: Annotated[DrawnSet, typer.Argument(help="Which; `-balanced` has 500 faces instead of 125.")],
    name: Annotated[str | None, typer.Option(help="Name of the dataset; else that of the set.")] = None,
    role: Role = None,
    as_json: AsJson = False,
) -> None:
    """Fill a dataset with faces that the service draws: nobody's, and at once."""
    with connected() as client, importing_into(client, name or drawn_set, role) as dataset, progress_bar() as bar:
        ended = follow(bar, client.imports.generate(dataset.id, drawn_set), f"draw {drawn_set}")
    print_import(ended, dataset, as_json=as_json)


def import_faces(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A zip with images and manifest.csv.")],
    name: Annotated[
        str | None, typer.Option(help="Name of the dataset, made when there is none; else the file's.")
    ] = None,
    role: Role = None,
    is_dry: IsDry = False,
    is_suggesting: IsSuggesting = False,
    basis: Annotated[
        Basis | None,
        typer.Option(help="Why these faces may be used, and your word that no minor is among them; once a dataset."),
    ] = None,
    purpose: Annotated[str, typer.Option(help="What they are for.")] = PURPOSE,
    licence: Annotated[str | None, typer.Option(help="With `--basis public_licence`, which one.")] = None,
    detects_faces: Annotated[
        bool, typer.Option("--detect-faces", help="These are photographs: cut the largest face out of each.")
    ] = False,
    size: Annotated[
        int | None, typer.Option(help="With `--detect-faces`, pixels a side of what is cut out; 64 when absent.")
    ] = None,
    near_duplicates: Annotated[
        Literal["keep", "drop"] | None, typer.Option(help="What becomes of pictures that are nearly the same.")
    ] = None,
    allows_generated: Annotated[
        bool, typer.Option("--allow-generated", help="Take pictures that say they were generated, and mark them.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Import a zip of faces into a dataset. After a broken connection, the same command goes on with the upload."""
    check_kind(file)
    attestation = attest(basis, purpose=purpose, licence=licence) if basis else None
    options = {
        "detect_faces": detects_faces, "size": size, "near_duplicates": near_duplicates,
        "allow_generated": allows_generated, "dry_run": is_dry, **suggesting(is_suggesting),
    }  # fmt: skip
    with connected() as client:
        check_attested(client, name or file.stem, attestation)
        with importing_into(client, name or file.stem, role, attestation, is_dry=is_dry) as dataset:
            try:
                with progress_bar() as bar:
                    ended = follow(
                        bar,
                        upload(client, bar, dataset, file, **{name: value for name, value in options.items() if value}),
                        f"import {file.name}",
                    )
            except JobFailed as failed:
                print_rejected(failed.job, dataset, errors)
                raise
    print_import(ended, dataset, as_json=as_json)


def check_kind(file: Path) -> None:
    """Before a dataset is made for it."""
    with file.open("rb") as stream:
        if not stream.read(4).startswith(SIGNATURES):
            raise typer.BadParameter(
                f"{file} is neither a zip nor a picture: put the images, and a manifest.csv, into a zip",
                param_hint="FILE",
            )


def suggesting(is_wanted: bool) -> dict[str, bool]:
    """The option of an import; not sent unless it is wanted."""
    return {"suggest_attributes": True} if is_wanted else {}


def upload(client: Client, bar: Progress, dataset: Dataset, file: Path, **options: Any) -> Import:  # noqa: ANN401
    client.repeats = REPEATS  # it has answered a moment ago: a restart in the middle is waited for
    task = bar.add_task(f"upload {file.name}", total=1, phase="sending")
    try:
        ordered = client.imports.upload(
            dataset.id, file, lambda done, total: bar.update(task, completed=done, total=total, phase="sending parts"),
            **options,
        )  # fmt: skip
    except KeyboardInterrupt as left:
        left.add_note("The same command goes on with the upload.")
        raise
    bar.update(task, completed=bar.tasks[task].total, phase="sent")
    return ordered


def print_import(ended: Import, dataset: Dataset, *, as_json: bool) -> None:
    if as_json:
        print_json(ended.to_dict())
        return
    console.print(f"{dataset.name} ({dataset.id}) {in_words(ended.result or {})}")
    for entry in (ended.result or {}).get("schema", ()):
        console.print(f"  {attribute_in_words(entry)}")
    for entry in (ended.result or {}).get("suggested", ()):
        console.print(f"  {suggestion_in_words(entry)}")
    print_rejected(ended, dataset, console)


def print_rejected(ended: Import, dataset: Dataset, output: Console) -> None:
    """Why rows were left out."""
    for row in ended.rejected_rows[:ROWS_SHOWN]:
        output.print(f"  left out: row {row['row']}, {row['file']}: {row['detail']} [{row['code']}]")
    if len(ended.rejected_rows) > ROWS_SHOWN:
        more = len(ended.rejected_rows) - ROWS_SHOWN
        output.print(f"  … and {more} more; `maskeraid datasets rows {ended.id}` shows them")
    if any(row["code"] == "value_not_allowed" for row in ended.rejected_rows):
        output.print(OF_ANOTHER_TYPE.format(dataset.name))


def find_dataset(client: Client, text: str) -> Dataset:
    """A dataset by id or name; by its name one of yours, else one that is shared with you."""
    if text.startswith("ds_"):
        return client.datasets.get(text)
    if found := client.datasets.named(text):
        return found
    shared = list(client.datasets.list(visibility="shared", name=text))
    if not shared:
        raise CommandRefused(f"there is no dataset {text!r}; `maskeraid datasets list` shows which there are")
    if len(shared) > 1:
        raise CommandRefused(f"several are called {text!r}; name one by its id, as `maskeraid datasets list` shows it")
    return shared[0]


def find_own_dataset(client: Client, text: str) -> Dataset:
    """A dataset by id or name, that is to be changed."""
    found = find_dataset(client, text)
    if found.owner:
        raise CommandRefused(NOT_YOURS.format(found.name, found.owner))
    return found


def check_attested(client: Client, name: str, attestation: dict[str, Any] | None) -> None:
    """Raises: CommandRefused, where nobody has vouched for the faces, before anything is made or sent."""
    if attestation is None:
        found = client.datasets.named(name)
        if found is None or not (found.attestation or {}).get("by"):
            raise CommandRefused(NOT_ATTESTED)


@contextmanager
def importing_into(
    client: Client, name: str, role: str | None, attestation: dict[str, Any] | None = None, *, is_dry: bool = False
) -> Iterator[Dataset]:
    """The dataset of this name; made when there is none, and then it goes again when nothing comes into it."""
    attested = {"attestation": attestation} if attestation else {}
    if found := client.datasets.named(name):
        if role and found.role != role:
            raise CommandRefused(f"{name!r} is a {found.role} dataset already; choose another --name for {role} images")
        yield client.datasets.change(found.id, **attested) if attested else found
        return
    made = client.datasets.create(name, role=role or "train", **attested)
    try:
        yield made
    except (ApiError, CommandRefused, JobFailed):
        _drop(client, made)
        raise
    if is_dry:
        _drop(client, made)


def _drop(client: Client, made: Dataset) -> None:
    """Unless a job uses it: then it goes on, and so does the dataset."""
    with suppress(ApiError):
        client.datasets.delete(made.id)
