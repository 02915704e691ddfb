"""`maskeraid selectors …`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from maskeraid.objects import Selector
from maskeraid.terminal import (
    AsJson,
    Group,
    connected,
    console,
    errors,
    follow,
    print_json,
    print_outcome,
    print_rows,
    print_warnings,
    progress_bar,
)

app = typer.Typer(cls=Group, no_args_is_help=True, help="The thesis's network that chooses a model for a face.")
SelectorId = Annotated[str, typer.Argument(metavar="[SELECTOR]", help="Its id, sel_…; else the newest one.")]
WEIGHTS = ".safetensors"


@app.command("train")
def train_selector(
    seed: Annotated[int | None, typer.Option(min=0, help="The same seed and models, the same selector.")] = None,
    email: Annotated[bool, typer.Option("--email", help="Send an e-mail when it ends.")] = False,
    is_followed: Annotated[bool, typer.Option("--wait/--no-wait", help="Follow it until it ends.")] = True,
    as_json: AsJson = False,
) -> None:
    """Let it learn from every training face of every model that you can use."""
    with connected() as client:
        training = client.selectors.train(seed=seed, email=email)
        if is_followed:
            with progress_bar() as bar:
                training = follow(bar, training, "train a selector")
        else:
            print_warnings(errors, training)
    if as_json:
        print_json(training.to_dict())
    elif training.selector_id:
        right = (training.result or {})["accuracy"]
        console.print(f"{training.selector_id}: {right:.1%} of the test faces are given to the right model")
    else:
        console.print(f"{training.id}: {training.status}")


@app.command("show")
def show_selector(selector_id: SelectorId = "current", as_json: AsJson = False) -> None:
    """How well it tells your models apart, and whether they have changed since it learned."""
    with connected() as client:
        selector = client.selectors.get(selector_id)
    if as_json:
        print_json(selector.to_dict())
        return
    print_rows(rows_of(selector))
    console.print(f"{selector.id}: {selector.report['accuracy']:.1%} of the test faces are right")
    for sentence in selector.stale_because:
        console.print(f"stale: {sentence}")


@app.command("download")
def download_selector(
    selector_id: SelectorId = "current",
    output: Annotated[Path, typer.Option(file_okay=False, help="Folder for the files.")] = Path("."),
    has_weights: Annotated[bool, typer.Option("--weights", help="The weights too, 76 MB.")] = False,
    as_json: AsJson = False,
) -> None:
    """Save its pictures: curves, confusion matrix, feature maps."""
    with connected() as client:
        selector = client.selectors.get(selector_id)
        names = [file["name"] for file in selector.files if has_weights or not file["name"].endswith(WEIGHTS)]
        paths = [str(client.selectors.save(name, output, selector.id)) for name in names]
    print_outcome(paths, "\n".join(paths), as_json=as_json)


def rows_of(selector: Selector) -> list[Sequence[str]]:
    """The classification report, as a table."""
    rows: list[Sequence[str]] = [("model", "version", "precision", "recall", "f1", "test faces")]
    for model in selector.models:
        row = selector.report["models"][model["model_id"]]
        shares = [f"{row[name]:.3f}" for name in ("precision", "recall", "f1")]
        rows.append((model["name"], str(model["version"]), *shares, str(row["images"])))
    return rows + [(one["name"], str(one["version"]), one["reason"], "", "", "") for one in selector.left_out]
