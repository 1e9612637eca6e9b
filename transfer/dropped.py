"""What becomes of the target's own translations of items of a menu that an update takes away, or makes another of.

An update leaves what only the target has; but Shopify takes the items of a menu as a whole, so that those which the
archive does not know go, and their translations with them. That is told in the menu's row, before anybody decides.
Where an import brings no translations, so that none of the target's were read, those of such a menu are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import takewhile

from .archive.members import MemberSet
from .keys import Key
from .outcomes import Outcome, State, Verdict
from .resources._menu_items import ITEMS, Path, becoming, going, shared, unclear
from .resources._translated import NAMESAKES, WITHIN
from .resources.market_translations import MarketTranslations
from .resources.translations import Translations
from .talk import ask_shown
from .work import Desk, Row, Where

WINDOW = 100
NAMED = 5  # translations that are named; of the others it is told how many there are
TAILS = {kind.name: kind.tail for kind in (Translations, MarketTranslations)}  # parts of a key that say in which tongue
GO = ("With items that go, go their translations: ", "; nothing brings these back.")
STAY = ("Items that become others keep the translations of what they were: ", "; these are to be looked at.")
UNREAD = ("Items go, and with them what they are called in other languages, which the app may not read: grant it ", ".")
_ALL = (GO, STAY, UNREAD)
TWINS = (
    "In the source store this is one of several items of one title side by side, and nobody can say what each of them "
    "is called: it is left alone."
)
_SENTENCES = re.compile("|".join(f" ?{re.escape(begin)}.*?{re.escape(end)}" for begin, end in _ALL), re.DOTALL)


def tell_dropped(desk: Desk, snapshot: MemberSet, read: Collection[str]) -> None:
    """Says in rows of menus which of the target's translations go with items, and which are of another item then.

    `read`: the kinds of which the snapshot says all that the target has.
    """
    where = Where(resource=WITHIN[ITEMS], verdicts=frozenset({Verdict.UPDATE}), outcomes=frozenset({Outcome.PENDING}))
    after = None
    while rows := desk.ledger.select(where, limit=WINDOW, after=after):
        after = (rows[-1].resource, rows[-1].key, rows[-1].number)
        for row in rows:
            _spare_twins(desk, row, snapshot)
            detail = " ".join(filter(None, (untold(row.detail), *_sentences(desk, row, snapshot, read))))
            if detail != row.detail:
                row.detail = detail
                desk.ledger.put([row])


def untold(detail: str) -> str:
    """What is told of a menu, without what becomes of translations."""
    return _SENTENCES.sub("", detail).strip()


def _spare_twins(desk: Desk, row: Row, snapshot: MemberSet) -> None:
    """Leaves what an item of the target is called where the source has two of its title, of which no archive tells."""
    assert row.before is not None
    assert row.after is not None
    twins = unclear(row.after["items"], row.before["items"])
    for name, tail in TAILS.items() if twins else ():
        keys = [key for key in _translated(snapshot, name, row.key) if key[2:-tail] in twins]
        own = [one for one in desk.ledger.get(name, keys).values() if one.verdict is Verdict.EXTRA]
        for one in own:
            one.outcome, one.state, one.detail = Outcome.LEFT, State.DONE, TWINS
        desk.ledger.put(own)


def _sentences(desk: Desk, row: Row, snapshot: MemberSet, read: Collection[str]) -> Iterator[str]:
    assert row.before is not None
    assert row.after is not None
    sides = row.after["items"], row.before["items"]
    gone, others = set(going(*sides)), dict(becoming(*sides))
    if not gone and not others:
        return
    told = {name: list(_translated(snapshot, name, row.key)) for name in TAILS if name in read}
    told |= (asked := _asked(desk, row, [name for name in TAILS if name not in read]))
    go = [_named(key, tail) for name, tail in TAILS.items() for key in told[name] if key[2:-tail] in gone]
    yield _said(GO, [*go, *_twins_of(desk, row, gone & shared(row.before["items"]))])
    stay = [*_staying(desk, told, others, asked), *_kept(asked, others)]
    yield _said(STAY, (_named(key, TAILS[name]) for name, key in stay))
    lacking = {scope for name in TAILS for scope in desk.withheld.get(name, ())} if gone else ()
    yield _said(UNREAD, sorted(lacking))


def _asked(desk: Desk, row: Row, names: Collection[str]) -> dict[str, list[Key]]:
    """Of kinds that the snapshot has not read, what the target says of this menu's items now."""
    talks = {name: desk.registry[name].owned([row.gid]) for name in names if name in desk.reachable}
    pages = ask_shown(desk, talks)
    return {name: sorted(one.key for one in pages[name].readings) if name in pages else [] for name in names}


def _twins_of(desk: Desk, row: Row, gone: Collection[Path]) -> list[str]:
    """Of items that go and share their title with others beside them, those that are translated: none has a name."""
    names = [name for name in TAILS if name in desk.reachable] if gone else []
    pages = ask_shown(desk, {name: desk.registry[name].owned([row.gid]) for name in names})
    noted = {what for page in pages.values() for what, why in page.skipped if why == NAMESAKES}
    found = sorted(path for path in gone if " / ".join((*row.key, *path)) in noted)
    return [f"{' > '.join(path)} (of several of that title)" for path in found]


def _staying(
    desk: Desk, told: Mapping[str, Collection[Key]], others: Mapping[Path, Path], asked: Collection[str]
) -> Iterator[tuple[str, Key]]:
    """Those of items that become others, by what they were, but for what this import says anew. They go by the names
    that their items get."""
    old = {new: old for old, new in others.items()}
    for name in (name for name in TAILS if name not in asked):
        tail = TAILS[name]
        own = [key for key in told[name] if key[2:-tail] in old]
        rows = desk.ledger.get(name, own) if own else {}
        for key in own:
            if key in rows and rows[key].verdict is Verdict.EXTRA:
                yield name, (*key[:2], *old[key[2:-tail]], *key[-tail:])


def _kept(asked: Mapping[str, Collection[Key]], others: Mapping[Path, Path]) -> Iterator[tuple[str, Key]]:
    """The same of kinds of which this import says nothing."""
    for name, keys in asked.items():
        yield from ((name, key) for key in keys if key[2 : -TAILS[name]] in others)


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
