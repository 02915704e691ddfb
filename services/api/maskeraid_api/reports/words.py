"""Sentences of the reports, and what to collect."""

from collections.abc import Mapping, Sequence

import numpy as np

from maskeraid_api.reports.axes import OTHERS, Axis, Table

MOST_RULES = 4
MOST_TO_COLLECT = 6


def together_sentence(first: Axis, second: Axis, table: Table) -> str:
    """`hair and eyes travel together: every image with hair blond has eyes blue, …`"""
    start = f"{first.name} and {second.name} travel together"
    forth, back = _rules(first, second, table), _rules(second, first, table.T)
    if len(forth) == len(back) == np.count_nonzero(table.sum(1)) == np.count_nonzero(table.sum(0)):  # one to one
        return f"{start}: {_some(forth)}; a model will not be able to tell them apart."
    if forth or back:
        return f"{start}: {_some([*forth, *back])}; a model may take one for the other."
    place = _strongest(table)
    share, rest = _shares(table, place)
    x, y = first.values[place[0]], second.values[place[1]]
    return (
        f"{start}: of the images with {first.name} {x} {share:.0%} have {second.name} {y}, of all others {rest:.0%}; "
        "a model may take one for the other."
    )


def _some(rules: Sequence[str]) -> str:
    shown = [*rules[:MOST_RULES], *(["so on"] if len(rules) > MOST_RULES else [])]
    return listed(shown)


def _rules(first: Axis, second: Axis, table: Table) -> list[str]:
    """Values of the first whose images all have one value of the second; the most frequent first."""
    rows = [row for row in np.argsort(-table.sum(1), kind="stable") if np.count_nonzero(table[row]) == 1]
    return [
        f"every image with {first.name} {first.values[row]} has {second.name} {second.values[table[row].argmax()]}"
        for row in rows
    ]


def _strongest(table: Table) -> tuple[int, int]:
    """The cell that is furthest above what independence gives, in standard deviations (Pearson's residual)."""
    expected = table.sum(1, keepdims=True) * table.sum(0, keepdims=True) / table.sum()
    residuals = (table - expected) / np.sqrt(np.maximum(expected, 1e-9))
    row, column = np.unravel_index(int(residuals.argmax()), table.shape)
    return int(row), int(column)


def _shares(table: Table, place: tuple[int, int]) -> tuple[float, float]:
    row, column = place
    of_row, others = table[row].sum(), table.sum() - table[row].sum()
    return table[row, column] / of_row, (table[:, column].sum() - table[row, column]) / max(1, others)


def missing_of(first: Axis, second: Axis, table: Table) -> Sequence[Mapping[str, str]]:
    """The combinations that would part the two: those furthest below what independence gives."""
    expected = table.sum(1, keepdims=True) * table.sum(0, keepdims=True) / table.sum()
    wanted = np.argsort((table - expected).ravel(), kind="stable")
    places = [np.unravel_index(int(cell), table.shape) for cell in wanted]
    return [
        {first.name: first.values[row], second.name: second.values[column]}
        for row, column in places
        if table[row, column] < expected[row, column] and OTHERS not in (first.values[row], second.values[column])
    ][:MOST_TO_COLLECT]


def fixed_sentence(values: Mapping[str, str]) -> str:
    """`Every image has hair blond and eyes blue: …`"""
    shown = listed([" ".join(pair) for pair in values.items()])
    return (
        f"{listed(list(values))} travel together: every image has {shown}, and other datasets of yours have other "
        "values; a model will not be able to tell them apart."
    )


def listed(words: Sequence[str]) -> str:
    """`a, b, and c`."""
    if len(words) < 3:
        return " and ".join(words)
    return f"{', '.join(words[:-1])}, and {words[-1]}"


def count_of(number: int, word: str) -> str:
    """`1 pair`, `2 pairs`."""
    return f"{number:,} {word}{'s' * (number != 1)}"
