"""Exporting from the command line: the same rows, the same lane."""

from __future__ import annotations

import shutil
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from runs import bell
from runs.follow import follow
from runs.states import Status
from runs.storage import storage
from runs.templatetags.words import label, reasons
from shops.commands import Broken
from shops.models import Shop
from shops.services import Refused
from transfer.archive.directory import write_directory
from transfer.follow import NOT_THERE
from transfer.local import offline_desk
from transfer.registry import RESOURCES, order
from transfer.resource import Selection
from transfer.sheets import convert
from transfer.sheets.book import ARCHIVE
from transfer.sheets.lone import unbound
from transfer.sheets.write import CSV, XLSX
from transfer.unmatched import NO_NAMESPACE, NO_TYPE
from transfer.work import Storage

from . import services
from .forms import selection
from .models import Export
from .out import names_folder


def common_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--inline", action="store_true", help="do the work in this process (no broker, no worker)")
    parser.add_argument("--json", action="store_true", help="print one JSON object, and nothing else")


def selection_arguments(parser: ArgumentParser) -> None:
    """Which records: `chosen` reads them."""
    parser.add_argument("--only", action="extend", nargs="+", default=[], metavar="RESOURCE", help=", ".join(order()))
    optional = [name for name in order() if not RESOURCES[name].by_default]
    parser.add_argument(
        "--with",
        action="extend",
        nargs="+",
        default=[],
        dest="also",
        metavar="RESOURCE",
        help=f"beside what is carried by default: {', '.join(optional)}",
    )
    parser.add_argument("--products", default="", metavar="SEARCH", help="for example: tag:summer -status:draft")
    parser.add_argument("--types", action="extend", nargs="+", default=[], metavar="TYPE", help="types of metaobjects")
    parser.add_argument(
        "--namespaces", action="extend", nargs="+", default=[], metavar="NAMESPACE", help="namespaces of metafields"
    )
    parser.add_argument(
        "--owner-types", action="extend", nargs="+", default=[], metavar="TYPE", help="for example: PRODUCT"
    )
    parser.add_argument(
        "--record",
        action="append",
        default=[],
        metavar="RESOURCE/KEY",
        help="a single record: products/blue-shirt, menus/main-menu",
    )
    parser.add_argument("--closure", action="store_true", help="with everything that these records need")


def chosen(options: Mapping[str, Any]) -> Selection:
    """Raises Broken."""
    try:
        return selection(
            resources=options["only"],
            also=options["also"],
            metaobject_types=options["types"],
            namespaces=options["namespaces"],
            owner_types=options["owner_types"],
            products=options["products"],
            records=options["record"],
            closure=options["closure"],
        )
    except Refused as refusal:
        raise Broken(str(refusal)) from None


def anonymise_argument(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--anonymise", action="store_true", help="replace the names, addresses and notes of people (for staging stores)"
    )


def export(shop: Shop, selection: Selection, *, inline: bool, quiet: bool, anonymise: bool = False) -> Export:
    """Runs an export to its end. Raises Broken."""
    try:
        with bell.silent(inline):
            run = services.create(shop, selection, anonymise=anonymise)
    except Refused as refusal:
        raise Broken(str(refusal)) from None
    follow(run, label=f"export {shop.domain}", inline=inline, quiet=quiet)
    if run.status != Status.SUCCEEDED:
        raise Broken(run.message or f"The export was {run.status}.")
    return Export.objects.get(pk=run.pk)


def form_of(out: Path) -> str:
    """Which file a path asks for: ``x.xlsx``, ``x.csv.zip`` (or ``x.csv``), and an archive for any other."""
    name = out.name.lower()
    if name.endswith(".xlsx"):
        return XLSX
    return CSV if name.endswith((".csv.zip", ".csv")) else ARCHIVE


def save(run: Export, out: Path) -> None:
    """As a ZIP, as a spreadsheet, or unpacked into a directory (a path that ends in / or is one)."""
    form = form_of(out)
    with storage().read(run.archive) as source:
        if form == ARCHIVE:
            place(source, out)
            return
        with tempfile.TemporaryDirectory() as folder:
            desk = offline_desk(Path(folder))
            with desk.storage.read(convert.save(desk, *convert.load(desk, source), form)) as made:
                place(made, out)


def place(source: BinaryIO, out: Path) -> None:
    """Puts a file where it is wanted, whole or not at all."""
    if names_folder(str(out)):
        write_directory(source, out)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    beside = out.with_name(f".{out.name}.part")
    try:
        with beside.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
        beside.replace(out)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def missing(run: Export) -> int:
    """How many of the records, types and namespaces that were asked for by name the store does not have."""
    reasons = [item for own in run.result["not_carried"].values() for item in own.items()]
    return sum(noted["count"] for why, noted in reasons if why in (NOT_THERE, NO_TYPE, NO_NAMESPACE))


def left_out(run: Export) -> Iterator[str]:
    """A line for each reason for which something of the store is not in the archive, or leads out of it."""
    for kind, noted in run.result["not_carried"].items():
        for note in reasons(noted):
            count = "" if note["count"] is None else f" ({note['count']:,})"
            yield f"Not in it: {label(kind)}{count}: {note['why']}{_such(note['examples'])}."
    for kind, own in run.result["outside"].items():
        yield f"Referred to, and not in it: {label(kind)} ({own['count']:,}){_such(own['examples'])}."
    for kind, own in run.result["deleted_references"].items():
        yield f"{label(kind)}: {own['count']:,} references to what the store no longer has."
    for kind, own in run.result.get("source_mentions", {}).items():
        yield f"{label(kind)}: {own['count']:,} texts that name the store, and stay as they are."


def _such(examples: Sequence[str]) -> str:
    more = ", …" if len(examples) > 3 else ""
    return f" ({', '.join(examples[:3])}{more})" if examples else ""


def spreadsheet_errors(files: Storage, name: str | None, out: str | None) -> None:
    """Writes the copy of a refused spreadsheet that says what is wrong with it, if somebody asked for it."""
    if name and out is not None and files.exists(name):
        with files.read(name) as source, unbound(source, out) as one:
            place(one, Path(out))


def summary(run: Export) -> dict[str, Any]:
    """What `--json` prints of an export."""
    return {
        "run": str(run.pk),
        "shop": run.shop.domain,
        "status": run.status,
        "stats": run.stats,
        **{name: run.result[name] for name in ("counts", "records", "size", "sha256", "not_carried")},
        "not_chosen": run.result["not_chosen"],
        "changed_while_reading": run.result["changed_while_reading"],
        "outside": run.result["outside"],
        "deleted_references": run.result["deleted_references"],
        "dangling_references": run.result["dangling_references"],
        "external_links": run.result["external_links"],
        "anonymised": run.result["anonymised"],
        "source_mentions": run.result.get("source_mentions", {}),
    }
