"""What a report says first: whether everything arrived, and if not, why, in as few words as it takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from transfer.outcomes import Reason
from transfer.reasons import of_one, reason

from . import outside
from .words import of_copy

# Reasons that somebody chose, and such that only part of a record is missing: not a failure of the record.
CHOSEN = frozenset({Reason.EXCLUDED, Reason.POLICY})
PARTIAL = frozenset(
    {Reason.UNRESOLVED_REFERENCE, Reason.OUTSIDE_REFERENCE, Reason.UNREAD_REFERENCE, Reason.PART_CONFLICT}
)
TO_LOOK_AT = frozenset({Reason.NAMES_SOURCE})  # all of it arrived, and may not be meant so
MORE = frozenset({Reason.FULLER})  # all of them arrived
KEPT = frozenset({Reason.CHANGED_MEANWHILE})  # they are there, as somebody in the store wants them


@dataclass(frozen=True, slots=True)
class Group:
    """Records that share a reason. `tone`: how bad that is."""

    word: str
    count: int
    what: str
    advice: str
    tone: str


@dataclass(frozen=True, slots=True)
class Answer:
    sentence: str
    tone: str
    groups: tuple[Group, ...]


def to_json(result: Mapping[str, Any]) -> dict[str, Any]:
    """The answer for those who read no page."""
    own = answer(result)
    groups = [{"reason": g.word, "count": g.count, "what": g.what, "advice": g.advice} for g in own.groups]
    return {"sentence": own.sentence, "reasons": groups}


def answer(result: Mapping[str, Any]) -> Answer:
    """From a finished import's `result`."""
    own = _answer(result)
    return replace(own, sentence=of_copy(own.sentence)) if result.get("copied") else own


def _answer(result: Mapping[str, Any]) -> Answer:
    totals = result.get("totals", {})
    source = totals.get("source", 0)
    groups = _groups(result)
    unread, gone = _unread(result), _deleted(totals.get("deleted", 0))
    chosen, kept = (sum(group.count for group in groups if group.word in words) for words in (CHOSEN, KEPT))
    kept = min(kept, totals.get("kept", kept))  # others were to be deleted, and are in no archive
    absent = max(_absent(totals), sum(group.count for group in groups if group.tone == "bad"))
    if absent:
        reasons = sum(group.tone == "bad" for group in groups)
        why = f", for {_count(reasons, 'reason')}" if reasons else ""
        rest = f"; {_as_changed(kept)}" if kept else ""
        return Answer(f"{_of(absent, source)} did not arrive{why}{rest}.{gone}{unread}", "bad", groups)
    warned = any(result.get(word) for word in ("withheld", "losing")) or any(group.tone == "warn" for group in groups)
    part = _in_part(totals.get("part_conflicts", 0))
    return Answer(_arrived(source, chosen, kept) + part + gone + unread, "warn" if warned else "good", groups)


def _arrived(source: int, chosen: int, kept: int) -> str:
    """Where nothing failed. `chosen`: left out; `kept`: there, with what somebody changed meanwhile."""
    if not source:
        return "The archive is empty: there was nothing to write."
    wanted = source - chosen
    that = " that you chose" if chosen else ""
    left = f"; {'one was' if chosen == 1 else f'{chosen:,} were'} left out" if chosen else ""
    if kept:
        return f"{_of(wanted - kept, wanted)}{that} arrived as they are in the archive; {_as_changed(kept)}{left}."
    if source == 1 and not chosen:
        return "The one record arrived."
    return f"All {_records(wanted)}{that} arrived{left}."


def _in_part(count: int) -> str:
    return f" {count:,} of them {'is' if count == 1 else 'are'} here in part." if count else ""


def _deleted(count: int) -> str:
    return f" {_records(count)} of this store {'was' if count == 1 else 'were'} deleted." if count else ""


def _as_changed(count: int) -> str:
    are, them = ("is", "it") if count == 1 else ("are", "them")
    return f"{count:,} {are} there as somebody changed {them} meanwhile"


def _unread(result: Mapping[str, Any]) -> str:
    kinds = len(result.get("withheld", ()))
    return f" {_count(kinds, 'kind').capitalize()} could not be read in the source store." if kinds else ""


def _absent(totals: Mapping[str, int]) -> int:
    return sum(totals.get(word, 0) for word in ("failed", "unverified"))


def _groups(result: Mapping[str, Any]) -> tuple[Group, ...]:
    counts: Counter[str] = Counter()
    for line in result.get("resources", {}).values():
        counts.update(line.get("reasons", {}))
    tones = {
        word: "" if word in CHOSEN | MORE else "warn" if word in PARTIAL | TO_LOOK_AT | KEPT else "bad"
        for word in counts
    }
    order = {"bad": 0, "warn": 1, "": 2}
    words = sorted(counts, key=lambda word: (order[tones[word]], -counts[word], word))
    return tuple(_group(word, counts[word], tones[word], result) for word in words if counts[word])


def _group(word: str, count: int, tone: str, result: Mapping[str, Any]) -> Group:
    what, advice = reason(word)
    if word in outside.REASONS:
        advice = outside.advice(word, result.get("outside", ())) or advice
    if result.get("copied"):
        what, advice = of_copy(what), of_copy(advice)
    return Group(word, count, of_one(what) if count == 1 else what, advice, tone)


def _records(count: int) -> str:
    return _count(count, "record")


def _count(count: int, noun: str) -> str:
    words = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}
    figure = words.get(count, f"{count:,}") if noun in ("reason", "kind") else f"{count:,}"
    return f"{figure} {noun}{'' if count == 1 else 's'}"


def _of(count: int, total: int) -> str:
    return f"{count:,} of {_records(total)}"
