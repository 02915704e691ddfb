"""`maskeraid evaluate` and `maskeraid ranking`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from maskeraid.commands.datasets import find_dataset
from maskeraid.commands.models import ModelVersionName, Version, find_version
from maskeraid.objects import Evaluation
from maskeraid.terminal import (
    AsJson,
    Where,
    connected,
    console,
    follow,
    print_json,
    print_objects,
    print_rows,
    progress_bar,
)

Rows = list[Sequence[str]]


def evaluate(
    model: ModelVersionName,
    kind: Annotated[
        Literal["samples", "memorisation", "guarantees", "quality", "recognition"],
        typer.Option(help="What is measured; `quality` and `recognition` need --dataset."),
    ],
    version: Version = None,
    dataset: Annotated[str | None, typer.Option(help="Images to compare with, a dataset by id or name.")] = None,
    where: Where = None,
    group_by: Annotated[str | None, typer.Option(help="Of `quality`: also by the values of this attribute.")] = None,
    n: Annotated[int | None, typer.Option("--samples", "-n", min=1, help="How many samples.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed, the same samples.")] = 0,
    output: Annotated[Path | None, typer.Option(file_okay=False, help="Folder for the files.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure a model: what it draws, whether it copies, what it is sure to draw, how good it is, whom it helps."""
    with connected() as client:
        dataset_id = find_dataset(client, dataset).id if dataset else None
        model_id, number = find_version(client, model, version)
        made = client.evaluations.create(
            kind, model_id, version=number, dataset_id=dataset_id, where=where or (), n=n, seed=seed,
            group_by=group_by,
        )  # fmt: skip
        with progress_bar() as bar:
            made = follow(bar, made, f"{kind} of {model}")
        for name in made.files if output else ():
            made.save(name, output or ".")
    if as_json:
        print_json(made.to_dict())
        return
    if rows := rows_of(made):
        print_rows(rows)
    if kind == "guarantees" and len(rows) == 1:
        console.print("no attribute of its training images has values that could be counted in its samples")
    where_to = f"in {output}/" if output else "; --output FOLDER fetches them"
    console.print(f"{made.id}: {len(made.files)} files {where_to}".replace(" ;", ";"))


def ranking(
    dataset: Annotated[str, typer.Argument(help="The dataset, by id or name.")], as_json: AsJson = False
) -> None:
    """Your models by their quality on a dataset, best first."""
    with connected() as client:
        ranked = list(client.evaluations.ranking(find_dataset(client, dataset).id))
        if as_json or not ranked:
            print_objects(ranked, [], as_json=as_json)
            return
        names = {model.id: model.name for model in client.models.list()}
    print_rows(ranking_rows(ranked, names))


def ranking_rows(ranked: Sequence[Evaluation], names: Mapping[str, str]) -> Rows:
    """A line a version, by the model's name, with every figure of quality; of a model that is gone its id."""
    measured = [(one.result or {}).get("figures", {}) for one in ranked]
    columns = list(dict.fromkeys(name for figures in measured for name in figures))
    rows: Rows = [("", "model", "score", *columns, "evaluation")]
    for place, (one, figures) in enumerate(zip(ranked, measured, strict=True), 1):
        called = f"{names.get(one.model['model_id'], one.model['model_id'])}:{one.model['version']}"
        cells = [f"{figures[name]:.3f}" if name in figures else "" for name in columns]
        rows.append((str(place), called, f"{one.score or 0:.3f}", *cells, one.id))
    return rows


def rows_of(made: Evaluation) -> Rows:
    """What was found, as a table."""
    result = made.result or {}
    match made.measures:
        case "memorisation":
            names = ("verdict", "reason", "gate", "near_share", "near_share_of_unseen", "authenticity", "c_t")
            return [(name, str(result[name])) for name in names if name in result]
        case "guarantees":
            return _guarantees(result)
        case "quality":
            return _quality(result)
        case "recognition":
            return _recognition(result)
    return []


def _guarantees(result: Mapping[str, Any]) -> Rows:
    head: Rows = [("attribute", "value", "share", "at least", "classifier error")]
    return head + [
        (row["attribute"], row["value"], f"{row['share']:.1%}", f"{row['lower_bound']:.1%}", _share(row))
        for row in result["shares"]
    ]


def _share(row: Mapping[str, Any]) -> str:
    return f"{row['classifier_error']:.1%}" + (" (by likeness)" if row["measured_by"] == "resemblance" else "")


def _recognition(result: Mapping[str, Any]) -> Rows:
    gain, verdict = result["gain"], result["verdict"]
    rows: Rows = [("faces", "found first", "true matches", "equal error")]
    rows += [
        (state, f"{one['rank_1']:.1%}", f"{one['true_match_rate']:.1%}", f"{one['equal_error_rate']:.1%}")
        for state, one in result["states"].items()
    ]
    low, high = gain["interval_95"]
    return [*rows, (f"re-imaging {verdict}", "", f"{gain['true_match_rate']:+.1%} ({low:+.1%} to {high:+.1%})", "")]


def _quality(result: Mapping[str, Any]) -> Rows:
    rows: Rows = [("", "samples", "real images")]
    rows += [(name, f"{value:.3f}", f"{result['real'][name]:.3f}") for name, value in result["figures"].items()]
    rows += [(f"fill {fill['engine']}", f"{fill['psnr_hole']:.1f} dB", "") for fill in result.get("fills", ())]
    worst = "worst, coverage"
    for group in result.get("groups", ()):
        rows.append((f"{group['group']} ({worst})", f"{group['coverage']:.3f}", f"{group['coverage_of_real']:.3f}"))
        worst = "coverage"
    return rows
