"""Why what a record names does not land: the reason that its row gets, and the sentence for a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .entry_pages import DEFINITIONS
from .keys import Key
from .landing import Landing
from .nowhere import explain, explained, pointing
from .outcomes import Reason, Verdict
from .paths import ENTRY_PAGES
from .references import Target
from .registry import owner, owner_of
from .resource import OWNER, Place
from .unread import Lacks, kind_of
from .work import Desk, Row

CHOSEN = frozenset({Reason.EXCLUDED, Reason.POLICY})


@dataclass(frozen=True, slots=True)
class Lost:
    """`lacks`: what the archive does not hold; `outside`: the kinds that nobody asked for, and that are missed."""

    desk: Desk
    landing: Landing
    lacks: Lacks
    outside: list[str]
    _homes: dict[Target, Row | None] = field(default_factory=dict)

    def look_up(self, targets: Iterable[Target]) -> None:
        """What of the plan these live in, in few questions; what is known of others is forgotten."""
        self._homes.clear()
        homes = {target: home for target in targets if (home := self._made(target)) is not None}
        keys: dict[str, set[Key]] = {}
        for home in homes.values():
            keys.setdefault(home.resource, set()).add(home.key)
        rows = {name: self.desk.ledger.get(name, list(own)) for name, own in keys.items()}
        self._homes.update((target, rows[home.resource].get(home.key)) for target, home in homes.items())

    def why(self, hard: Place) -> Reason:
        """Why a record cannot be written for want of what one of its places must be filled with."""
        if self.left_out([hard]):
            return Reason.OUTSIDE_REQUIRED
        home = self._home(hard.target)
        if home is not None and home.verdict is Verdict.CANNOT:
            return Reason.DEPENDS_ON_FAILED
        if home is not None and home.reason in CHOSEN:
            return Reason.LEFT_BEHIND
        return Reason.MISSING_OWNER if hard.path == OWNER else Reason.MISSING_REQUIRED

    def _home(self, target: Target) -> Row | None:
        """What this import was to make, and with it the target; what only a person can add is another matter."""
        if target in self._homes:
            return self._homes[target]
        home = self._made(target)
        return None if home is None else self.desk.ledger.get(home.resource, [home.key]).get(home.key)

    def _made(self, target: Target) -> Target | None:
        """The record in which a target lives; None where no import makes such ones."""
        home = owner(target, self.desk.registry)
        return None if home is None or self.desk.registry[home.resource].given else home

    def reason(self, row: Row, lost: Iterable[Place]) -> Reason:
        """Traced again, a row keeps the reason that says more."""
        lost = list(lost)
        if self.left_out(lost) and row.reason is not Reason.PART_CONFLICT:
            return Reason.OUTSIDE_REFERENCE
        if row.reason in (Reason.PART_CONFLICT, Reason.OUTSIDE_REFERENCE):
            return row.reason
        unread = all(kind_of(place.target) in self.lacks.unread for place in lost)
        known = row.reason is Reason.UNRESOLVED_REFERENCE
        return Reason.UNREAD_REFERENCE if unread and not known else Reason.UNRESOLVED_REFERENCE

    def left_out(self, lost: Iterable[Place]) -> bool:
        """Whether anything of what is lost is not there because nobody asked for its kind, which is then noted."""
        return self.note(place.target for place in lost)

    def note(self, targets: Iterable[Target]) -> bool:
        kinds = {kind_of(target) for target in targets if self.lacks.left_out(target)}
        self.outside[:] = sorted({*self.outside, *kinds})
        return bool(kinds)

    def sentences(self, lost: Sequence[Place]) -> list[str]:
        """On references first, of which there may be very many; then one on each link."""
        references = explained((place for place in lost if not place.link), self.explain)
        links = dict.fromkeys(self.explain(place) for place in lost if place.link)
        return [*filter(None, [references]), *links]

    def explain(self, place: Place) -> str:
        """One sentence on a place, and on why nothing is there for it."""
        kind = DEFINITIONS if place.target.resource == ENTRY_PAGES else place.target.resource
        scopes = self.desk.withheld.get(owner_of(kind, self.desk.registry))
        if scopes is not None and not self.lacks.left_out(place.target):
            return f"{pointing(place)}, which the app may not look for; grant it {', '.join(scopes)}."
        if place.target in self.landing.leaving | self.landing.taken:
            return f"{pointing(place)}, which this import deletes."
        if place.target in self.landing.unlooked:
            why = self.landing.unlooked[place.target]
            return f"{pointing(place)}, which could not be looked for in the target store: {why}"
        home = self._home(place.target)
        if home is not None and home.reason in CHOSEN:
            return f"{pointing(place)}, which was left out of this import."
        if self.landing.shared(place.target):
            return f"{pointing(place)}, and the target store has several of this name."
        return explain(place, self.lacks)
