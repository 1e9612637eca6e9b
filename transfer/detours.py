"""Links that work although nothing in the target goes by the name that they lead to: by a redirect that leads on from
there, or by a handle that is the translated one of what they mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from .archive.members import MemberSet
from .keys import Key
from .landing import Landing
from .outcomes import TO_WRITE, Outcome
from .redirected import leading_on
from .references import Target
from .resource import Place
from .work import Desk, Where

TRANSLATIONS = "translations"
TRANSLATED = frozenset({"products", "collections", "pages", "blogs", "articles"})
_WINDOW = 500
_PENDING = Where(resource=TRANSLATIONS, verdicts=TO_WRITE, outcomes=frozenset({Outcome.PENDING}))

Handle = tuple[str, str, str]  # kind, language, handle in it


@dataclass(slots=True)
class Detours:
    desk: Desk
    snapshot: MemberSet
    landing: Landing
    handles: dict[Handle, list[Key]] = field(default_factory=dict)  # whose handles these are: keys of their records

    def of(self, lost: Iterable[Place]) -> set[Place]:
        """Those of these links that lead somewhere all the same."""
        links = [place for place in lost if place.link and place.target.resource != "files"]
        redirected = self._redirected(links)
        return redirected | self._translated([place for place in links if place not in redirected])

    def _redirected(self, links: Sequence[Place]) -> set[Place]:
        paths = {place: leading_on(place.page, place.locale) for place in links}
        there = self.landing.of({target for targets in paths.values() for target in targets})
        return {place for place, targets in paths.items() if not there.isdisjoint(targets)}

    def _translated(self, links: Sequence[Place]) -> set[Place]:
        links = [place for place in links if place.locale and place.target.resource in TRANSLATED]
        self._learn({handle for place in links for handle in _handles(place)})
        meant = {place: self._meant(place) for place in links}
        there = self.landing.of({target for targets in meant.values() for target in targets})
        return {place for place, targets in meant.items() if not there.isdisjoint(targets)}

    def _meant(self, place: Place) -> set[Target]:
        """The records whose translated handle the link may name."""
        kind, key = place.target.resource, place.target.key
        named = {Target(kind, own) for handle in _handles(place) for own in self.handles[handle] if handle[0] == kind}
        if kind != "articles":
            return named
        blogs = {key[:1], *(own for handle in _handles(place) for own in self.handles[handle] if handle[0] == "blogs")}
        return {target for target in named if target.key[:1] in blogs} | {Target(kind, (*b, key[1])) for b in blogs}

    def _learn(self, handles: set[Handle]) -> None:
        """Looks for translated handles among those that the target has, and those that are to come."""
        new = handles - self.handles.keys()
        if not new:
            return
        self.handles |= {handle: [] for handle in new}
        for key, said in chain(self._coming(), self._present()):
            handle = (key[0], key[-1].lower(), said.lower())
            if handle in new:
                self.handles[handle].append(key[1:-1])

    def _coming(self) -> Iterator[tuple[Key, str]]:
        after = None
        while rows := self.desk.ledger.select(_PENDING, limit=_WINDOW, after=after):
            after = (rows[-1].resource, rows[-1].key, rows[-1].number)
            self.desk.beat()
            yield from (
                (row.key, row.after["texts"]["handle"])
                for row in rows
                if row.after is not None and row.after["texts"].get("handle")
            )

    def _present(self) -> Iterator[tuple[Key, str]]:
        for number, line in enumerate(self.snapshot.records(TRANSLATIONS)):
            if number % _WINDOW == 0:
                self.desk.beat()
            if "handle" in line.fields["texts"]:
                yield line.key, line.fields["texts"]["handle"]


def _handles(place: Place) -> list[Handle]:
    """What the link may name by translated handles: in its language, also where a country stands behind that."""
    kind, key = place.target.resource, place.target.key
    names = [("blogs", key[0]), (kind, key[1])] if kind == "articles" else [(kind, key[0])]
    locales = dict.fromkeys((place.locale, place.locale.partition("-")[0]))
    return [(kind, locale, name) for kind, name in names for locale in locales]
