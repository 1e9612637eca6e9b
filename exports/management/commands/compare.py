"""``manage.py compare A B``: two stores, two archives or spreadsheets, or one of each."""

from __future__ import annotations

import json
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from exports.commands import common_arguments, export
from runs.storage import storage
from shops.commands import Broken, Sentences, shop_named
from transfer.archive import ArchiveError, Manifest
from transfer.archive.members import MemberSet
from transfer.fidelity import IGNORED, WORDS, Side, fidelity, summary
from transfer.local import offline_desk
from transfer.registry import RESOURCES, order, withheld_parts
from transfer.resource import Selection
from transfer.same_variants import match
from transfer.sheets import convert
from transfer.sheets.book import ARCHIVE, form_of
from transfer.work import Desk

EQUAL, DIFFERENT = 0, 1


class Command(Sentences):
    help = "Compares two sides, field by field. Exit codes: 0 equal, 1 different, 2 refused or broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "left", metavar="A", help="a store's domain, an archive (a file or a directory), a spreadsheet"
        )
        parser.add_argument("right", metavar="B", help="the same")
        parser.add_argument("--only", action="extend", nargs="+", default=[], metavar="KIND", help=", ".join(order()))
        common_arguments(parser)

    def handle(self, **options: Any) -> None:
        report = _compare(options)
        self.stdout.write(json.dumps(report) if options["json"] else _table(report))
        sys.exit(EQUAL if report["equal"] else DIFFERENT)


def _compare(options: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := sorted(set(options["only"]) - set(order())):
        raise Broken(f"There is no kind {unknown[0]!r}; there are {', '.join(order())}.")
    with ExitStack() as stack:
        names = [options["left"], options["right"]]
        files = {name: side for name in names if (side := _file(stack, name)) is not None}
        also = {kind for side in files.values() for kind in side.members.resources if side.members.count(kind)}
        left, right = [files[name] if name in files else _store(stack, name, also, options) for name in names]
        right = _matched(left, right)
        *_, last = fidelity(_desk(stack), {}, left=left, right=right)
    chosen = set(options["only"] or order())
    found = {name: own for name, own in last.cursor["resources"].items() if name in chosen}
    one_sided = sorted(chosen & set(left.members.resources) ^ chosen & set(right.members.resources))
    return {"left": names[0], "right": names[1], **summary(found), "not_compared": one_sided}


@dataclass(frozen=True, slots=True)
class _Read(Side):
    """`desk`: where its files are."""

    desk: Desk = field(kw_only=True)


def _read(desk: Desk, loaded: tuple[MemberSet, Manifest], *, sheet: bool = False) -> _Read:
    members, manifest = loaded
    parts = withheld_parts(manifest.scopes, "read")
    return _Read(members, frozenset(manifest.whole), parts=parts, sheet=sheet, desk=desk)


def _matched(left: _Read, right: _Read) -> _Read:
    """Variants that are the same go by the first side's names, as on the pages (`transfer.stages.comparing`)."""
    if right.sheet:
        return right  # it may say a part of a product
    merged = right.members.to_cursor()
    *_, last = match(right.desk, {}, archive=left.members, snapshot=right.members, merged=merged)
    return replace(right, members=MemberSet.from_cursor(right.desk.storage, last.cursor))


def _file(stack: ExitStack, name: str) -> _Read | None:
    """A file, where there is one of that name."""
    path = Path(name)
    if path.exists():
        desk = _desk(stack)
        with tempfile.TemporaryFile() as copy:
            try:
                file = convert.packed(path, copy)
                sheet = form_of(file) != ARCHIVE
                file.seek(0)
                return _read(desk, convert.load(desk, file), sheet=sheet)
            except ArchiveError as problem:
                raise Broken(f"{name}: {problem}") from None
    if path.suffix in (".zip", ".xlsx", ".csv") or "/" in name.removeprefix("https://"):
        raise Broken(f"There is no file {name}.")
    return None


def _desk(stack: ExitStack) -> Desk:
    return offline_desk(Path(stack.enter_context(tempfile.TemporaryDirectory())))


def _store(stack: ExitStack, name: str, also: Collection[str], options: Mapping[str, Any]) -> _Read:
    """The store, exported through its line. `also`: what the other side holds, be it carried by default or not."""
    desk = _desk(stack)
    optional = frozenset(kind for kind in also if not RESOURCES[kind].by_default)
    selection = Selection(resources=frozenset(options["only"]), also=frozenset() if options["only"] else optional)
    run = export(shop_named(name), selection, inline=options["inline"], quiet=options["json"])
    with storage().read(run.archive) as archive:
        return _read(desk, convert.load(desk, archive))


def _table(report: Mapping[str, Any]) -> str:
    """A line per kind, and one per field that is not the same everywhere."""
    lines = [f"{'':<44}" + "".join(f"{word.replace('_', ' '):>12}" for word in WORDS)]
    for name, own in report["resources"].items():
        lines.append(_line(name, own))
        lines += [_line(f"  {field}", counts) for field, counts in own["fields"].items() if _differs(counts)]
        examples = [f"{key} ({word.replace('_', ' ')})" for word, keys in own["examples"].items() for key in keys[:3]]
        lines += [f"    for example {', '.join(examples)}"] if examples else []
    lines.append(_line("all", report["totals"]))
    if report["totals"][IGNORED]:
        lines.append(f"Not compared, because a row says IGNORE: {_kinds(report['resources'])}.")
    if report["not_compared"]:
        lines.append(f"Not compared, because only one side holds it: {', '.join(report['not_compared'])}.")
    return "\n".join(lines) + "\n"


def _kinds(found: Mapping[str, Any]) -> str:
    return ", ".join(f"{own[IGNORED]:,} {name}" for name, own in found.items() if own[IGNORED])


def _differs(counts: Mapping[str, int]) -> bool:
    return any(counts[word] for word in WORDS[1:])


def _line(name: str, counts: Mapping[str, int]) -> str:
    return f"{name:<44}" + "".join(f"{counts[word]:>12}" for word in WORDS)
