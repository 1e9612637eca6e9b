"""Ledger and id store in the database.

What a step puts is held back until its next checkpoint, and saved there in the same transaction as the lease, so that a
worker that lost its lane leaves nothing behind. Until then, questions are answered as if it were saved.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q

from transfer.keys import Key, decode, encode, sort_key
from transfer.outcomes import Outcome, Reason, State, Verdict
from transfer.references import Target
from transfer.work import Id, Row, Where

from .models import IdEntry, LedgerEntry

MANY = 400  # rows per statement: below SQLite's limit of variables
# PostgreSQL takes 2,704 bytes into an index (its documentation, "B-Tree indexes"). In an address of a page, where three
# bytes are four letters, gunicorn takes 4,094 (`limit_request_line`), of which Shopify's admin needs a thousand.
LONGEST, DIGEST = 1_500, 16

_COLUMNS = [
    "resource", "key", "verdict", "outcome", "state", "reason", "detail", "gid", "before", "after", "changed", "wave",
    "open", "lost", "relaxed", "theirs", "aside", "more", "stepped", "stood", "linkable", "tightenable", "stepping",
    "losing", "verified",
]  # fmt: skip

Place = tuple[bytes, int]


def place_of(resource: str, key: Key) -> bytes:
    """What a row is found and ordered by: resource and key as bytes, at most `LONGEST + DIGEST` of them.

    Longer ones (a variant of three options whose names and values have 255 letters each) end in a digest instead: among
    themselves they come in no order, but always in the same.
    """
    whole = resource.encode() + b"\0" + sort_key(key)
    if len(whole) <= LONGEST:
        return whole
    return whole[:LONGEST] + hashlib.blake2b(whole, digest_size=DIGEST).digest()


def address_of(place: bytes | memoryview, number: int) -> str:
    """What lists and addresses of pages call a row."""
    return f"{number}-{base64.urlsafe_b64encode(place).decode().rstrip('=')}"


def addressed(text: str) -> Place:
    """The inverse. Raises ValueError."""
    number, _, place = text.partition("-")
    return base64.b64decode(place + "=" * (-len(place) % 4), altchars=b"-_", validate=True), int(number)


def entry_of(run_id: Any, row: Row) -> LedgerEntry:
    return LedgerEntry(
        run_id=run_id,
        place=place_of(row.resource, row.key),
        number=row.number,
        resource=row.resource,
        key=encode(row.key),
        verdict=row.verdict,
        outcome=row.outcome,
        state=row.state,
        reason=row.reason,
        detail=row.detail,
        gid=row.gid,
        before=row.before,
        after=row.after,
        changed=list(row.changed),
        wave=row.wave,
        open=list(row.open),
        lost=list(row.lost),
        relaxed=list(row.relaxed),
        theirs=list(row.theirs),
        aside=row.aside,
        more=row.more,
        stepped=row.stepped,
        stood=row.stood,
        linkable=bool(row.open),
        tightenable=bool(row.relaxed),
        stepping=row.aside is not None and not row.stepped,
        losing=bool(row.lost),
        verified=row.verified,
    )


def row_of(entry: LedgerEntry) -> Row:
    return Row(
        resource=entry.resource,
        key=decode(entry.key),
        number=entry.number,
        verdict=Verdict(entry.verdict),
        outcome=Outcome(entry.outcome),
        state=State(entry.state),
        reason=Reason(entry.reason),
        detail=entry.detail,
        gid=entry.gid,
        before=entry.before,
        after=entry.after,
        changed=tuple(entry.changed),
        wave=entry.wave,
        open=tuple(entry.open),
        lost=tuple(entry.lost),
        relaxed=tuple(entry.relaxed),
        theirs=tuple(entry.theirs),
        aside=entry.aside,
        more=entry.more,
        stepped=entry.stepped,
        stood=entry.stood,
        verified=entry.verified,
    )


@dataclass(slots=True)
class DjangoLedger:
    """Implements `transfer.work.Ledger` for one run."""

    run_id: Any
    _held: dict[Place, Row] = field(default_factory=dict)

    def put(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self._held[place_of(row.resource, row.key), row.number] = row

    def get(self, resource: str, keys: Sequence[Key]) -> dict[Key, Row]:
        wanted = {place_of(resource, key): key for key in keys}
        found: dict[Key, Row] = {}
        missing = []
        for place, key in wanted.items():
            held = self._held.get((place, 0))
            if held is not None:
                found[key] = held
            else:
                missing.append(place)
        for start in range(0, len(missing), MANY):
            some = missing[start : start + MANY]
            for entry in LedgerEntry.objects.filter(run_id=self.run_id, place__in=some, number=0):
                row = row_of(entry)
                found[row.key] = row
        return found

    def select(self, where: Where, *, limit: int, after: tuple[str, Key, int] | None = None) -> list[Row]:
        behind: Place | None = (place_of(after[0], after[1]), after[2]) if after is not None else None
        query = LedgerEntry.objects.filter(condition(where), run_id=self.run_id)
        if behind is not None:
            query = query.filter(Q(place__gt=behind[0]) | Q(place=behind[0], number__gt=behind[1]))
        # Of what is saved, at most as many rows as are held back may be out of date.
        rows: dict[Place, Row] = {}
        for entry in query.order_by("place", "number")[: limit + len(self._held)]:
            place = (bytes(entry.place), entry.number)
            if place not in self._held:
                rows[place] = row_of(entry)
        for place, row in self._held.items():
            if (behind is None or place > behind) and matches(row, where):
                rows[place] = row
        return [rows[place] for place in sorted(rows)[:limit]]

    def waves(self, where: Where) -> list[int]:
        query = LedgerEntry.objects.filter(condition(where), run_id=self.run_id, wave__isnull=False)
        numbers = query.order_by().values_list("wave", flat=True).distinct()
        saved = {wave for wave in numbers if wave is not None}
        held = {row.wave for row in self._held.values() if row.wave is not None and matches(row, where)}
        return sorted(saved | held)

    def tally(self) -> dict[str, dict[str, int]]:
        """Of what is saved: steps ask for it at their beginning, when nothing is held back."""
        return tally(self.run_id)

    def save(self) -> None:
        """Inside the checkpoint's transaction."""
        entries = [entry_of(self.run_id, row) for row in self._held.values()]
        LedgerEntry.objects.bulk_create(
            entries,
            batch_size=MANY // 10,
            update_conflicts=True,
            unique_fields=["run", "place", "number"],
            update_fields=_COLUMNS,
        )

    def forget(self) -> None:
        self._held.clear()


