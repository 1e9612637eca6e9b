"""What becomes of the target's own translations of items of a menu that an update takes away, or makes another of.

An update leaves what only the target has; but Shopify takes the items of a menu as a whole, so that those which the
archive does not know go, and their translations with them. That is told in the menu's row, before anybody decides.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import takewhile

from .archive.members import MemberSet
from .keys import Key
from .outcomes import Outcome, Verdict
from .resources._menu_items import ITEMS, Path, becoming, going
from .resources._translated import WITHIN
from .resources.market_translations import MarketTranslations
from .resources.translations import Translations
from .work import Desk, Row, Where

WINDOW = 100
NAMED = 5  # translations that are named; of the others it is told how many there are
TAILS = {kind.name: kind.tail for kind in (Translations, MarketTranslations)}  # parts of a key that say in which tongue
GO = ("With items that go, go their translations: ", "; nothing brings these back.")
STAY = ("Items that become others keep the translations of what they were: ", "; these are to be looked at.")
_SENTENCES = re.compile("|".join(f" ?{re.escape(begin)}.*?{re.escape(end)}" for begin, end in (GO, STAY)), re.DOTALL)


def tell_dropped(desk: Desk, snapshot: MemberSet) -> None:
    """Says in rows of menus which of the target's translations go with items, and which are of another item then."""
    where = Where(resource=WITHIN[ITEMS], verdicts=frozenset({Verdict.UPDATE}), outcomes=frozenset({Outcome.PENDING}))
    after = None
    while rows := desk.ledger.select(where, limit=WINDOW, after=after):
        after = (rows[-1].resource, rows[-1].key, rows[-1].number)
        for row in rows:
            detail = " ".join(filter(None, (untold(row.detail), *_sentences(desk, row, snapshot))))
            if detail != row.detail:
                row.detail = detail
                desk.ledger.put([row])


def untold(detail: str) -> str:
    """What is told of a menu, without what becomes of translations."""
    return _SENTENCES.sub("", detail).strip()


def _sentences(desk: Desk, row: Row, snapshot: MemberSet) -> Iterator[str]:
    assert row.before is not None
    assert row.after is not None
    sides = row.after["items"], row.before["items"]
    gone, others = set(going(*sides)), dict(becoming(*sides))
    if not gone and not others:
        return
    told = {name: list(_translated(snapshot, name, row.key)) for name in TAILS}
    yield _said(GO, (_named(key, tail) for name, tail in TAILS.items() for key in told[name] if key[2:-tail] in gone))
    yield _said(STAY, (_named(key, tail) for name in TAILS for key, tail in _staying(desk, name, told[name], others)))


def _staying(desk: Desk, name: str, keys: Collection[Key], others: Mapping[Path, Path]) -> Iterator[tuple[Key, int]]:
    """Those of items that become others, by what they were, but for what this import says anew. They go by the names
    that their items get."""
    tail, old = TAILS[name], {new: old for old, new in others.items()}
    own = [key for key in keys if key[2:-tail] in old]
    rows = desk.ledger.get(name, own) if own else {}
    for key in own:
        if key in rows and rows[key].verdict is Verdict.EXTRA:
            yield (*key[:2], *old[key[2:-tail]], *key[-tail:]), tail


def _translated(snapshot: MemberSet, name: str, menu: Key) -> Iterator[Key]:
    """The keys of all translations of items of a menu."""
    first = (ITEMS, *menu)
    lines = snapshot.records(name, after=(*first, ""))  # before that come those of main-menu-2
    return (line.key for line in takewhile(lambda line: line.key[:2] == first, lines))


def _named(key: Key, tail: int) -> str:
    return f"{' > '.join(key[2:-tail])} ({' in '.join(key[-tail:])})"


def _said(sentence: tuple[str, str], names: Iterable[str]) -> str:
    found = list(names)
    if not found:
        return ""
    more = len(found) - NAMED
    rest = f" and {more:,} more" if more > 0 else ""
    return f"{sentence[0]}{', '.join(found[:NAMED])}{rest}{sentence[1]}"
