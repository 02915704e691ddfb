"""One log format for all processes; secrets never appear in it."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from maskeraid_core.settings import CoreSettings

_SECRETS = re.compile(
    r"(mk_[a-z]+_\w{4})\w+|((?:wh|sign)sec_)[\w+/=]+|(Bearer )\S+|(://)[^/@\s]+@|(\?)[^\s\"']+", re.IGNORECASE
)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_SECRET_NAMES = frozenset({"authorization", "cookie", "secret", "password", "private_key", "key_pepper"})


def redact(value: object) -> object:
    """A value without keys, secrets, query strings, user info of URLs, e-mail addresses, or raw bytes."""
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} bytes>"
    if isinstance(value, dict):
        return {name: "…" if str(name).lower() in _SECRET_NAMES else redact(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact(item) for item in value]
    if isinstance(value, str):
        return _ADDRESS.sub(
            "…@…", _SECRETS.sub(lambda found: "".join(part or "" for part in found.groups()) + "…", value)
        )
    return value


def _redact_event(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:  # noqa: ANN401 structlog's own type
    return {name: "…" if name.lower() in _SECRET_NAMES else redact(value) for name, value in event.items()}


def configure_log(settings: CoreSettings, service: str) -> None:
    """Send every line, also those of libraries, through one redacting format to standard error."""
    is_json = settings.log_format == "json"
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        # for people, who know their day and their clock
        structlog.processors.TimeStamper(fmt="iso" if is_json else "%H:%M:%S", utc=is_json),
        structlog.processors.format_exc_info,
        _redact_event,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer() if is_json else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=40)
    )
    level = getattr(logging, settings.log_level.upper())
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    if is_json:  # who runs it by hand sees the name beside each line
        structlog.contextvars.bind_contextvars(service=service)
    for noisy in ("httpx", "httpcore", "pymongo", "kombu", "amqp", "celery.worker.strategy", "celery.app.trace"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
