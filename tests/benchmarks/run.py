"""Measure figures, print a table, write `bench-output/results.jsonl`. A missed bar is no error, an exception is."""

import argparse
import importlib
import json
import platform
import shutil
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks import tables
from tests.benchmarks.figures import MEASURES, Bench, Figure

SUBJECTS = (
    "starting",
    "api",
    "importing",
    "browsing",
    "exporting",
    "near_duplicates",
    "own_outputs",
    "queueing",
    "reimaging",
    "batches",
    "many_models",
    "training",
    "speed",
    "scaling",
    "drawn_bars",
    "selecting",
    "choosing_photographs",
    "photographs",
    "detecting",
    "left_out",
    "fills",
    "gated_fills",
    "searching",
    "suggesting",
    "web_app",
    "web_clicks",
    "web_history",
)
OUTPUT = Path("bench-output")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="Comma-separated ids; all without it.")
    wanted = [part for part in parser.parse_args().only.split(",") if part]
    for subject in SUBJECTS:
        importlib.import_module(f"tests.benchmarks.{subject}")
    unknown = set(wanted) - set(MEASURES)
    if unknown:
        parser.error(f"no figure {', '.join(sorted(unknown))}; there are: {', '.join(MEASURES)}")
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir()
    has_all = run(wanted or list(MEASURES))
    if (OUTPUT / "results.jsonl").exists():
        tables.write(tables.read([OUTPUT / "results.jsonl"]))
    return 0 if has_all else 1


def run(wanted: list[str]) -> bool:
    """Measure in the order of registration, each function once; whether none of them failed."""
    has_failed = False
    bench = Bench(OUTPUT)
    try:
        for function in dict.fromkeys(MEASURES[figure_id] for figure_id in MEASURES if figure_id in wanted):
            started = time.monotonic()
            missing = {figure_id for figure_id in MEASURES if MEASURES[figure_id] is function}
            try:
                for figure in function(bench):
                    report(figure, time.monotonic() - started)
                    missing.discard(figure.id)
            except Exception as error:  # the other figures are measured all the same; the exit code tells
                traceback.print_exc()
                report_failed(sorted(missing), error)
                has_failed = True
    finally:
        bench.close()
    return not has_failed


def report_failed(figure_ids: list[str], error: Exception) -> None:
    """What could not be measured, and why."""
    for figure_id in figure_ids:
        words = f"{type(error).__name__}: {error}"
        print(f"{figure_id:<32} FAILED  {words}", flush=True)
        write_line({"id": figure_id, "holds": False, "error": words, "machine": machine()})


def report(figure: Figure, seconds: float) -> None:
    verdict = "holds" if figure.holds else "MISSED"
    print(
        f"{figure.id:<32} {figure.value:>10.4g} {figure.unit:<9} {verdict:<7} {figure.bar}   {figure.beside}",
        flush=True,
    )
    write_line({**figure.to_dict(), "machine": machine(), "seconds": round(seconds, 1)})


def write_line(line: dict[str, object]) -> None:
    with (OUTPUT / "results.jsonl").open("a") as results:
        results.write(json.dumps(line) + "\n")


def machine() -> str:
    """Kind of processor and cores; no host name."""
    import os

    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main())
