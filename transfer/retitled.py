"""Rows of a spreadsheet that name an item of a menu by the title which the same file takes from it.

What the target says of such an item goes by its new title (`same_variants`), so that nothing is found by the old one.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from .dropped import TAILS, WINDOW
from .keys import Key
from .outcomes import Outcome, Reason, State, Verdict
from .resources._menu_items import ITEMS, paths, renamed
from .resources._translated import WITHIN
from .work import Desk, Row, Where

OLD = 'By this import the item is called "{}": name it so in this row, too.'
MENUS = Where(resource=WITHIN[ITEMS], verdicts=frozenset({Verdict.UPDATE}), outcomes=frozenset({Outcome.PENDING}))


def tell_retitled(desk: Desk) -> None:
    """Lists these rows as ones that cannot be carried out, each with the title to write."""
    after = None
    while rows := desk.ledger.select(MENUS, limit=WINDOW, after=after):
        after = (rows[-1].resource, rows[-1].key, rows[-1].number)
        for row in rows:
            desk.ledger.put(list(_retitled(desk, row)))


def _retitled(desk: Desk, menu: Row) -> Iterator[Row]:
    assert menu.before is not None
    assert menu.after is not None
    wanted, present = menu.after["items"], menu.before["items"]
    left = set(paths(wanted))
    called = {old: new for old, new in renamed(wanted, present).items() if old not in left}
    for name, tail in TAILS.items() if called else ():
        for row in _rows(desk, name, menu.key):
            own = called.get(row.key[2:-tail])
            detail = OLD.format(" > ".join(own)) if own is not None else row.detail
            if detail == row.detail or row.verdict is Verdict.EXTRA or row.reason is Reason.EXCLUDED:
                continue
            row.verdict, row.reason, row.detail = Verdict.CANNOT, Reason.INVALID, detail
            row.outcome, row.state, row.verified = Outcome.PENDING, State.PLANNED, None
            yield row


def _rows(desk: Desk, name: str, menu: Key) -> Iterator[Row]:
    """What the plan says of translations of a menu's items."""
    first = (ITEMS, *menu)
    after: tuple[str, Key, int] = (name, (*first, ""), 0)
    while rows := desk.ledger.select(Where(resource=name), limit=WINDOW, after=after):
        own = list(takewhile(lambda row: row.key[:2] == first, rows))
        yield from own
        if len(own) < len(rows):
            return
        after = (name, rows[-1].key, rows[-1].number)
