"""Canonical JSON: one text for one value, so that equal records are equal bytes.

Keys sorted, no spaces, UTF-8, no escapes beyond those that JSON demands. (A lone surrogate, which is no character and
has no UTF-8 form, makes its line fall back to ASCII escapes.)
"""

from __future__ import annotations

import json
from typing import Any


def dumps(value: Any) -> bytes:
    """The canonical text, without a line end."""
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def loads(line: bytes) -> Any:
    """The value of one line that this program wrote itself. Hostile lines are for `archive.check`."""
    return json.loads(line)
