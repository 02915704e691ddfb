"""The e-mails and webhooks that the demo's service sends by itself."""

import json
import re
import shutil
import time
from collections.abc import Iterable
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from rich.progress import Progress

from maskeraid.objects import Training
from maskeraid.terminal import end_bar
from maskeraid_local.outcome import Outcome
from maskeraid_local.receiver import WebhookReceiver

NEWS_SECONDS = 30.0


def collect_news(
    bar: Progress,
    outbox: Path,
    receiver: WebhookReceiver,
    trainings: Iterable[Training],
    folder: Path,
    outcome: Outcome,
) -> None:
    """Wait until every training was told of by e-mail and by webhook, and keep both in `folder`."""
    wanted = {training.id for training in trainings}
    _wait_until_told(bar, outbox, receiver, wanted)
    folder.mkdir()
    for mail in outbox.glob("*.eml"):
        shutil.copy(mail, folder)
    for number, body in enumerate(bodies(receiver)):
        (folder / f"webhook-{number}.json").write_text(json.dumps(body, indent=2))
    outcome.note("trainings told by e-mail", str(len(wanted & told_by_mail(outbox))))
    outcome.note("trainings told by webhook, signature verified", str(len(wanted & told_by_webhook(receiver))))
    outcome.demand(wanted <= told_by_mail(outbox), "a training's e-mail did not come")
    outcome.demand(wanted <= told_by_webhook(receiver), "a training's webhook did not come")
    outcome.demand(receiver.refused == 0, f"{receiver.refused} webhooks had a wrong signature")


def _wait_until_told(bar: Progress, outbox: Path, receiver: WebhookReceiver, wanted: set[str]) -> None:
    """Both kinds of news of every training, or `NEWS_SECONDS`; what has come shows in the bar."""
    task = bar.add_task("e-mails and webhooks", total=2 * len(wanted), phase="waiting")
    until = time.monotonic() + NEWS_SECONDS
    told = 0
    while told < 2 * len(wanted) and time.monotonic() < until:
        time.sleep(0.2)
        told = len(wanted & told_by_mail(outbox)) + len(wanted & told_by_webhook(receiver))
        bar.update(task, completed=told)
    end_bar(bar, task, "succeeded" if told == 2 * len(wanted) else "missing")


def told_by_webhook(receiver: WebhookReceiver) -> set[str]:
    return {body["data"]["id"] for body in bodies(receiver) if body["type"] == "training.succeeded"}


def told_by_mail(outbox: Path) -> set[str]:
    """Ids of trainings that an e-mail names."""
    texts = [message_from_bytes(file.read_bytes(), policy=default).get_content() for file in outbox.glob("*.eml")]
    return set(re.findall(r"\btrn_\w+", "\n".join(texts)))


def bodies(receiver: WebhookReceiver) -> list[dict[str, Any]]:
    return [json.loads(body) for body in list(receiver.received.values())]
