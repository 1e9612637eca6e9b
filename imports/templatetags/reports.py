"""What pages of other packages say of an import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from imports.answer import Answer, answer

register = template.Library()


@register.filter(name="answer")
def answer_of(result: Mapping[str, Any]) -> Answer | None:
    return answer(result) if result else None
