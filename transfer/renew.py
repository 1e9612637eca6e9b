"""What grows old by what this import changes elsewhere is planned to be written again: a translation, by its text; the
order of a collection, by the products that come into it.

So it is where a store's archive is imported: there text and translation belong together, and Shopify would call the
translation old once the text is written. Of a spreadsheet nobody knows that: somebody changed the text, and not the
translation. There it is said, and done only where the translation's own row says REPLACE.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from .dead_links import say
from .judging import unwritten
from .keys import Key
from .outcomes import TO_WRITE, Outcome, State, Verdict
from .references import Target
from .resource import Fields, Resource
from .work import Desk, Row, tell

OLD = "Its text changes with this import ({}), and it does not: Shopify marks it as older than its text."


def renew(
    desk: Desk,
    resource: Resource,
    rows: Sequence[Row],
    pairs: Mapping[Key, tuple[Fields, Fields]],
    *,
    told: Collection[Key] = (),
) -> None:
    """`pairs`: (what the target has, what the archive has) of the keys that each has once.

    `told`: those of them of which it is only said that they grow old.
    """
    sources = {key: list(resource.sources(key, wanted)) for key, (_, wanted) in pairs.items()}
    changed = _changed(desk, {target for own in sources.values() for target, _, _ in own})
    for row in rows:
        written = {path.partition(".")[2] for path in row.changed}
        paths = sorted(
            here
            for target, there, here in sources.get(row.key, ())
            if here.partition(".")[2] not in written and any(_meet(there, path) for path in changed.get(target, ()))
        )
        if not paths or row.verdict not in (Verdict.UNCHANGED, Verdict.FULLER, Verdict.UPDATE):
            continue
        if row.key in told:
            sentence = OLD.format(", ".join(path.partition(".")[2] for path in paths))
            (tell if row.verdict is Verdict.UPDATE else say)(row, sentence)
        else:
            _write(row, pairs[row.key], paths)
    _await(desk, resource, [row for row in rows if row.verdict is Verdict.UNCHANGED and row.key in pairs], pairs)


def take_back(desk: Desk, rows: Sequence[Row], resource: Resource) -> Iterator[Row]:
    """Of rows that are to be written only because of what was to change elsewhere, those where nothing does by now.

    A reference that has been lost since may be all that differed there.
    """
    renewed = {row.key: [path for path in row.changed if _is_renewed(resource, row, path)] for row in rows}
    sources = {row.key: list(resource.sources(row.key, row.after or {})) for row in rows if renewed[row.key]}
    changed = _changed(desk, {target for own in sources.values() for target, _, _ in own})
    for row in rows:
        still = {
            here
            for target, there, here in sources.get(row.key, ())
            if any(_meet(there, path) for path in changed.get(target, ()))
        }
        idle = set(renewed[row.key]) - still
        if idle:
            row.changed = tuple(path for path in row.changed if path not in idle)
            yield row if row.changed else unwritten(row)


def _is_renewed(resource: Resource, row: Row, path: str) -> bool:
    """Whether a path of a row was planned by `renew`: the target does not call it old yet."""
    return resource.follows(path, ()) and path.partition(".")[2] not in (row.before or {}).get("outdated", ())


def _write(row: Row, pair: tuple[Fields, Fields], paths: Iterable[str]) -> None:
    row.before, row.after = pair
    row.verdict, row.outcome, row.state, row.verified = Verdict.UPDATE, Outcome.PENDING, State.PLANNED, None
    row.changed, row.open = (*row.changed, *paths), ()


def _await(desk: Desk, resource: Resource, rows: Sequence[Row], pairs: Mapping[Key, tuple[Fields, Fields]]) -> None:
    """Plans what is equal now and will not be, once others are written: the order of products of which some come."""
    awaited = {row.key: list(resource.awaits(row.key, *pairs[row.key])) for row in rows}
    wanted = _rows(desk, {target for own in awaited.values() for target, _ in own})
    coming = {target for target, row in wanted.items() if row.verdict in TO_WRITE}
    for row in rows:
        paths = sorted({path for target, path in awaited[row.key] if target in coming})
        if paths:
            _write(row, pairs[row.key], paths)


def _changed(desk: Desk, targets: Iterable[Target]) -> dict[Target, tuple[str, ...]]:
    """What is planned to change in these records."""
    return {target: row.changed for target, row in _rows(desk, targets).items() if row.verdict is Verdict.UPDATE}


def _rows(desk: Desk, targets: Iterable[Target]) -> dict[Target, Row]:
    found: dict[Target, Row] = {}
    for name, group in groupby(sorted(targets), lambda target: target.resource):
        rows = desk.ledger.get(name, [target.key for target in group])
        found |= {row.target: row for row in rows.values()}
    return found


def _meet(path: str, other: str) -> bool:
    """Whether one of two paths is the other, or lies in it."""
    return path == other or path.startswith(f"{other}.") or other.startswith(f"{path}.")
