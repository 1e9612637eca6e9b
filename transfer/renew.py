"""What grows old by what this import changes elsewhere is planned to be written again: a translation, by its text.

Only where a store's archive is imported: there text and translation belong together, and Shopify would call the
translation old once the text is written. Of a spreadsheet nobody knows that: somebody changed the text, and not the
translation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from .keys import Key
from .outcomes import Outcome, State, Verdict
from .references import Target
from .resource import Fields, Resource
from .work import Desk, Row


def renew(desk: Desk, resource: Resource, rows: Sequence[Row], pairs: Mapping[Key, tuple[Fields, Fields]]) -> None:
    """`pairs`: (what the target has, what the archive has) of the keys that each has once."""
    sources = {key: list(resource.sources(key, wanted)) for key, (_, wanted) in pairs.items()}
    changed = _changed(desk, {target for own in sources.values() for target, _, _ in own})
    for row in rows:
        told = {path.partition(".")[2] for path in row.changed}
        paths = sorted(
            here
            for target, there, here in sources.get(row.key, ())
            if here.partition(".")[2] not in told and any(_meet(there, path) for path in changed.get(target, ()))
        )
        if paths and row.verdict in (Verdict.UNCHANGED, Verdict.UPDATE):
            row.before, row.after = pairs[row.key]
            row.verdict, row.outcome, row.state, row.verified = Verdict.UPDATE, Outcome.PENDING, State.PLANNED, None
            row.changed, row.open = (*row.changed, *paths), ()


def _changed(desk: Desk, targets: Iterable[Target]) -> dict[Target, tuple[str, ...]]:
    """What is planned to change in these records."""
    found: dict[Target, tuple[str, ...]] = {}
    for name, group in groupby(sorted(targets), lambda target: target.resource):
        rows = desk.ledger.get(name, [target.key for target in group])
        found |= {row.target: row.changed for row in rows.values() if row.verdict is Verdict.UPDATE}
    return found


def _meet(path: str, other: str) -> bool:
    """Whether one of two paths is the other, or lies in it."""
    return path == other or path.startswith(f"{other}.") or other.startswith(f"{path}.")
