"""`maskeraid jobs …`."""

from typing import Annotated, Literal

import typer

from maskeraid.objects import Job
from maskeraid.terminal import (
    All,
    AsJson,
    Group,
    JobStatus,
    Limit,
    connected,
    console,
    follow,
    print_newest,
    print_object,
    print_outcome,
    progress_bar,
)

app = typer.Typer(cls=Group, no_args_is_help=True, help="Everything that takes time.")

Kind = Annotated[
    Literal["import", "export", "training", "evaluation", "reimaging", "batch", "covering"] | None,
    typer.Option(help="Only of this kind."),
]
JobId = Annotated[
    str, typer.Argument(metavar="JOB", help="Its id, whatever it does: imp_…, exp_…, trn_…, evl_…, rim_…, bat_…, cov_…")
]


@app.command("list")
def list_jobs(
    kind: Kind = None,
    status: JobStatus = None,
    limit: Limit = 50,
    is_all: All = False,
    with_dry_runs: Annotated[
        bool, typer.Option("--dry-runs", help="Also estimates, checks, and previews, which make nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Your jobs, newest first."""
    with connected() as client:
        columns = ["id", "kind", *["dry_run"] * with_dry_runs, "name", "about", "status", "phase", "created_at"]
        found = client.jobs.list(kind=kind, status=status, dry_run=None if with_dry_runs else False)
        print_newest(found, columns, None if is_all else limit, as_json=as_json)


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
        _show(client.jobs.cancel(job_id), "cancelled", "it will end in a moment", as_json=as_json)


@app.command("pause")
def pause_job(job_id: JobId, as_json: AsJson = False) -> None:
    """Let a training stand still at a checkpoint."""
    with connected() as client:
        _show(client.jobs.pause(job_id), "paused", "it will pause in a moment", as_json=as_json)


@app.command("resume")
def resume_job(job_id: JobId, as_json: AsJson = False) -> None:
    """Let a paused training go on."""
    with connected() as client:
        _show(client.jobs.resume(job_id), "queued", "it goes on", as_json=as_json)


@app.command("stop")
def stop_job(job_id: JobId, as_json: AsJson = False) -> None:
    """End a training early, and keep the model that it has become."""
    with connected() as client:
        _show(client.jobs.stop(job_id), "succeeded", "it will end in a moment, and its model is kept", as_json=as_json)


@app.command("retry")
def retry_job(job_id: JobId, as_json: AsJson = False) -> None:
    """Order the same again after a failure or a cancel."""
    with connected() as client:
        job = client.jobs.retry(job_id)
        _show(job, "", f"{job.id} does it again", as_json=as_json)


def _show(job: Job, done: str, otherwise: str, *, as_json: bool) -> None:
    """The job, or in words whether what was asked is `done` already."""
    print_outcome(job, done if job.status == done else otherwise, as_json=as_json)
