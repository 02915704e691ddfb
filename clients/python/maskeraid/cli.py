"""The `maskeraid` command: the product from a terminal."""

import importlib
from pathlib import Path
from typing import Annotated, Any

import typer

from maskeraid.client import Client
from maskeraid.credentials import Credentials, read_credentials, write_credentials
from maskeraid.objects import Dataset
from maskeraid.terminal import console, errors, follow, print_json, print_objects, readable_errors

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Re-image partly covered faces with models of your own."
)
datasets_app = typer.Typer(no_args_is_help=True, help="Sets of face images.")
jobs_app = typer.Typer(no_args_is_help=True, help="Everything that takes time.")
models_app = typer.Typer(no_args_is_help=True, help="What trainings made.")
keys_app = typer.Typer(no_args_is_help=True, help="API keys.")
app.add_typer(datasets_app, name="datasets")
app.add_typer(jobs_app, name="jobs")
app.add_typer(models_app, name="models")
app.add_typer(keys_app, name="keys")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
STATEMENT = "A plausible face, not a reconstruction. Not evidence of identity."


def connect() -> Client:
    credentials = read_credentials()
    if credentials.key is None:
        errors.print("No key yet. Run [bold]maskeraid login KEY[/], or set MASKERAID_KEY.", highlight=False)
        raise typer.Exit(1)
    return Client(credentials.key, credentials.url)


def local_part() -> Any:  # noqa: ANN401 a module that is only there on machines that run the service
    """The package that runs the service on this machine."""
    try:
        return importlib.import_module("maskeraid_local.commands")
    except ImportError:
        errors.print("This command runs the service itself: install maskeraid-local, or use `make up`.")
        raise typer.Exit(1) from None


@app.command()
def up(
    data: Annotated[Path, typer.Option(help="Folder that keeps everything.")] = Path(".maskeraid"),
    port: Annotated[int, typer.Option(help="Port of the API on this machine.")] = 8000,
) -> None:
    """Run the whole service on this machine until Ctrl-C."""
    raise typer.Exit(local_part().up(data, port))


@app.command()
def demo(output: Annotated[Path, typer.Option(help="Folder for what the demo makes.")] = Path("demo-output")) -> None:
    """Run the main job once, from drawn faces to re-imaged ones."""
    raise typer.Exit(local_part().demo(output))


@app.command()
def login(
    key: Annotated[str, typer.Argument(help="The API key, mk_…")],
    url: Annotated[str, typer.Option(help="Where the service is.")] = Credentials.url,
) -> None:
    """Keep a key for the commands that follow, after trying it."""
    with readable_errors(), Client(key, url) as client:
        me = client.get_json("/v1/me")
    file = write_credentials(Credentials(url, key))
    console.print(f"Signed in as {me['tenant']['name']}; kept in {file}")


@datasets_app.command("list")
def list_datasets(as_json: AsJson = False) -> None:
    """Your datasets, newest first."""
    with readable_errors(), connect() as client:
        print_objects(client.datasets.list(), ["id", "name", "role", "latest_version", "image_count"], as_json=as_json)


@datasets_app.command("show")
def show_dataset(dataset: str) -> None:
    """One dataset, by id or name."""
    with readable_errors(), connect() as client:
        print_json(find_dataset(client, dataset).to_dict())


@app.command("import")
def import_faces(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A zip with images and manifest.csv.")],
    name: Annotated[str | None, typer.Option(help="Name of the dataset; made when there is none.")] = None,
    role: Annotated[str, typer.Option(help="train or test.")] = "train",
    as_json: AsJson = False,
) -> None:
    """Import a zip of faces into a dataset."""
    with readable_errors(), connect() as client:
        name = name or file.stem
        dataset = next((found for found in client.datasets.list() if found.name == name), None)
        dataset = dataset or client.datasets.create(name, role=role)
        ended = follow(client.imports.upload(dataset.id, file), f"import {file.name}")
        if as_json:
            print_json(ended.to_dict())
            return
        result = ended.result or {}
        console.print(f"{dataset.name} ({dataset.id}) version {result.get('version')}: {result.get('imported')} images")
        print_rejected(result)


def print_rejected(result: dict[str, Any]) -> None:
    rejected = result.get("rejected", 0) + result.get("duplicates", 0)
    if rejected:
        console.print(f"{rejected} rows were left out:")
    for row in result.get("rejected_rows", [])[:20]:
        console.print(f"  row {row['row']}, {row.get('file', '')}: {row['detail']} [{row['code']}]", markup=False)


@app.command()
def train(
    dataset: Annotated[list[str], typer.Argument(help="Datasets, by id or name.")],
    name: Annotated[str | None, typer.Option(help="Name of the model.")] = None,
    architecture: Annotated[str, typer.Option(help="auto, eigen, or thesis.")] = "auto",
    where: Annotated[list[str] | None, typer.Option(help="Only images with, e.g., mouth:2; repeatable.")] = None,
    steps: Annotated[int | None, typer.Option(help="Steps of the thesis's loop.")] = None,
    max_seconds: Annotated[float | None, typer.Option(help="Longest training time.")] = None,
    seed: int = 0,
    email: Annotated[bool, typer.Option(help="Send an e-mail when it ends.")] = False,
    is_waiting: Annotated[bool, typer.Option("--wait/--no-wait", help="Follow it until it ends.")] = True,
    as_json: AsJson = False,
) -> None:
    """Train a model on datasets."""
    with readable_errors(), connect() as client:
        found = [find_dataset(client, text) for text in dataset]
        given = {"steps": steps, "max_seconds": max_seconds}
        training = client.trainings.create(
            name or found[0].name, [item.id for item in found], architecture=architecture, where=where or [],
            seed=seed, email=email, hyperparameters={key: value for key, value in given.items() if value is not None},
        )  # fmt: skip
        if is_waiting:
            training = client.trainings.get(follow(training, f"train {training.name}").id)
        if as_json:
            print_json(training.to_dict())
        else:
            console.print(
                f"{training.id}: {training.status}; model {(training.result or {}).get('model_id', 'not yet')}"
            )


