"""What pages of other packages say of an import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template

from imports import withheld
from imports.answer import Answer, answer
from imports.models import Import

register = template.Library()


@register.filter(name="answer")
def answer_of(result: Mapping[str, Any]) -> Answer | None:
    return answer(result) if result else None


@register.filter
def withheld_kinds(run: Import) -> withheld.Kinds:
    return withheld.of_run(run)


@register.filter
def labels(kinds: Iterable[Mapping[str, Any]]) -> Sequence[str]:
    """What a merchant calls the kinds that were withheld."""
    return withheld.labels(kinds)
