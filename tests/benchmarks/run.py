"""Measure figures, print a table, write `bench-output/results.jsonl`. A missed bar is told, and is no error."""

import argparse
import importlib
import json
import platform
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.figures import MEASURES, Bench, Figure

SUBJECTS = ("starting", "api", "importing", "reimaging", "training")
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
    run(wanted or list(MEASURES))
    return 0


def run(wanted: list[str]) -> None:
    """Measure in the order of registration, each function once."""
    bench = Bench(OUTPUT)
    try:
        for function in dict.fromkeys(MEASURES[figure_id] for figure_id in MEASURES if figure_id in wanted):
            started = time.monotonic()
            for figure in function(bench):
                report(figure, time.monotonic() - started)
    finally:
        bench.close()


def report(figure: Figure, seconds: float) -> None:
    verdict = "holds" if figure.holds else "MISSED"
    print(
        f"{figure.id:<32} {figure.value:>10.4g} {figure.unit:<9} {verdict:<7} {figure.bar}   {figure.beside}",
        flush=True,
    )
    line = {**figure.to_dict(), "machine": machine(), "seconds": round(seconds, 1)}
    with (OUTPUT / "results.jsonl").open("a") as results:
        results.write(json.dumps(line) + "\n")


def machine() -> str:
    """Kind of processor and cores; no host name."""
    import os

    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main())
