"""Starting an import, confirming its plan, and reading its ledger."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from runs.ledger import address_of, addressed, row_of
from runs.models import Kind, LedgerEntry, Run
from runs.services import confirm_waiting, enqueue
from runs.storage import storage
from shops import links
from shops.models import Shop
from shops.services import Refused
from transfer.archive.check import quick_check
from transfer.keys import Key, encode
from transfer.narrow import keep_list
from transfer.outcomes import Outcome, Policy, Verdict
from transfer.reasons import of_one, reason
from transfer.registry import RESOURCES, order, withheld
from transfer.sheets.book import ARCHIVE, form_of, quick_look
from transfer.sheets.lone import bound
from transfer.work import Row

from .models import SOURCE, Copy, Import
from .overtaken import overtaken
from .withheld import report_lines

AFTER_PLAN = "decide"  # the stage that a confirmed run goes on with


def create(
    shop: Shop,
    *,
    name: str,
    upload: BinaryIO,
    anonymise: bool = False,
    only: Iterable[tuple[str, Key, bool]] | None = None,
    claim: Callable[[Import], None] = lambda run: None,
) -> Import:
    """A new import of its own copy of an archive or spreadsheet. Raises ArchiveError or Refused with one sentence.

    `anonymise`: people's names, addresses and notes are replaced before anything is planned (`transfer.anonymise`).
    `only`: the records that are meant, where not all of them are (`transfer.narrow`).
    `claim`: called in the transaction that saves the run; what it raises undoes everything.
    """
    with bound(upload, name, RESOURCES) as content:
        source_shop, resources = looked_at(content)
        missing = missing_scopes(shop, resources)
        if missing:
            raise Refused(f"The app may not write this yet; grant it {', '.join(missing)} by opening it in the store.")
        run = Import(shop=shop, kind=Kind.IMPORT, source_name=name[:255], source_shop=source_shop[:255])
        run.anonymise = anonymise
        run.archive = f"{run.prefix}{SOURCE}zip"
        try:
            keep(content, run.archive)
            if only is not None:
                run.only = f"{run.prefix}only.jsonl"
                keep_list(storage(), run.only, only)
            with transaction.atomic():
                enqueue(run)
                claim(run)
            return run
        except BaseException:
            with suppress(OSError):  # what stays is swept later
                storage().delete_tree(run.prefix)
            raise


def keep(upload: BinaryIO, name: str) -> str:
    """Puts what was uploaded, or is stored already, under a name of its own."""
    return storage().keep(upload, name)


def looked_at(upload: BinaryIO) -> tuple[str, list[str]]:
    """(source shop, resources). A spreadsheet says whose it is when the run reads it. Raises ArchiveError."""
    form = form_of(upload)
    if form != ARCHIVE:
        return "", quick_look(upload, form, RESOURCES)
    manifest = quick_check(upload, known=RESOURCES)
    return manifest.source_shop, [entry.resource for entry in manifest.members]


def missing_scopes(shop: Shop, resources: Sequence[str]) -> list[str]:
    """What the shop has to grant before anything of this can be written. What lacks only some of it is planned for the
    rest, and names what it could not do."""
    missing = withheld(shop.scopes, "write")
    if not set(resources) <= missing.keys():
        return []
    return sorted({scope for name in resources for scope in missing[name]})


def confirm(run: Import, *, policy: str, excluded: Mapping[str, Any]) -> bool:
    """Decides a plan. False: it expired, was cancelled or confirmed already. Raises Refused for what is no decision."""
    if policy not in set(Policy):
        raise Refused(f"The policy must be one of {', '.join(Policy)}.")
    if not excluded.keys() <= {"resources", "records"}:
        raise Refused("What is left out is named under resources or records.")
    resources = excluded.get("resources", [])
    records = excluded.get("records", [])
    if not isinstance(resources, list) or not set(map(str, resources)) <= set(RESOURCES):
        raise Refused("What is left out must be a list of resources that exist.")
    if not isinstance(records, list) or not all(_is_record(item) for item in records):
        raise Refused('Records that are left out are named as ["resource", ["key", ...]].')
    decided = {"policy": policy, "excluded": {"resources": resources, "records": records}, "confirmed_at": Now()}
    with transaction.atomic():
        Shop.objects.select_for_update().get(pk=run.shop_id)  # of two decisions at once, the second sees the first
        if why := overtaken(run):
            raise Refused(why)
        copy = Copy.objects.filter(run=run).first()
        if copy is not None and not links.holds(copy.link_id):
            raise Refused("The link to the other store was ended, so its data may not be written any more.")
        return confirm_waiting(run, AFTER_PLAN, **decided)


def _is_record(item: Any) -> bool:
    return (
        isinstance(item, list)
        and len(item) == 2
        and isinstance(item[0], str)
        and item[0] in RESOURCES
        and isinstance(item[1], list)
        and all(isinstance(part, str) for part in item[1])
    )


# -- reading the ledger ------------------------------------------------------------------------------------------


def rows(
    run: Run,
    *,
    resource: str | None = None,
    verdict: str | None = None,
    outcome: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> tuple[list[Row], str | None]:
    """A page of the ledger, and where the next one begins (None: there is none). `after`: from an earlier page."""
    query = LedgerEntry.objects.filter(run=run)
    for name, word in (("resource", resource), ("verdict", verdict), ("outcome", outcome)):
        if word:
            query = query.filter(**{name: word})
    found: list[LedgerEntry] = []
    for _, range_ in ranges(after or ""):
        found += query.filter(range_).order_by("place", "number")[: limit + 1 - len(found)]
        if len(found) > limit:
            break
    more = found[limit - 1] if len(found) > limit else None
    following = address_of(more.place, more.number) if more is not None else None
    return [row_of(entry) for entry in found[:limit]], following


def ranges(after: str) -> list[tuple[str, Q]]:
    """The kinds in the order of writing, as ranges of places, which begin with the kind: each is read by its index."""
    kinds = order()
    if not after:
        return [(name, _range(name)) for name in kinds]
    first, place, number = _place(after)
    rest = Q(place__gt=place) | Q(place=place, number__gt=number)
    return [(kinds[first], _range(kinds[first]) & rest), *((name, _range(name)) for name in kinds[first + 1 :])]


def ranges_back(until: str) -> list[tuple[str, Q]]:
    """The same up to a record and with it, backwards."""
    kinds = order()
    last, place, number = _place(until)
    rest = Q(place__lt=place) | Q(place=place, number__lte=number)
    return [(kinds[last], _range(kinds[last]) & rest), *((name, _range(name)) for name in reversed(kinds[:last]))]


def _place(record: str) -> tuple[int, bytes, int]:
    """(number of its kind, its place, its number) of a record, by the id that a list gave it. Raises Refused."""
    try:
        place, number = addressed(record)
        return order().index(place.split(b"\0")[0].decode()), place, number
    except ValueError:
        raise Refused("This page of the list does not exist; start from its beginning.") from None


def _range(name: str) -> Q:
    return Q(place__gte=name.encode() + b"\0", place__lt=name.encode() + b"\1")


def all_rows(run: Run) -> Iterator[Row]:
    after: str | None = None
    while True:
        some, after = rows(run, after=after, limit=500)
        yield from some
        if after is None:
            return


def changes(row: Row) -> list[dict[str, Any]]:
    """Field by field, what the target has and what it would get."""
    resource = RESOURCES[row.resource]
    if row.after is None:
        return []
    before = row.before if row.before is not None else {}
    if row.verdict is Verdict.CREATE:
        return [
            {"path": name, "before": None, "after": value}
            for name, value in row.after.items()
            if value not in (None, "")
        ]
    if row.verdict not in (Verdict.UPDATE, Verdict.FULLER):
        return []
    return [
        {"path": change.path, "before": change.before, "after": change.after}
        for change in resource.changes(before, row.after)
    ]


def report_line(row: Row) -> dict[str, Any]:
    """One record of the report, as the JSONL has it."""
    return {
        "resource": row.resource,
        "key": list(row.key),
        "verdict": str(row.verdict),
        "outcome": str(row.outcome) or None,
        "verified": row.verified,
        "changed": list(row.changed),
        "reason": str(row.reason) or None,
        "detail": row.detail or None,
        "lost": list(row.lost),
        "gid": row.gid or None,
    }


def report_jsonl(run: Run) -> Iterator[bytes]:
    for row in all_rows(run):
        yield _json(report_line(row))
    for line in report_lines(run):
        yield _json(dict.fromkeys(COLUMNS[:-1]) | {"changed": [], "lost": []} | line)


def _json(line: Mapping[str, Any]) -> bytes:
    return json.dumps(line, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace") + b"\n"


COLUMNS = ("resource", "key", "verdict", "outcome", "verified", "changed", "reason", "detail", "lost", "gid", "why")


def report_csv(run: Run) -> Iterator[bytes]:
    yield csv_line(COLUMNS)
    for row in all_rows(run):
        line = report_line(row)
        why = of_one(reason(row.reason)[0]) if row.reason else ""
        line |= {"key": encode(row.key), "changed": " ".join(row.changed), "lost": " ".join(row.lost), "why": why}
        yield csv_line([cell(line[name]) for name in COLUMNS])
    for line in report_lines(run):
        yield csv_line([cell(line.get(name)) for name in COLUMNS])


def cell(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula (https://owasp.org/www-community/attacks/CSV_Injection)."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def csv_line(cells: Sequence[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue().encode("utf-8", "replace")


def unfinished(row: Row) -> bool:
    return row.outcome is Outcome.PENDING
