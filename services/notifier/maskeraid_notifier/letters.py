"""What an e-mail says: a fixed subject an event, and a short plain text. Names of the user's stand in the text only."""

import unicodedata
from collections.abc import Mapping
from typing import Any

SUBJECTS: Mapping[str, str] = {
    "training.succeeded": "Your training has succeeded",
    "training.failed": "Your training has failed",
    "training.cancelled": "Your training was cancelled",
    "training.paused": "Your training is paused",
    "training.needs_attention": "Your training needs attention",
    "model.created": "A model was created",
    "model.shared": "A model was shared with you",
    "model.flagged": "A model of yours was flagged",
    "dataset.shared": "A dataset was shared with you",
    "dataset.deleted": "A dataset of yours was deleted: its time was over",
    "import.succeeded": "Your import has succeeded",
    "import.failed": "Your import has failed",
    "reimaging.succeeded": "Your re-imaging has succeeded",
    "reimaging.failed": "Your re-imaging has failed",
    "batch.completed": "Your batch is complete",
    "evaluation.completed": "Your evaluation is complete",
    "export.completed": "Your export is complete",
    "deletion.completed": "A deletion is complete",
    "webhook_endpoint.disabled": "A webhook endpoint was disabled",
    "api_key.expiring": "An API key of yours ends soon",
    "email.verification": "Please confirm your e-mail address",
}

PLAUSIBLE = "What a model draws is a plausible face, not a reconstruction, and no evidence of identity."
SAID_BEFORE_THE_END: Mapping[str, str] = {
    "training.succeeded": PLAUSIBLE,
    "training.failed": "Nothing was stored as a model; the job's events say what happened before the end.",
    "training.cancelled": "Its weights were dropped; a new training begins anew.",
    "training.paused": "Its last checkpoint is kept; it goes on from there when you resume it, and not before.",
    "training.needs_attention": "While it runs, it goes on unless you end it; whether its faces are good enough is\n"
    "yours to judge.",
    "model.created": PLAUSIBLE,
    "model.shared": f"Try it on a photo of yours, or adopt it for Selection.\n{PLAUSIBLE}",
    "model.flagged": "It still works, and is not shared anew; delete it, or train again without those pictures.",
    "dataset.shared": "Look at its images, or train a model on them; what its owner keeps private is not shown.",
    "dataset.deleted": "It was kept until the day that you, or this service, had set. Models that learned from it are\n"
    "flagged: deleting pictures does not make a model forget them.",
    "import.succeeded": "A row that was refused is in no version; the import's rows say why.",
    "import.failed": "The data set is as it was before.",
    "reimaging.succeeded": PLAUSIBLE,
    "reimaging.failed": "No face was drawn.",
    "batch.completed": f"Each image has a re-imaging of its own, with its own error where it failed.\n{PLAUSIBLE}",
    "evaluation.completed": "Figures hold for the images they were measured on, and for no others.",
    "export.completed": "What you download is no longer guarded by the service.",
    "deletion.completed": "Deleting pictures does not make a model forget them.",
    "webhook_endpoint.disabled": "What happens meanwhile is not sent there; what was given up can be sent again for "
    "30 days.\nOnce it answers again, enable it with: maskeraid webhooks enable {id}",
    "api_key.expiring": "Make another in time with: maskeraid keys new\n"
    "Then drop this one with: maskeraid keys revoke {id}",
    "email.verification": "If you did not ask for this, do nothing: the address is then not used. The link works once,"
    "\nfor a day.",
}
VERDICTS: Mapping[str, str] = {
    "copying": "it copies faces that it learned from",
    "healthy": "no sign of it",
    "cannot_tell": "cannot be told; its card says why",
}
COMMANDS: Mapping[str, str] = {
    "model": "maskeraid models show {id}",
    "dataset": "maskeraid datasets show {id}",
    "batch": "maskeraid batches show {id}",
    "webhook_endpoint": "maskeraid webhooks deliveries --endpoint {id}",
    "api_key": "maskeraid keys list",
    "email": "maskeraid email verify {token}",
}
COMMAND_OF_JOBS = "maskeraid jobs show {id}"

TEXT = """\
{subject}.

{rows}

{last}

One message for each event. After a crash of ours it may come twice, then both are
{delivery_id}.
"""


def text_of(delivery_id: str, event: str, data: Mapping[str, Any]) -> str:
    """The text of one e-mail.

    Args:
        delivery_id: so that a repeat is recognised.
        event: chooses what is said.
        data: `id`, `object`, `status`, `url`; perhaps `name`, `seconds`, `reason` with `code` and `message`,
            `model_id`, `attention` (a list of sentences), `counts` of a batch's images, `memorisation` (a
            verdict), and the `token` of a verification. Each becomes one line, whatever characters it has.
    """
    words = {name: one_line(str(value)) for name, value in data.items()}
    command = COMMANDS.get(data["object"], COMMAND_OF_JOBS).format(**words)
    if data["object"] == "email":  # a page; every other address answers programs that send a key
        ways = [("look here", words["url"]), ("or type", command)]
    else:
        ways = [("look here", f"with your key: {command}"), ("as JSON", f"{words['url']} (with it, too)")]
    rows = [*_rows(data, words), *ways]
    width = max(len(label) for label, _ in rows)
    lines = "\n".join(f"  {label:<{width}}  {value}" for label, value in rows)
    last = SAID_BEFORE_THE_END[event].format(**words)
    return TEXT.format(subject=SUBJECTS[event], rows=lines, last=last, delivery_id=delivery_id)


def _rows(data: Mapping[str, Any], words: Mapping[str, str]) -> list[tuple[str, str]]:
    named = f' "{words["name"]}"' if "name" in words else ""
    after = f" after {duration(data['seconds'])}" if "seconds" in data else ""
    rows = [(words["object"].replace("_", " "), words["id"] + named), ("status", words["status"] + after)]
    if "reason" in data:
        rows.append(("because", one_line("{code}: {message}".format(**data["reason"]))))
    if "counts" in data:
        rows.append(("images", _counted(data["counts"])))
    if "model_id" in data:
        rows.append(("model", words["model_id"]))
    rows += [("attention", one_line(message)) for message in data.get("attention", ())]
    if data.get("memorisation") in VERDICTS:
        rows.append(("copies", VERDICTS[data["memorisation"]]))
    return rows


def _counted(counts: Mapping[str, int]) -> str:
    """`17 of 20 re-imaged, 3 failed, 0 cancelled`."""
    return "{succeeded} of {total} re-imaged, {failed} failed, {cancelled} cancelled".format(**counts)


def duration(seconds: float) -> str:
    """Seconds in words that suit their size: `4 s`, `12 min`, `2 h 5 min`."""
    minutes = round(seconds / 60)
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def one_line(value: str) -> str:
    """A name in the text cannot pretend to be further lines of ours."""
    return " ".join("".join(" " if is_control(character) else character for character in value).split())


def is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}  # controls, surrogates, U+2028, U+2029
