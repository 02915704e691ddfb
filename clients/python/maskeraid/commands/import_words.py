"""What an import has done, or would do, in the words of a terminal."""

from collections.abc import Mapping
from typing import Any

VALUES_SHOWN = 8  # of one attribute


def in_words(result: Mapping[str, Any]) -> str:
    """`version 2: 24 images; left out: 1 rejected`."""
    losses = losses_in_words(result)
    if "schema" in result:
        return f"would have: {_news(result) or 'nothing new'}{losses}; nothing was stored"
    if news := _news(result):
        return f"version {result.get('version', 0)}: {news}{losses}"
    if any(entry["images"] for entry in result.get("suggested", ())):
        return f"version {result['version']}: the same images, with values suggested{losses}"
    if "edited" in result:
        return f"nothing has changed: it is still at version {result['version']}"
    of_all = result["duplicates"] + result.get("rejected", 0)
    return f"nothing new: {result['duplicates']} of {of_all} are already in version {result['version']}{losses}"


def _news(result: Mapping[str, Any]) -> str:
    """What there is behind it; nothing when all is as it was."""
    edits = [f"{result[name]} {name}" for name in ("edited", "deleted", "unchanged") if result.get(name)]
    if "edited" in result:
        return ", ".join(edits) if result["edited"] or result["deleted"] else ""
    return "" if result.get("duplicates") and not result.get("imported") else f"{result.get('imported', 0)} images"


def losses_in_words(result: Mapping[str, int]) -> str:
    """`; left out: 3 rejected (1 too small), 2 duplicates; 1 nearly like another`; nothing when all is well."""
    kinds = {"too_small": "too small", "without_face": "without a face"}
    why = ", ".join(f"{result[name]} {word}" for name, word in kinds.items() if result.get(name))
    words = {
        "rejected": f"rejected ({why})" if why else "rejected",
        "duplicates": "duplicates",
        "unlisted": "in no manifest",
    }
    parts = [f"{result[name]} {word}" for name, word in words.items() if result.get(name)]
    alike = f"; {result['near_duplicates']} nearly like another" if result.get("near_duplicates") else ""
    return (f"; left out: {', '.join(parts)}" if parts else "") + alike


def suggestion_in_words(entry: Mapping[str, Any]) -> str:
    """What was suggested of an attribute, and how often that is right."""
    return (
        f"{entry['attribute']}: {entry['images']} values suggested; of {entry['learned_from']} known ones "
        f"{entry['accuracy']:.0%} were told ({entry['accuracy_low']:.0%} to {entry['accuracy_high']:.0%})"
    )


def attribute_in_words(entry: Mapping[str, Any]) -> str:
    """An attribute as a dry run has found it."""
    if entry.get("minimum") is not None:
        values = f"{entry['minimum']:g} to {entry['maximum']:g}"
    else:
        shown = [value["value"] for value in entry["values"][:VALUES_SHOWN]]
        values = ", ".join([*shown, *(["…"] if entry["distinct"] > len(shown) else [])]) or "no value"
    kind = f"{entry['type']}, suits enum" if entry.get("suits") == "enum" else entry["type"]
    return f"{entry['attribute']} ({kind}): {values}; {entry['missing']} missing"
