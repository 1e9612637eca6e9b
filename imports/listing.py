"""Records of a run as pages list them: filtered, searched, paged by key, without what only one record's page needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Count, Q, QuerySet, TextField, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.http import QueryDict

from runs.exact import shown
from runs.ledger import address_of, addressed, place_of, row_of
from runs.models import LedgerEntry, Run
from transfer.keys import decode, encode
from transfer.outcomes import Outcome, Reason, Verdict
from transfer.reasons import before, of_one, reason
from transfer.registry import RESOURCES, order
from transfer.told import told as said
from transfer.work import Row

from . import outside, searching, services
from .marks import side_by_side
from .models import Import
from .words import OUTCOMES, VERDICTS, of_copy

PAGE = 50
MANY = 400  # rows per statement that names them: below SQLite's limit of variables
COLUMNS = (
    "number",
    "place",
    "resource",
    "key",
    "verdict",
    "outcome",
    "reason",
    "detail",
    "changed",
    "lost",
    "verified",
)


# Their details say it themselves: who refused it, or that a text names the source store.
SPEAKING = (Reason.REFUSED, Reason.NAMES_SOURCE)
CHANGES, ALL = "changes", "all"
CHANGING = (Verdict.CREATE, Verdict.UPDATE, Verdict.DELETE, Verdict.CONFLICT, Verdict.CANNOT)


@dataclass(frozen=True, slots=True)
class Filters:
    """What of a run's records is looked at. `search`: part of a name or a title."""

    resource: str = ""
    verdict: str = ""
    outcome: str = ""
    reason: str = ""
    search: str = ""
    left_out: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> Filters:
        return cls(**{name: query.get(name, "").replace("\x00", "")[:200] for name in cls.__slots__})

    def query(self, **changed: str) -> str:
        """The query string of the same list, with something changed."""
        return urlencode({name: value for name, value in {**asdict(self), **changed}.items() if value})

    def condition(self, run: Run) -> Q:
        q = Q(run=run)
        for name in ("resource", "verdict", "outcome", "reason"):
            word = getattr(self, name)
            if word == CHANGES:
                q &= Q(verdict__in=CHANGING)
            elif word and word != ALL:
                q &= Q(**{name: word})
        if self.search:
            q &= searching.condition(self.search)
        return q


def records_left_out(run: Run) -> list[tuple[str, list[str]]]:
    return list(getattr(run, "excluded", {}).get("records", []))


def page(run: Run, filters: Filters, after: str) -> tuple[list[dict[str, Any]], str | None]:
    """Lines for a list, and where the next page begins. Raises Refused for a page that does not exist."""
    found = _read(run, filters, services.ranges(after), "place", "number")
    chosen = {(name, tuple(key)) for name, key in records_left_out(run)}
    say = of_copy if getattr(run, "copied", False) else str
    lines = [_line(entry, chosen, say) for entry in found[:PAGE]]
    return lines, lines[-1]["id"] if len(found) > PAGE else None


def previous(run: Run, filters: Filters, after: str) -> str | None:
    """Behind which record the page before begins: empty where that is the first one, None where there is none. Raises
    Refused for a page that does not exist."""
    if not after:
        return None
    # Of the page before, `after` is the last record: one more than it holds, backwards, is where it begins.
    found = _read(run, filters, services.ranges_back(after), "-place", "-number")
    return _id(found[PAGE]) if len(found) > PAGE else ""


def preceding(run: Run, filters: Filters, after: str) -> dict[str, Any]:
    """What a page says of the one before: `preceding`, a query string where there is one."""
    start = previous(run, filters, after)
    return {"preceding": None if start is None else filters.query() + (f"&after={start}" if start else "")}


def _read(run: Run, filters: Filters, kinds: Iterable[tuple[str, Q]], *by: str) -> list[dict[str, Any]]:
    """The records of a page, and one more where there is one."""
    query = LedgerEntry.objects.filter(filters.condition(run))
    found: list[dict[str, Any]] = []
    for range_ in _by_hand(run, kinds, back=by[0] == "-place") if filters.left_out else (own for _, own in kinds):
        found += _titled(query.filter(range_)).order_by(*by)[: PAGE + 1 - len(found)]
        if len(found) > PAGE:
            break
    return found


def _by_hand(run: Run, kinds: Iterable[tuple[str, Q]], *, back: bool) -> Iterator[Q]:
    """Of these kinds what was left out by hand, in parts that a statement can name."""
    own = records_left_out(run)
    for kind, range_ in kinds:
        places = sorted((place_of(kind, tuple(key)) for name, key in own if name == kind), reverse=back)
        for start in range(0, len(places), MANY):
            yield range_ & Q(place__in=places[start : start + MANY])


def _id(entry: Mapping[str, Any]) -> str:
    return address_of(entry["place"], entry["number"])


def _titled(query: QuerySet[LedgerEntry]) -> Any:
    """With the record's title, read inside the database: whole records may be large, and a list shows many."""
    names = [_text(f"{side}__{name}") for side in ("after", "before") for name in searching.SHOWN]
    return query.values(*COLUMNS, title=Coalesce(*names))


def _text(path: str) -> Case:
    """A text inside a record. JSON's null is none: SQLite makes the word of it."""
    return Case(When(**{path: None}, then=Value(None)), default=KT(path), output_field=TextField())


