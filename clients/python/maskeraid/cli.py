"""The `maskeraid` command: the product from a terminal. The groups of commands are in commands/."""

import importlib
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from maskeraid.client import Client
from maskeraid.commands import (
    account,
    audit,
    batches,
    bundles,
    checkpoints,
    comparing,
    covering_faces,
    coverings,
    dataset_changes,
    dataset_keeping,
    dataset_reports,
    dataset_sharing,
    datasets,
    email,
    erasing,
    evaluations,
    exports,
    jobs,
    keys,
    models,
    policy,
    reimagings,
    selectors,
    sharing,
    training_list,
    trainings,
    webhooks,
    workers,
)
from maskeraid.credentials import Credentials, forget_credentials, read_credentials, write_credentials
from maskeraid.terminal import REPEATS, AsJson, CommandRefused, Group, print_outcome, readable_errors

app = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_show_locals=False,  # a key may be among them
    help="Re-image partly covered faces with models of your own.",
)


def _show_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(version("maskeraid"))
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """Re-image partly covered faces with models of your own."""


def _local_part() -> Any:  # noqa: ANN401 a module that is only there on machines that run the service
    try:
        return importlib.import_module("maskeraid_local.commands")
    except ModuleNotFoundError as error:
        if error.name not in ("maskeraid_local", "maskeraid_local.commands"):
            raise
        raise CommandRefused("this runs the service itself: install maskeraid-local, or use `make up`") from error


@app.command()
def up(
    data: Annotated[
        Path, typer.Option(file_okay=False, help="Folder that keeps everything; the next start continues with it.")
    ] = Path(".maskeraid"),
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the API on this machine.")] = 8000,
    is_key_wanted: Annotated[
        bool, typer.Option("--new-key", help="Show a further key for everything, e.g. when the first one is lost.")
    ] = False,
) -> None:
    """Run the whole service on this machine until Ctrl-C: databases, API, and workers, without Docker.

    Prints a link for your browser, at the first start an API key, and a recipe in four calls.
    """
    with readable_errors():
        raise typer.Exit(_local_part().up(data, port, is_key_wanted=is_key_wanted))


@app.command("login-link")
def login_link(
    data: Annotated[Path, typer.Option(file_okay=False, help="Folder of the service that runs.")] = Path(".maskeraid"),
) -> None:
    """Print another link that signs a browser in to the service that `up` runs on this machine; it works once."""
    with readable_errors():
        raise typer.Exit(_local_part().login_link(data))


@app.command()
def demo(
    output: Annotated[Path, typer.Option(file_okay=False, help="Folder for what the demo makes.")] = Path(
        "demo-output"
    ),
) -> None:
    """Run the main job once on a service of its own, from drawn faces to re-imaged ones; about two minutes."""
    with readable_errors():
        raise typer.Exit(_local_part().demo(output))


def _asked_key() -> str:
    """From the keyboard, unseen, or from a pipe."""
    key: str = typer.prompt("API key", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline().strip()
    if not key:
        raise CommandRefused("no key was given: `maskeraid login KEY`, or a key on the standard input")
    return key


@app.command()
def login(
    key: Annotated[str | None, typer.Argument(help="The API key, mk_…; else asked for, or read from a pipe.")] = None,
    url: Annotated[
        str | None, typer.Option(help="Where the service is; else as before, at first this machine.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Keep a key, and where the service is, for the commands that follow; both are tried first."""
    with readable_errors():
        key = key or _asked_key()
        url = url or read_credentials().url
        with Client(key, url, repeats=REPEATS) as client:
            me = client.get_json("/v1/me")
        file = write_credentials(Credentials(url, key))
    print_outcome(
        {**me, "url": url, "file": str(file)},
        f"Signed in to {url} as {me['tenant_name']}; the key is kept in {file}",
        as_json=as_json,
    )


@app.command()
def logout(as_json: AsJson = False) -> None:
    """Forget the kept key and address on this machine; the key itself stays valid until it is revoked."""
    with readable_errors():
        file = forget_credentials()
    print_outcome(
        {"file": str(file) if file else None},
        f"{file} is deleted; `keys revoke` would end the key itself" if file else "no key was kept",
        as_json=as_json,
    )


app.command("me")(account.me)
app.add_typer(datasets.app, name="datasets")
datasets.app.command("cover")(covering_faces.cover_faces)
datasets.app.command("report")(dataset_reports.report)
datasets.app.command("export")(exports.export_faces)
datasets.app.command("erase")(erasing.erase)
datasets.app.command("keep")(dataset_keeping.keep_dataset)
datasets.app.command("edit")(dataset_changes.edit_images)
datasets.app.command("confirm")(dataset_changes.confirm_suggestions)
datasets.app.command("dismiss")(dataset_changes.dismiss_suggestions)
datasets.app.command("merge")(dataset_changes.merge_datasets)
datasets.app.command("rows")(dataset_changes.show_rows)
datasets.app.command("share")(dataset_sharing.share_dataset)
datasets.app.command("unshare")(dataset_sharing.unshare_dataset)
datasets.app.command("browse")(dataset_sharing.browse_datasets)
app.command("import")(datasets.import_faces)
app.command("train")(trainings.train)
app.add_typer(training_list.app, name="trainings")
app.add_typer(checkpoints.app, name="checkpoints")
app.add_typer(jobs.app, name="jobs")
app.add_typer(models.app, name="models")
models.app.command("compare")(comparing.compare_models)
models.app.command("share")(sharing.share_model)
models.app.command("unshare")(sharing.unshare_model)
models.app.command("adopt")(sharing.adopt_model)
models.app.command("forgo")(sharing.forgo_model)
models.app.command("default")(sharing.choose_default)
models.app.command("rate")(sharing.rate_model)
models.app.command("ratings")(sharing.show_ratings)
app.command("evaluate")(evaluations.evaluate)
app.command("ranking")(evaluations.ranking)
app.command("reimage")(reimagings.reimage)
app.command("bundle")(bundles.save_bundle)
app.command("verify")(bundles.verify_bundle)
app.add_typer(coverings.app, name="coverings")
app.add_typer(reimagings.app, name="reimagings")
app.add_typer(batches.app, name="batches")
app.add_typer(selectors.app, name="selectors")
app.add_typer(keys.app, name="keys")
app.add_typer(policy.app, name="policy")
app.add_typer(audit.app, name="audit")
app.add_typer(webhooks.app, name="webhooks")
app.add_typer(workers.app, name="workers")
app.add_typer(email.app, name="email")
