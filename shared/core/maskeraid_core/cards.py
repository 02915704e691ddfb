"""A model's card as files: for programs (`card.json`) and for people (`card.md`)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from maskeraid_core.documents.models import CARD_FILE, CARD_TEXT, ModelVersion
from maskeraid_core.documents.reimagings import STATEMENT

FOLDER = "cards"  # of a tenant's, for those that changed after the training
MEDIA_TYPES: Mapping[str, str] = {CARD_FILE: "application/json", CARD_TEXT: "text/markdown"}
VERDICTS: Mapping[str, str] = {
    "copying": "**It copies** faces that it learned from",
    "healthy": "No sign of copying",
    "cannot_tell": "Whether it copies cannot be told",
}
NOTHING_SURE = "Nothing: no attribute has one value in all of its training images and in its samples."
NEAR_COPY = (
    "A near copy is at most half as far from a training face as that face is from its third nearest of others; faces "
    "that it has not seen are first made as smooth as its own."
)
AUTHENTIC = (
    "{authenticity:.0%} of its samples are farther from the nearest training face than that face is from its third "
    "nearest, of faces that it has not seen {authenticity_of_unseen:.0%}. Near to that share is good: far fewer would "
    "mean that it keeps close to what it learned from."
)
FIGURES: Mapping[str, str] = {  # of a model's `quality`: what each is, and which direction is good
    "quality": "all below in one: 1 is best, and real faces come near to it",
    "kid": "how differently its faces and real ones are distributed (KID): 0 is best",
    "nearness": "how far its faces are from the nearest real one, over how far two real ones are apart: 0 is best",
    "coverage": "how much of the real faces' variety it draws: 1 is best",
    "invalid": "share of its faces with a part that no real one has: 0 is best",
}
NOT_JUDGED = (
    "Nothing was judged while it trained; `samples.png` shows what it draws, and an evaluation of the kind `quality` "
    "measures it."
)
NOT_SAID = "Nobody said why"
BASES: Mapping[str, str] = {
    "own_faces": "Faces of who brought them",
    "consent": "All whom they show agree",
    "public_licence": "Published under a licence",
    "generated": "Generated, they show nobody",
}
LICENCE = "Its licence is told where the model is listed: its owner may give one later, and this card stays as it is"
GENERATED = "{} of its training images were made by a trained generator, or a part of them; it may repeat its faults."
GATES: Mapping[str, str] = {
    "passes": "It may be shared publicly.",
    "blocks": "Because of that it cannot be shared publicly.",
    "reports_only": "Its faces are drawn and show nobody, so this stands in nobody's way.",
}


def card_files(version: ModelVersion) -> dict[str, bytes]:
    """Both forms of what is known of a version, by name.

    Whoever may see the model may read them: what others are not shown of a version stays out.
    """
    version = version.shown_to_others()
    known = {
        **version.card, "guarantees": version.guarantees, "varies": version.varies, "combinations": version.combinations
    }  # fmt: skip
    text = "\n".join(_lines(version)) + "\n"
    return {CARD_FILE: json.dumps(known, indent=1, ensure_ascii=False).encode(), CARD_TEXT: text.encode()}


def _lines(version: ModelVersion) -> Iterator[str]:
    card = version.card
    yield from (f"# {_plain(version.name)}", "", f"> {STATEMENT}", "", card.get("summary", ""))
    yield from _section("What it is sure to draw", [*_guarantees(version.guarantees), *_variety(version)])
    yield from _section("What it can tell of a face, and be asked for", [*map(_told, card.get("tells", ()))])
    yield from _section("Why its training faces may be used", [*map(_source, card.get("sources", ()))])
    yield from _section("Does it show the people it learned from?", [*_memorisation(card), *_near_copies(card)])
    yield from _section("How good it is", _quality(card))
    yield from _section("Limits", _limits(card))
    yield from _section("How it was made", _recipe(version))


def _section(title: str, rows: Sequence[str]) -> Iterator[str]:
    if rows:
        yield from ("", f"## {title}", "", *(f"- {row}" for row in rows))


def _guarantees(guarantees: Sequence[Mapping[str, Any]]) -> list[str]:
    return [_guarantee(row) for row in guarantees] or [NOTHING_SURE]


def _guarantee(row: Mapping[str, Any]) -> str:
    name = f"`{_plain(row['attribute'])}` = `{_plain(row['value'])}`"
    if "lower_bound" not in row:
        return f"{name}: so in all {row.get('images', '')} training images; not measured in its samples."
    least = f"{name}: at least {row['lower_bound']:.1%} of its faces ({row['confidence']:.0%} confidence, "
    least += f"{row['samples']:,} samples"
    if row.get("measured_by") == "classifier":
        return f"{least}, told by a classifier that is wrong about it on {row['classifier_error']:.1%})."
    return (
        f"{least}). All training images have this value, so no classifier can tell it: a face counts when it is as "
        f"near to the middle of these images as they are themselves, but for {row['classifier_error']:.1%} of them."
    )


def _told(row: Mapping[str, Any]) -> str:
    values = ", ".join(f"`{_plain(value)}`" for value in row["values"])
    return f"`{_plain(row['attribute'])}`: {values}; right on {row['accuracy']:.1%} of training images, each left out."


def _source(row: Mapping[str, Any]) -> str:
    """What the owner of a dataset said of it; which one it is, is the model's owner's to tell."""
    said = row["attestation"]
    parts = [NOT_SAID]
    if said:
        under = f" ({_plain(said['licence'])})" if said["licence"] else ""
        who = (
            f"said by {_plain(said['by'])} on {said['at'][:10]}"
            if said["by"]
            else "as the built-in generator draws them"
        )
        parts = [f"{BASES[said['basis']]}{under}, for {_plain(said['purpose'])}, no minors: {who}"]
    parts += [f"legal basis: {_plain(row['legal_basis'])}"] if row["legal_basis"] else []
    parts += [f"licence: {_plain(row['licence'])}"] if row["licence"] else []
    return "; ".join(parts) + "."


def _variety(version: ModelVersion) -> list[str]:
    rows = [f"`{_plain(row['attribute'])}` varies: {_values(row)}." for row in version.varies]
    return rows + ([f"{version.combinations:,} combinations of these."] if version.combinations else [])


def _values(row: Mapping[str, Any]) -> str:
    return f"{row['least']:g} to {row['most']:g}" if "least" in row else f"{row['values']} values"


def _memorisation(card: Mapping[str, Any]) -> list[str]:
    """The verdict, why, and the figures in words. Cards of release 0.1 have fewer of them."""
    found = card.get("memorisation")
    if found is None:
        return ["Not measured."]
    rows = [f"{VERDICTS[found['verdict']]}: {found['reason']}."]
    if "near_share_of_unseen" in found:
        rows += [NEAR_COPY, AUTHENTIC.format(**found)]
    if any(flag.get("code") == "collapse" for flag in card.get("flags", ())):
        return [*rows, "It repeats itself; because of that it cannot be shared publicly."]
    return rows + ([GATES[found["gate"]]] if "gate" in found else [])


def _near_copies(card: Mapping[str, Any]) -> list[str]:
    """Whether it is told of single candidates; cards of earlier versions do not say."""
    said = card.get("near_copies")
    if said is None:
        return []
    return [f"`near_copy` of a candidate {'is' if said['looked_for'] else 'is not'} told: {said['reason']}."]


def _quality(card: Mapping[str, Any]) -> list[str]:
    """True figures alone: cards of earlier versions hold others beside them."""
    measures = card.get("quality", {})
    rows = [f"`{name}` {measures[name]:.3g}: {meaning}." for name, meaning in FIGURES.items() if name in measures]
    if not rows:
        return [NOT_JUDGED]
    if "held_out" not in card:
        return rows
    if held_out := card["held_out"]:
        return [f"Judged beside {held_out:,} faces that were held out: it did not learn from them.", *rows]
    return ["Judged beside the faces that it learned from, for none was held out.", *rows]


def _limits(card: Mapping[str, Any]) -> list[str]:
    flags = [f"Needs attention: {flag['message']}" for flag in card.get("flags", ())]
    limits = [limit for limit in card.get("limits", ()) if limit != STATEMENT]  # that stands at the top
    generated = [GENERATED.format(count)] if (count := card.get("generated_images")) else []
    return [*limits, *generated, *card.get("warnings", ()), *flags, "It knows only what its training images show."]


def _recipe(version: ModelVersion) -> list[str]:
    """Which data set it was is the owner's to tell (`lineage`)."""
    card = version.card
    rows = [*card.get("reasons", ()), f"Made on {version.created_at:%Y-%m-%d}"]
    rows += [f"Seed {card['seed']}: the same seed, images, and software give the same model"] if "seed" in card else []
    if software := card.get("software"):
        rows.append("Software: " + ", ".join(f"{_plain(name)} {_plain(str(one))}" for name, one in software.items()))
    return [*rows, LICENCE, f"Digest `{version.digest}`"]


def _plain(text: str) -> str:
    """A user's words in one line of text; they are no markup."""
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>#|" else letter for letter in " ".join(text.split()))
