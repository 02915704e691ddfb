"""`maskeraid checkpoints …`."""

from pathlib import Path
from typing import Annotated

import typer

from maskeraid.commands.trainings import made_in_words
from maskeraid.terminal import (
    All,
    AsJson,
    CommandRefused,
    Group,
    Limit,
    connected,
    console,
    follow,
    print_json,
    print_newest,
    print_outcome,
    progress_bar,
)

app = typer.Typer(cls=Group, no_args_is_help=True, help="What trainings have kept on their way.")
TrainingId = Annotated[str, typer.Argument(metavar="TRAINING", help="Id of a training.")]
Step = Annotated[int, typer.Argument(min=0, help="A step of `maskeraid checkpoints list`.")]


@app.command("list")
def list_checkpoints(
    training_id: TrainingId,
    limit: Limit = 50,
    is_all: All = False,
    as_json: AsJson = False,
) -> None:
    """The steps that were kept or looked at, newest first."""
    with connected() as client:
        found = client.trainings.checkpoints(training_id)
        columns = ["step", "is_resumable", "attempt", "created_at", "files"]
        print_newest(found, columns, None if is_all else limit, as_json=as_json)


@app.command("promote")
def promote_checkpoint(
    training_id: TrainingId,
    step: Step,
    is_followed: Annotated[bool, typer.Option("--wait/--no-wait", help="Follow it until it ends.")] = True,
    as_json: AsJson = False,
) -> None:
    """Make a model of a checkpoint, as it is."""
    with connected() as client:
        training = client.trainings.promote(training_id, step)
        if is_followed:
            with progress_bar() as bar:
                training = follow(bar, training, f"promote {step:,}")
    if as_json:
        print_json(training.to_dict())
    elif training.model:
        console.print(made_in_words(training))
    else:
        console.print(f"{training.id}: {training.status}")


@app.command("save")
def save_checkpoint(
    training_id: TrainingId,
    step: Step,
    output: Annotated[Path, typer.Option(file_okay=False, help="Folder for the pictures.")] = Path("."),
    as_json: AsJson = False,
) -> None:
    """Save the pictures of a checkpoint: drawn faces, and the probe where the training has one."""
    with connected() as client:
        found = next((one for one in client.trainings.checkpoints(training_id) if one.step == step), None)
        if found is None or not found.files:
            raise CommandRefused(f"no picture of step {step}; `maskeraid checkpoints list {training_id}` shows which")
        output.mkdir(parents=True, exist_ok=True)
        paths = [output / f"step-{step}-{file['name']}" for file in found.files]
        for path, file in zip(paths, found.files, strict=True):
            path.write_bytes(found.file(file["name"]))
    print_outcome([str(path) for path in paths], "\n".join(map(str, paths)), as_json=as_json)
