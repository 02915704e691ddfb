"""`maskeraid workers …`."""

from typing import Annotated

import typer

from maskeraid.terminal import AsJson, Group, connected, print_objects, print_outcome

app = typer.Typer(cls=Group, no_args_is_help=True, help="The processes that do the work.")


@app.command("list")
def list_workers(as_json: AsJson = False) -> None:
    """Workers that live, and what they work on."""
    with connected() as client:
        shown = ["id", "queue", "device", "running_jobs", "is_draining", "seen_at"]
        print_objects(client.workers.list(), shown, as_json=as_json)


@app.command("drain")
def drain_worker(
    worker_id: Annotated[str, typer.Argument(metavar="WORKER", help="As `maskeraid workers list` shows it.")],
    as_json: AsJson = False,
) -> None:
    """Let a worker take no more jobs, and leave after those in hand."""
    with connected() as client:
        worker = client.workers.drain(worker_id)
    print_outcome(worker, f"it leaves after what it has in hand, jobs: {worker.running_jobs}", as_json=as_json)
