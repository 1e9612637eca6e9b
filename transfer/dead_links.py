"""Links in texts that an import finds equal and leaves alone: they may lead nowhere all the same.

A first import says so of the texts that it writes. A second one writes nothing, and says it again, from what the
comparison noted of each text: the places and targets of its links, which stand in `Row.open` of an unchanged row.
References that it loses by this import are noted in the same way (`severed`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from .outcomes import Outcome, Reason, Verdict
from .reasons import emptiness
from .references import parse
from .resource import Fields, Place, Resource
from .work import Row, Where

NOTED = Where(
    verdicts=frozenset({Verdict.UNCHANGED, Verdict.FULLER}),
    outcomes=frozenset({Outcome.UNCHANGED, Outcome.PENDING}),  # of what is fuller, nothing is decided at first
    linkable=True,
)


def note(resource: Resource, row: Row, fields: Fields) -> None:
    """Notes what the texts of an unchanged record link to."""
    links = (place for place in resource.places(row.key, fields, None) if place.link)
    row.open = tuple(json.dumps([place.path, str(place.target), place.page, place.locale]) for place in links)


def note_lost(row: Row, references: Iterable[Place]) -> None:
    """Notes what an unchanged record refers to and this import takes away."""
    notes = (json.dumps([place.path, str(place.target), "reference"]) for place in references)
    row.open = tuple(dict.fromkeys((*row.open, *notes)))


def say(row: Row, sentence: str, reason: Reason = Reason.NONE) -> None:
    """Notes what else is to be told of an unchanged record, whatever becomes of its links."""
    row.open = (*row.open, json.dumps([str(reason), sentence]))


def said(row: Row) -> list[tuple[Reason, str]]:
    return [(Reason(note[0]), note[1]) for note in map(json.loads, row.open) if len(note) == 2]


def noted(row: Row) -> list[Place]:
    found = []
    for path, text, *link in (note for note in map(json.loads, row.open) if len(note) in (3, 4)):
        target = parse(text)
        if target is not None and len(link) == 2:
            found.append(Place(path, target, link=True, page=link[0], locale=link[1]))
        elif target is not None:
            found.append(Place(path, target))
    return found


def told(row: Row, lost: Iterable[Place], reason: Reason, sentences: Iterable[str]) -> bool:
    """Says of a row which of its links and references lead nowhere by now. Whether that is news."""
    paths = tuple(sorted({place.path for place in lost}))
    before = said(row)
    behind = [(Reason.FULLER, emptiness(row.resource, row.changed))] if row.verdict is Verdict.FULLER else []
    decided = behind if row.outcome is Outcome.UNCHANGED else []
    reason = reason if paths else next((own for own, _ in (*before, *decided) if own), Reason.NONE)
    every = [*(sentence for _, sentence in before), *sentences, *(sentence for _, sentence in behind)]
    new = paths, reason, " ".join(dict.fromkeys(every))
    news = new != (row.lost, row.reason, row.detail)
    row.lost, row.reason, row.detail = new
    return news
