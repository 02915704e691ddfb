"""Figures: measured side by side in one run, told as ratios. `python tests/benchmarks/run.py --only id,…`."""
