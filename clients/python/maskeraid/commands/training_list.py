"""`maskeraid trainings …`."""

from typing import Annotated

import typer

from maskeraid.terminal import All, AsJson, Group, Limit, connected, print_newest, print_outcome

app = typer.Typer(cls=Group, no_args_is_help=True, help="What `maskeraid train` has ordered.")
TrainingId = Annotated[str, typer.Argument(metavar="TRAINING", help="Id of a training.")]


@app.command("list")
def list_trainings(limit: Limit = 50, is_all: All = False, as_json: AsJson = False) -> None:
    """Your trainings, newest first; of a dry run comes an estimate, and no model."""
    with connected() as client:
        columns = ["id", "name", "outcome", "status", "created_at", "finished_at"]
        print_newest(client.trainings.list(), columns, None if is_all else limit, as_json=as_json)


@app.command("delete")
def delete_training(training_id: TrainingId, as_json: AsJson = False) -> None:
    """Delete a training that has ended, with its probe, sheets, and curves; a model that it has made stays."""
    with connected() as client:
        client.trainings.delete(training_id)
    print_outcome({"id": training_id, "deleted": True}, f"{training_id} is deleted", as_json=as_json)
