"""The tables of docs/benchmarks.md and docs/science.md, from lines of results.

`python -m tests.benchmarks.tables RESULTS.jsonl` writes them.

A table is written anew when all of its figures are there; the page says of what machine.
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

PAGE = Path("docs/benchmarks.md")

Result = Mapping[str, Any]  # a line of results.jsonl
Results = Mapping[str, Result]  # by id
Row = Sequence[object]

BARS = (
    ("a1", "bars.a1_visible_exact"), ("a2", "bars.a2_combinations"), ("a4", "bars.a4_valid"),
    ("a4, other tone", "bars.a4_other_tone"), ("a5", "bars.a5_agrees"), ("a6", "bars.a6_variation"),
    ("a7", "bars.a7_honesty"), ("a8", "bars.a8_unseen_eigen"), ("a9", "bars.a9_fill_p95_ms"),
)  # fmt: skip
UNSEEN = ("bars.a8_unseen_eigen", "bars.a8_unseen_dense", "bars.a8_unseen_dcgan")


def between_marks(section: str, text: str, page: Path = PAGE) -> None:
    """Put a section's text between its marks; everything else on the page stays."""
    begin, end = f"<!-- written by {section} -->", f"<!-- end of what {section} writes -->"
    before, found, rest = page.read_text().partition(begin)
    if not found:
        raise ValueError(f"{page} has no {begin}")
    page.write_text(f"{before}{begin}\n\n{text}\n\n{end}{rest.partition(end)[2]}")


def table(head: Row, rows: Sequence[Row]) -> str:
    """As Markdown."""
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in (head, ["---"] * len(head), *rows))


def drawn_bars(results: Results) -> str:
    """What each recipe reaches, bar by bar; the verdict is that of `eigen`."""
    recipes = list(results["bars.a4_valid"]["beside"])
    rows = []
    for name, figure_id in BARS:
        result = results[figure_id]
        beside = _unseen(results) if figure_id in UNSEEN else result["beside"]
        cells = [_cell(beside.get(recipe)) for recipe in recipes]
        rows.append((name, result["bar"], "holds" if result["holds"] else "**missed**", *cells))
    return table(("bar", "wanted of `eigen`", "", *(f"`{recipe}`" for recipe in recipes)), rows)


def growth(results: Results) -> str:
    """Cost of a training step, of what comes before and after, and the peak, by number and size of images."""
    beside = results["train.cost_growth"]["beside"]
    rows = [
        (f"{int(said):,} images" if kind == "images" else f"side {said}", *_costs(cost))
        for kind, costs in beside.items()
        for said, cost in costs.items()
    ]
    return table(("`eigen`", "step, ms", "before, s", "after, s", "peak, MB", "components"), rows)


def misleading_faces(results: Results) -> str:
    """Of each kind of the thesis's misleading faces, how many each way gives to a right model; mean shares."""
    rows = [
        (kind, " or ".join(f"`{model}`" for model in both["attributes"]["wanted"]), *map(_answers, both.values()))
        for kind, both in results["select.fig_24"]["beside"].items()
    ]
    drop, ece = results["select.covered_drop"]["beside"]["right"], results["select.ece"]["beside"]["ece"]
    rows.append(("375 training faces, masked", "their own", f"{drop['attributes']:.1%}", f"{drop['cnn']:.1%}"))
    rows.append(("calibration error (ECE) of all of these", "0", f"{ece['attributes']:.3f}", f"{ece['cnn']:.3f}"))
    return table(("figure, tone", "right", "attributes (default)", "thesis's network (`cnn`)"), rows)


def _answers(told: Mapping[str, Any]) -> str:
    """The share that is right, and the mean distribution."""
    mean = ", ".join(f"{model.removeprefix('faces-')} {share:.2f}" for model, share in told["mean"].items())
    return f"{told['right']:.1%} ({mean})"


def _costs(cost: Mapping[str, Any]) -> Row:
    return [cost[name] for name in ("step_ms", "before_s", "after_s", "peak_mb", "components")]


def _unseen(results: Results) -> dict[str, Any]:
    return {
        name: said
        for figure_id in UNSEEN
        if figure_id in results
        for name, said in results[figure_id]["beside"].items()
    }


def _cell(said: Mapping[str, Any] | None) -> str:
    return "-" if said is None else ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in said.items())


def left_out(results: Results) -> str:
    """IoU of each family by a detector that has not seen it, and by one that has."""
    families = results["detect.left_out"]["beside"]["families"]
    return table(
        ("family", *LEFT_OUT), [(name, *(said.get(one, "") for one in LEFT_OUT)) for name, said in families.items()]
    )


