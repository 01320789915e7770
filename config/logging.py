"""Structured logs of events, with whatever could tell who somebody is struck out."""

from __future__ import annotations

import logging
import re
import sys
import warnings
from collections.abc import MutableMapping
from typing import Any

import structlog

SILENT_KEYS = frozenset(
    {
        "text",
        "content",
        "body",
        "openid",
        "sender",
        "phone",
        "name",
        "code",
        "cookie",
        "authorization",
        "query",
        "secret",
    }
)
_PRIVATE = re.compile(
    r"1[3-9]\d{9}|\d{17}[\dXx]|\b\d{15,19}\b|\bo[A-Za-z0-9_-]{27}\b"
    r"|(?<=secret=)[^&\s\"']+|(?<=access_token=)[^&\s\"']+"
)


def strike_out(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """structlog processor: private keys lose their value, private patterns are masked anywhere."""
    for key, value in event.items():
        if key in SILENT_KEYS:
            event[key] = "***"
        elif isinstance(value, str):
            event[key] = _PRIVATE.sub("***", value)
    return event


def set_up_logging(level: str) -> None:
    """One line of logfmt an event, to standard error, for our loggers and the libraries' alike."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                strike_out,
                structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # aiosqlite would tell every value of every statement.
    for chatty in ("aiosqlite", "jieba", "alembic", "watchfiles", "aiohttp.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # What aiohttp tells of a request or a form that it cannot read is the request, or a file's name, itself.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", module=r"aiohttp\.multipart")
