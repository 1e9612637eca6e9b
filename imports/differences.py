"""What a comparison found, record by record: as its page lists it, and as CSV and JSON Lines."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse

from runs.models import Run
from transfer.fidelity import IGNORED, VERDICTS, WORDS, differences, share
from transfer.keys import encode
from transfer.outcomes import Verdict
from transfer.registry import RESOURCES
from transfer.told import told as said
from transfer.work import Row

from . import listing, services
from .listing import Filters
from .marks import side_by_side
from .models import Comparison

WORD_OF = {verdict: word for word, verdict in VERDICTS.items()}
SAYS = {"differing": "Differs", "only_left": "Only in the first", "only_right": "Only in the other"}
TONES = {"differing": "warn", "only_left": "", "only_right": ""}
COLUMNS = ("resource", "key", "differs", "fields")


def sides(run: Comparison) -> tuple[str, str]:
    """What the two sides are called."""
    return run.name or "The first file", run.other_name or run.shop.domain


def percent(counts: Mapping[str, int]) -> str:
    """Fidelity; never 100 % where anything differs."""
    found = share(counts)
    return f"{math.floor(found * 1000) / 10:g} %" if found is not None else ""


def sentence(result: Mapping[str, Any]) -> str:
    """What a comparison says first, from its `result`."""
    totals = result["totals"]
    every = sum(totals[word] for word in WORDS)
    apart = every - totals["equal"]
    if not every:
        said = "There was nothing to compare."
    elif not apart:
        said = f"Nothing differs: all {every:,} records are equal." if every > 1 else "The one record is equal."
    else:
        said = f"{apart:,} of {every:,} record{'' if every == 1 else 's'} differ{'s' if apart == 1 else ''}"
        said += f"; {percent(totals)} are equal." if totals["equal"] else "."
    if left_out := totals.get(IGNORED, 0):
        said += f" {left_out:,} record{' was' if left_out == 1 else 's were'} left out, because a row says IGNORE."
    kinds = len(result.get("not_compared", ()))
    return f"{said} {kinds:,} kind{' was' if kinds == 1 else 's were'} not compared." if kinds else said


def page(run: Comparison, filters: Filters, after: str) -> tuple[list[dict[str, Any]], str | None]:
    """Lines for a list, and where the next page begins. Raises Refused for a page that does not exist."""
    lines, following = listing.page(run, filters, after)
    for line in lines:
        word = WORD_OF[Verdict(line["verdict"])]
        address = reverse("imports:difference", args=[run.pk, line["id"]])
        line |= {"says": SAYS[word], "word": TONES[word], "address": address}
    return lines, following


def tabs(run: Comparison, filters: Filters) -> list[dict[str, Any]]:
    if filters.search:
        searched = listing.found(run, filters)
        counts = {word: searched[VERDICTS[word]] for word in WORDS[1:]}
    else:
        found = run.result["resources"]
        own = [found[name] for name in found if not filters.resource or name == filters.resource]
        counts = {word: sum(counts[word] for counts in own) for word in WORDS[1:]}
    every = listing.tab(filters, "verdict", listing.ALL, "All that differs", sum(counts.values()))
    return [every, *(listing.tab(filters, "verdict", VERDICTS[word], SAYS[word], n) for word, n in counts.items() if n)]


def record(run: Comparison, place: str) -> dict[str, Any] | None:
    """One record, field by field, by the id that a list gave it."""
    row = listing.row(run, place)
    if row is None:
        return None
    word = WORD_OF[row.verdict]
    changes = []
    for field in fields(row):
        left, right = side_by_side(*(said(field[side], field["path"], row.resource) for side in ("left", "right")))
        changes.append({"path": field["path"], "before": left, "after": right})
    return {
        "row": row,
        "name": encode(row.key),
        "title": listing.title(row.after) or listing.title(row.before),
        "says": SAYS[word],
        "word": TONES[word],
        "changes": changes,
    }


def fields(row: Row) -> list[dict[str, Any]]:
    """Every field that differs, with what each side has."""
    if row.after is not None and row.before is not None:
        changes = differences(RESOURCES[row.resource], row.after, row.before)
        found = [(change.path, change.after, change.before) for change in changes]
    else:  # a record that one side alone has
        found = [(name, value, None) for name, value in (row.after or {}).items()]
        found += [(name, None, value) for name, value in (row.before or {}).items()]
    empty = (None, "")
    return [{"path": p, "left": x, "right": y} for p, x, y in found if x not in empty or y not in empty]


def told(row: Row) -> dict[str, Any]:
    """One record that differs. `fields`: those that do, where both sides have it."""
    own = {"resource": row.resource, "key": list(row.key), "differs": WORD_OF[row.verdict]}
    return {**own, "fields": list(row.changed)}


def jsonl(run: Run) -> Iterator[bytes]:
    for row in services.all_rows(run):
        yield json.dumps(told(row), ensure_ascii=False, sort_keys=True).encode("utf-8", "replace") + b"\n"


def csv(run: Run) -> Iterator[bytes]:
    yield services.csv_line(COLUMNS)
    for row in services.all_rows(run):
        own = told(row) | {"key": encode(row.key), "fields": " ".join(row.changed)}
        yield services.csv_line([services.cell(own[name]) for name in COLUMNS])
