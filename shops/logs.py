"""Log lines: which run, shop and ticket they are about, and never a token.

As lines for people or as JSON for machines (LOG_FORMAT). What looks like a token, and every secret of the settings, is
taken out of the finished text, tracebacks included: whoever logs cannot forget it. Knows no Django until it is asked.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from typing import Any

REDACTED = "[redacted]"
_TOKENS = re.compile(
    r"\bsh(?:pat|prt|pss|pca|ppa|psa|pua)_[A-Za-z0-9_-]+"  # Shopify's
    r"|\beyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?"  # a JSON web token
    r"|(?<=bearer )\S+|(?<=/downloads/)[^\s/?\"']+",
    re.IGNORECASE,
)
# What stands behind the name of a secret, as a header, a parameter, a dict, JSON (in JSON) or a pair; or in an address.
_NAMED = re.compile(
    r"((?:(?:access|refresh|id|session|subject)[-_]token|client[-_]secret|api[-_]secret|secret[-_]key|password|authorization)"
    r"(?:\\*[\"']\s*[:=,]|\s*[:=])\s*(?:b?\\*[\"'])?(?:(?:basic|bearer|digest)\s+)?)[^\s\"'&,;})\\]+"
    r"|(://[^\s/:@]*:)[^\s/@]+(?=@)",
    re.IGNORECASE,
)
NOTHING: Mapping[str, str] = MappingProxyType({})
_about: ContextVar[Mapping[str, str]] = ContextVar("about", default=NOTHING)


@contextmanager
def about(**names: object) -> Iterator[None]:
    """What every line within is about."""
    token = _about.set({**_about.get(), **{name: str(value) for name, value in names.items()}})
    try:
        yield
    finally:
        _about.reset(token)


def redact(text: str) -> str:
    for secret in _secrets():
        text = text.replace(secret, REDACTED)
    text = _NAMED.sub(lambda found: f"{found[1] or found[2]}{REDACTED}", text)
    return _TOKENS.sub(REDACTED, text)


def _secrets() -> tuple[str, ...]:
    from django.conf import settings

    if not settings.configured:
        return ()
    return _long(settings.SECRET_KEY, *settings.SHOPIFY_API_SECRETS, *settings.TOKEN_KEYS)


@cache
def _long(*secrets: str) -> tuple[str, ...]:
    return tuple(secret for secret in secrets if len(secret) >= 8)  # what is shorter would blacken half of the text


class LineFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        names = "".join(f" {name}={value}" for name, value in _about.get().items())
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        text = f"{moment} {record.levelname} {record.name}{names}: {record.getMessage()}"
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return redact(text)


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            **_about.get(),
            "message": redact(record.getMessage()),
        }
        if record.exc_info:
            line["exception"] = redact(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


class Strangers(logging.Filter):
    """A request under a host's name that is not ours is a scanner's, and answered with 400: nothing of ours to mend."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "django.security.DisallowedHost":
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.exc_info = record.exc_text = None
        return True


def configuration(form: str, level: str) -> dict[str, Any]:
    """For `logging.config.dictConfig`: one handler for everything, in this process and in gunicorn's."""
    formatter = JsonFormatter if form == "json" else LineFormatter
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"own": {"()": formatter}},
        "filters": {"strangers": {"()": Strangers}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "own", "filters": ["strangers"]}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            **{name: {"level": "INFO"} for name in ("shops", "runs", "exports", "imports", "shopsync")},
            # These bring handlers of their own, which redact nothing.
            **{name: {"handlers": [], "propagate": True} for name in ("django", "django.server", "gunicorn.error")},
        },
    }
