"""What pages and articles have in common: the moment from which they are visible.

Shopify shows it as ``isPublished`` and ``publishedAt``; the first follows from the second and from the clock, so only
the second is kept: null is hidden, a moment to come is a schedule.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ..resource import Fields


def visibility(fields: Fields) -> dict[str, Any]:
    """The input that brings about what the record says. A schedule must not say that it is published already."""
    text = fields.get("publishedAt")
    if not text:
        return {"isPublished": False}
    return {"isPublished": datetime.fromisoformat(text) <= datetime.now(UTC), "publishDate": text}


def normal_moment(fields: Fields) -> Fields:
    """To be hidden is said, and not left unsaid."""
    text = fields.get("publishedAt")
    return {**fields, "publishedAt": datetime.fromisoformat(text).astimezone(UTC).isoformat() if text else ""}