def _line(
    entry: Mapping[str, Any], chosen: set[tuple[str, tuple[str, ...]]], say: Callable[[str], str]
) -> dict[str, Any]:
    """`say`: turns sentences on archives into such as the merchant knows."""
    key = decode(entry["key"])
    word = entry["outcome"] or entry["verdict"]
    why = say(_why(entry["reason"], entry["outcome"])) if entry["reason"] else ""
    if entry["reason"] in SPEAKING and entry["detail"]:
        why = ""
    return {
        **entry,
        "title": shown(entry["title"] or ""),
        "id": _id(entry),
        "name": entry["key"],
        "word": word,
        "says": OUTCOMES.get(entry["outcome"]) or VERDICTS.get(entry["verdict"], entry["verdict"]),
        "why": why,
        "detail": say(entry["detail"]),
        "pressed": (entry["resource"], key) in chosen,
    }


def _why(word: str, outcome: str) -> str:
    """Of one record: what happened to it, or what a plan expects."""
    what = reason(word)[0]
    return of_one(what if outcome else before(what))


def row(run: Run, place: str) -> Row | None:
    """A record, by the id that a list gave it."""
    try:
        own, number = addressed(place)
        entry = LedgerEntry.objects.filter(run=run, number=number, place=own).first()
    except (ValueError, OverflowError):
        return None
    return row_of(entry) if entry is not None else None


def record(run: Import, place: str) -> dict[str, Any] | None:
    """Everything about one record, by the id that a list gave it."""
    found = row(run, place)
    if found is None:
        return None
    changes = []
    for change in services.changes(found):
        if found.verdict is Verdict.CREATE and change["after"] in ([], {}):
            continue  # nothing, said as a list
        left, right = side_by_side(
            *(said(change[side], change["path"], found.resource) for side in ("before", "after"))
        )
        changes.append({"path": change["path"], "before": left, "after": right})
    return {
        "row": found,
        "name": encode(found.key),
        "title": title(found.after) or title(found.before),
        "says": OUTCOMES.get(found.outcome) or VERDICTS[found.verdict],
        "word": found.outcome or found.verdict,
        "why": _explained(run, found) if found.reason else None,
        "detail": of_copy(found.detail) if run.copied else found.detail,
        "changes": changes,
        "admin_path": _admin_path(found.gid),
    }


def _explained(run: Import, found: Row) -> tuple[str, str]:
    """(what became of it, what to do)."""
    what, remedy = _why(found.reason, found.outcome), reason(found.reason)[1]
    if found.reason in outside.REASONS:
        remedy = outside.advice(found.reason, outside.told(run)) or remedy
    return (of_copy(what), of_copy(remedy)) if run.copied else (what, remedy)


def title(fields: Mapping[str, Any] | None) -> str:
    found = (fields or {}).get("title") or (fields or {}).get("name") or ""
    return found if isinstance(found, str) else ""


# GID type -> where the Shopify admin shows such a thing. What is not here has no page that its id alone leads to.
_ADMIN = {"Product": "products", "Collection": "collections", "Page": "pages", "Blog": "blogs", "Article": "articles"}


def _admin_path(gid: str) -> str:
    kind, _, number = gid.removeprefix("gid://shopify/").partition("/")
    return f"{_ADMIN[kind]}/{number}" if kind in _ADMIN and number.isdigit() else ""


def resources(run: Run) -> list[tuple[str, str]]:
    """(name, label) of the kinds that the run holds, in the order of writing."""
    held = run.plan.get("counts") or run.result.get("resources") or {}
    return [(name, RESOURCES[name].label) for name in order() if name in held]


def plan_lines(run: Import) -> list[tuple[str, dict[str, int]]]:
    """(resource, records of each verdict), in the order of writing."""
    return [(name, run.plan["counts"][name]) for name, _ in resources(run)]


def verdict_tabs(run: Import, filters: Filters) -> list[dict[str, Any]]:
    if filters.search:
        totals = found(run, filters)
    else:
        counts = [own for name, own in plan_lines(run) if not filters.resource or name == filters.resource]
        totals = {word: sum(own.get(word, 0) for own in counts) for word in Verdict}
    changing = sum(totals[word] for word in CHANGING)
    tabs = [tab(filters, "verdict", CHANGES, "Changes", changing)]
    tabs += [tab(filters, "verdict", word, VERDICTS[word], n) for word, n in totals.items() if n]
    return [*tabs, tab(filters, "verdict", ALL, "All", sum(totals.values()))]


def found(run: Run, filters: Filters) -> dict[Verdict, int]:
    """Verdict -> how many records a search finds."""
    wanted = Filters(resource=filters.resource, search=filters.search).condition(run)
    counted = LedgerEntry.objects.filter(wanted).order_by().values_list("verdict").annotate(count=Count("id"))
    counts: dict[str, int] = dict(counted)
    return {word: counts.get(word, 0) for word in Verdict}


def outcome_tabs(run: Import, filters: Filters) -> list[dict[str, Any]]:
    found: dict[str, int] = {}
    own = Filters(resource=filters.resource, reason=filters.reason, search=filters.search)
    query = LedgerEntry.objects.filter(own.condition(run))
    for word, count in query.order_by().values_list("outcome").annotate(count=Count("id")):
        found[word] = count
    tabs = [tab(filters, "outcome", ALL, "All", sum(found.values()))]
    return tabs + [tab(filters, "outcome", w, OUTCOMES[w], found[w]) for w in Outcome if w and found.get(w)]


def opened(run: Import, filters: Filters) -> Filters:
    """What a report shows first: what failed, where something did and nothing else was asked for."""
    if filters.outcome:
        return filters
    failed = filters == Filters() and LedgerEntry.objects.filter(run=run, outcome=Outcome.FAILED).exists()
    return replace(filters, outcome=Outcome.FAILED if failed else ALL)


def tab(filters: Filters, name: str, word: str, label: str, count: int) -> dict[str, Any]:
    current = getattr(filters, name) == word and not filters.left_out
    return {"label": label, "count": count, "query": filters.query(**{name: word, "left_out": ""}), "current": current}