def tally(run_id: Any) -> dict[str, dict[str, int]]:
    """resource -> how many rows of each verdict, outcome, pair of both, reason; verified, open, lost."""
    names = ("resource", "verdict", "outcome", "reason", "verified", "linkable", "losing")
    found: dict[str, dict[str, int]] = {}
    groups = LedgerEntry.objects.filter(run_id=run_id).order_by().values(*names).annotate(count=Count("id"))
    for group in groups:
        own = found.setdefault(group["resource"], {})
        verdict, outcome = group["verdict"], group["outcome"]
        words = [f"verdict:{verdict}", f"outcome:{outcome}", f"{verdict}:{outcome}"]
        words += [f"reason:{group['reason']}"] if group["reason"] else []
        words += [word for word, on in (("verified", group["verified"]), ("open", group["linkable"])) if on]
        words += ["lost"] if group["losing"] else []
        for word in words:
            own[word] = own.get(word, 0) + group["count"]
    return found


def condition(where: Where) -> Q:
    q = Q()
    if where.resource is not None:
        q &= Q(resource=where.resource)
    if where.wave is not None:
        q &= Q(wave=where.wave)
    for name, words in (("verdict", where.verdicts), ("outcome", where.outcomes), ("state", where.states)):
        if words is not None:
            q &= Q(**{f"{name}__in": sorted(words)})
    if where.linkable is not None:
        q &= Q(linkable=where.linkable)
    if where.tightenable is not None:
        q &= Q(tightenable=where.tightenable)
    if where.stepping is not None:
        q &= Q(stepping=where.stepping)
    if where.verified is not None:
        any_of = Q(verified__in=[one for one in where.verified if one is not None])
        q &= any_of | Q(verified=None) if None in where.verified else any_of
    return q


def matches(row: Row, where: Where) -> bool:
    """The same condition, for rows that are not saved yet."""
    return (
        where.resource in (None, row.resource)
        and where.wave in (None, row.wave)
        and (where.verdicts is None or row.verdict in where.verdicts)
        and (where.outcomes is None or row.outcome in where.outcomes)
        and (where.states is None or row.state in where.states)
        and where.linkable in (None, bool(row.open))
        and where.tightenable in (None, bool(row.relaxed))
        and where.stepping in (None, row.aside is not None and not row.stepped)
        and (where.verified is None or row.verified in where.verified)
    )


def target_digest(target: Target) -> str:
    return hashlib.blake2b(str(target).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@dataclass(slots=True)
class DjangoIds:
    """Implements `transfer.work.IdStore` for one run."""

    run_id: Any
    _held: dict[str, Id] = field(default_factory=dict)
    _held_targets: dict[Target, str] = field(default_factory=dict)

    def put(self, ids: Iterable[Id]) -> None:
        for one in ids:
            self._held[one.gid] = one
            self._held_targets[one.target] = one.gid

    def by_gid(self, gids: Iterable[str]) -> dict[str, Id]:
        found: dict[str, Id] = {}
        missing = []
        for gid in gids:
            held = self._held.get(gid)
            if held is not None:
                found[gid] = held
            else:
                missing.append(gid)
        for start in range(0, len(missing), MANY):
            for entry in IdEntry.objects.filter(run_id=self.run_id, gid__in=missing[start : start + MANY]):
                target = Target(entry.resource, decode(entry.key))
                found[entry.gid] = Id(entry.gid, target, entry.reading, entry.mark)
        return found

    def by_target(self, targets: Iterable[Target]) -> dict[Target, str]:
        found: dict[Target, str] = {}
        missing: dict[str, Target] = {}
        for target in targets:
            if target in self._held_targets:
                found[target] = self._held_targets[target]
            else:
                missing[target_digest(target)] = target
        digests = list(missing)
        for start in range(0, len(digests), MANY):
            query = IdEntry.objects.filter(run_id=self.run_id, target__in=digests[start : start + MANY])
            for entry in query.order_by("reading", "id"):
                found[missing[entry.target]] = entry.gid
        return found

    def save(self) -> None:
        """Inside the checkpoint's transaction."""
        IdEntry.objects.bulk_create(
            [
                IdEntry(
                    run_id=self.run_id,
                    gid=one.gid,
                    target=target_digest(one.target),
                    resource=one.target.resource,
                    key=encode(one.target.key),
                    reading=one.reading,
                    mark=one.mark,
                )
                for one in self._held.values()
            ],
            batch_size=MANY // 8,
            update_conflicts=True,
            unique_fields=["run", "gid"],
            update_fields=["target", "resource", "key", "reading", "mark"],
        )

    def forget(self) -> None:
        self._held.clear()
        self._held_targets.clear()
