"""`maskeraid jobs …`."""

from itertools import islice
from typing import Annotated, Literal

import typer

from maskeraid.terminal import AsJson, connected, console, follow, print_json, print_object, print_objects, progress_bar

app = typer.Typer(no_args_is_help=True, help="Everything that takes time.")

Kind = Annotated[Literal["import", "training", "reimaging"] | None, typer.Option(help="Only of this kind.")]
Status = Annotated[
    Literal["queued", "running", "paused", "succeeded", "failed", "cancelled"] | None,
    typer.Option(help="Only in this status."),
]
JobId = Annotated[str, typer.Argument(metavar="JOB", help="Id of an import, a training, or a re-imaging.")]


@app.command("list")
def list_jobs(
    kind: Kind = None,
    status: Status = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Your jobs, newest first."""
    with connected() as client:
        newest = islice(client.jobs.list(kind=kind, status=status), limit)
        print_objects(newest, ["id", "kind", "status", "phase", "created_at"], as_json=as_json)


@app.command("show")
def show_job(job_id: JobId, as_json: AsJson = False) -> None:
    """One job with everything the service says of it."""
    with connected() as client:
        print_object(client.jobs.get(job_id).refresh(), as_json=as_json)


@app.command("follow")
def follow_job(
    job_id: JobId, as_json: Annotated[bool, typer.Option("--json", help="Print each event as a line of JSON.")] = False
) -> None:
    """Watch a job until it ends, from its beginning; exit code 1 unless it succeeds."""
    with connected() as client:
        job = client.jobs.get(job_id)
        if as_json:
            for event in job.events():
                typer.echo(event.model_dump_json())
            job.refresh().wait()
        else:
            with progress_bar() as bar:
                console.print(follow(bar, job, job_id).status)


@app.command("cancel")
def cancel_job(job_id: JobId, as_json: AsJson = False) -> None:
    """End a job and drop what it made."""
    with connected() as client:
        job = client.jobs.cancel(job_id)
    if as_json:
        print_json(job.to_dict())
    else:
        console.print("cancelled" if job.status == "cancelled" else "it will end in a moment")