def detecting(results: Results) -> str:
    """What is found, by set, by detector, and by family."""
    rows = []
    for figure_id in DETECTING:
        for detector, said in results[figure_id]["beside"].items():
            families = ", ".join(f"{name} {of['iou']:.2f}" for name, of in said["families"].items())
            figures = [said[name] for name in ("iou", "recall", "kind_accuracy", "false_alarms")]
            rows.append((f"`{figure_id}`", detector, *figures, families))
    return table(("faces", "detector", "IoU", "recall", "kind", "false alarms", "IoU by family"), rows)


def fills(results: Results, figure_ids: Sequence[str]) -> str:
    """A table a covering: every baseline and engine."""
    parts = []
    for figure_id in figure_ids:
        rows = [
            (method, *(_number(row.get(column)) for column in FILL_COLUMNS))
            for method, row in results[figure_id]["beside"].items()
        ]
        parts.append(f"**`{figure_id}`**\n\n{table(('', *FILL_COLUMNS.values()), rows)}{_groups(results[figure_id])}")
    return "\n\n".join(parts)


def _groups(result: Result) -> str:
    grouped = {method: row["groups"] for method, row in result["beside"].items() if "groups" in row}
    if not grouped:
        return ""
    names = sorted(next(iter(grouped.values())))
    rows = [(method, *(of.get(name, "-") for name in names)) for method, of in grouped.items() if method in FOR_GROUPS]
    return f"\n\nHole PSNR by group:\n\n{table(('', *names), rows)}"


def _number(value: object) -> str:
    if isinstance(value, list):
        return " to ".join(f"{end:.2f}" for end in value)
    return "" if value is None else f"{value:g}" if isinstance(value, float | int) else str(value)


SCIENCE = Path("docs/science.md")
LEFT_OUT = ("drawn", "drawn, seen", "photographs", "photographs, seen")
DETECTING = ("detect.drawn", "detect.utkface")
FILL_COLUMNS = {
    "n": "faces", "psnr_hole": "hole, dB", "ci95": "95 %", "psnr_full": "full, dB", "ssim": "SSIM", "l1": "L1",
    "seam_colour": "seam, colour", "seam_gradient": "seam, gradient", "mse_ratio": "MSE mean / one",
    "pairwise_l1": "apart, L1", "coverage_90": "in 90 % interval", "width_90": "its width", "rank_1": "rank-1",
}  # fmt: skip
FOR_GROUPS = ("mean face", "Telea", "R: ridge", "A, spread: one", "C, spread: one", "C, spread: mean of 8")
FILLS = (
    ("orl", ("fill.orl.lower_face", "fill.orl.sunglasses")),
    ("utkface", ("fill.utkface.lower_face", "fill.utkface.box")),
    ("drawn", ("fill.drawn.mask", "fill.drawn.mouth-mask")),
)


def browsing(results: Results) -> str:
    """Milliseconds of a request, by number of images and kind."""
    rows = [
        (size, kind, *(said[name] for name in ("p95_ms", "processor_ms", "alone_ms", "polars_ms", "duckdb_ms")))
        for size, kinds in results["browse.100k_p95_ms"]["beside"].items()
        for kind, said in kinds.items()
    ]
    return table(("images", "request", "p95, ms", "processor, ms", "alone, ms", "Polars, ms", "DuckDB, ms"), rows)


SECTIONS: Mapping[str, tuple[Path, Sequence[str], Callable[[Results], str]]] = {
    "bars": (PAGE, [figure_id for _, figure_id in BARS], drawn_bars),
    "train.cost_growth": (PAGE, ["train.cost_growth"], growth),
    "browse.100k_p95_ms": (PAGE, ["browse.100k_p95_ms"], browsing),
    "detecting": (SCIENCE, DETECTING, detecting),
    "detect.left_out": (SCIENCE, ["detect.left_out"], left_out),
    **{f"fills of {name}": (SCIENCE, figure_ids, partial(fills, figure_ids=figure_ids)) for name, figure_ids in FILLS},
    "select": (SCIENCE, ["select.fig_24", "select.covered_drop", "select.ece"], misleading_faces),
}


def write(results: Results, folder: Path = Path()) -> None:
    """Every section whose figures are there."""
    for section, (page, wanted, draw) in SECTIONS.items():
        if all("value" in results.get(figure_id, {}) for figure_id in wanted):
            machine = results[wanted[0]]["machine"]
            between_marks(section, f"On {machine}.\n\n{draw(results)}", folder / page)


def read(files: Sequence[Path]) -> dict[str, Result]:
    """The last of each figure."""
    lines = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    return {line["id"]: line for line in lines}


if __name__ == "__main__":
    write(read([Path(name) for name in sys.argv[1:]]))