@app.command()
def reimage(
    image: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A partly covered face.")],
    output: Annotated[Path, typer.Option(help="Folder for the pictures.")] = Path("reimaged"),
    covering: Annotated[Path | None, typer.Option(help="Black and white picture, white = covered.")] = None,
    model: Annotated[str | None, typer.Option(help="Model id; without it the fitting one is chosen.")] = None,
    candidates: int = 8,
    seed: int = 0,
    pick: Annotated[str, typer.Option(help="spread, sample, or random (the thesis).")] = "spread",
    as_json: AsJson = False,
) -> None:
    """Fill the covered part of a face with plausible versions."""
    with readable_errors(), connect() as client:
        options: dict[str, Any] = {"candidates": candidates, "seed": seed, "pick": pick}
        if model:
            options["model"] = {"model_id": model}
        made = client.reimagings.create(image, covering_map=covering, **options).wait()
        output.mkdir(parents=True, exist_ok=True)
        names = [name for name in (made.result or {}).get("files", {}) if name.endswith((".png", ".npy"))]
        for name in names:
            (output / name).write_bytes(made.file(name))
        if as_json:
            print_json(made.to_dict())
            return
        chosen = (made.result or {}).get("selection", {})
        console.print(f"{made.id}: {len(names)} files in {output}/, model {chosen.get('model_id')}\n{STATEMENT}")


@jobs_app.command("list")
def list_jobs(
    kind: Annotated[str | None, typer.Option(help="import, training, or reimaging.")] = None,
    status: Annotated[str | None, typer.Option(help="queued, running, succeeded, failed, or cancelled.")] = None,
    as_json: AsJson = False,
) -> None:
    """Your jobs, newest first."""
    with readable_errors(), connect() as client:
        found = client.jobs.list(kind=kind, status=status)
        print_objects(found, ["id", "kind", "status", "phase", "created_at"], as_json=as_json)


@jobs_app.command("show")
def show_job(job_id: str) -> None:
    """One job with everything the service says of it."""
    with readable_errors(), connect() as client:
        print_json(client.jobs.get(job_id).to_dict())


@jobs_app.command("follow")
def follow_job(job_id: str) -> None:
    """Watch a job until it ends."""
    with readable_errors(), connect() as client:
        ended = follow(client.jobs.get(job_id), job_id)
        console.print(ended.status)


@jobs_app.command("cancel")
def cancel_job(job_id: str) -> None:
    """End a job and drop what it made."""
    with readable_errors(), connect() as client:
        job = client.jobs.cancel(job_id)
        console.print("cancelled" if job.status == "cancelled" else "it will end in a moment")


@models_app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """Your models, newest first."""
    with readable_errors(), connect() as client:
        print_objects(client.models.list(), ["id", "name", "latest_version", "created_at"], as_json=as_json)


@models_app.command("show")
def show_model(model_id: str, version: str = "latest") -> None:
    """A model's card, guarantees, layers, lineage, and files."""
    with readable_errors(), connect() as client:
        print_json(client.models.version(model_id, version).to_dict())


@models_app.command("download")
def download_model(model_id: str, output: Path, version: str = "latest") -> None:
    """Every file of a model version into a folder."""
    with readable_errors(), connect() as client:
        output.mkdir(parents=True, exist_ok=True)
        for file in client.models.version(model_id, version).files:
            (output / file["name"]).write_bytes(client.models.file(model_id, file["name"], version))
            console.print(file["name"], file["bytes"])


@keys_app.command("list")
def list_keys(as_json: AsJson = False) -> None:
    """Your keys; their secrets are kept nowhere."""
    with readable_errors(), connect() as client:
        print_objects(client.api_keys.list(), ["id", "name", "scopes", "expires_at", "last_used_at"], as_json=as_json)


@keys_app.command("new")
def new_key(name: str, scope: Annotated[list[str], typer.Option(help="Repeatable, e.g. models:read.")]) -> None:
    """Make a key; it is shown once."""
    with readable_errors(), connect() as client:
        console.print(client.api_keys.create(name, scope).key, soft_wrap=True)


@keys_app.command("revoke")
def revoke_key(key_id: str) -> None:
    """Make a key worthless at once."""
    with readable_errors(), connect() as client:
        client.api_keys.delete(key_id)


def find_dataset(client: Client, text: str) -> Dataset:
    """A dataset by id or name."""
    if text.startswith("ds_"):
        return client.datasets.get(text)
    found = next((dataset for dataset in client.datasets.list() if dataset.name == text), None)
    if found is None:
        errors.print(f"There is no dataset named {text!r}; `maskeraid datasets list` shows yours.")
        raise typer.Exit(1)
    return found
