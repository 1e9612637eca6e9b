"""What pages of other packages say of an import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template
from django.db.models import Q, QuerySet

from imports import again, differences, losing, outside, withheld
from imports.answer import Answer, answer
from imports.models import OPEN, Copy, CopyStatus, Import
from shops.models import Shop
from transfer.fidelity import VERDICTS, WORDS, share

register = template.Library()


@register.filter(name="answer")
def answer_of(run: Import) -> Answer | None:
    return answer({**run.result, "outside": outside.told(run)}) if run.result else None


@register.simple_tag
def copies_open(shop: Shop) -> QuerySet[Copy]:
    """The copies and comparisons of a shop that are under way: one over each link at most."""
    return Copy.objects.filter(target=shop, status__in=OPEN).select_related("run")


@register.simple_tag
def source_left(shop: Shop) -> bool:
    """Whether a store that the shop has copied from removed the app lately. Its links went with it."""
    return Copy.objects.filter(Q(source=None) | ~Q(source__uninstalled_at=None), target=shop).exists()


@register.simple_tag
def copies_reading(shop: Shop) -> QuerySet[Copy]:
    """The copies and comparisons of a shop that have no run in it yet: the other store is read."""
    return Copy.objects.filter(target=shop, status=CopyStatus.READING).select_related("source")


@register.filter
def withheld_kinds(run: Import) -> withheld.Kinds:
    return withheld.of_run(run)


@register.filter
def outside_kinds(run: Import) -> outside.Kinds:
    return outside.told(run)


register.filter("losing", lambda run: losing.after(losing.of_result(run)))
register.filter("causes", outside.causes)
register.filter("remedies", outside.remedies)


@register.filter
def rest(run: Import) -> again.Rest | None:
    """What could be imported again."""
    return again.rest_of(run)


@register.filter
def labels(kinds: Iterable[Mapping[str, Any]]) -> Sequence[str]:
    """What a merchant calls the kinds that were withheld."""
    return withheld.labels(kinds)


FIELDS = 40  # of one kind, in a table


@register.filter
def compared(result: Mapping[str, Any]) -> str:
    """What a comparison says first."""
    return differences.sentence(result)


register.filter("percent", differences.percent)


@register.filter
def apart(counts: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """(verdict, head, count) of what is not equal."""
    heads = {"differing": "Differing", "only_left": "Only in the first", "only_right": "Only in the other"}
    return [(str(VERDICTS[word]), head, counts[word]) for word, head in heads.items()]


@register.filter
def worst(fields: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """The fields that differ, those first that differ most often."""
    found = [(name, own) for name, own in fields.items() if share(own) not in (None, 1.0)]
    found.sort(key=lambda one: (one[1]["equal"] - sum(one[1][word] for word in WORDS), one[0]))
    return {"shown": found[:FIELDS], "more": max(0, len(found) - FIELDS)}
