"""Exporting from the command line: the same rows, the same lane."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from runs.follow import follow
from runs.states import Status
from runs.storage import storage
from shops.commands import Broken
from shops.models import Shop
from shops.services import Refused
from transfer.archive.directory import write_directory

from . import services
from .models import Export


def common_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--inline", action="store_true", help="do the work in this process (no broker, no worker)")
    parser.add_argument("--json", action="store_true", help="print one JSON object, and nothing else")


def export(shop: Shop, *, only: list[str], inline: bool, quiet: bool) -> Export:
    """Runs an export to its end. Raises Broken."""
    try:
        run = services.create(shop, resources=only)
    except Refused as refusal:
        raise Broken(str(refusal)) from None
    follow(run, label=f"export {shop.domain}", inline=inline, quiet=quiet)
    if run.status != Status.SUCCEEDED:
        raise Broken(run.message or f"The export was {run.status}.")
    return Export.objects.get(pk=run.pk)


def save(run: Export, out: Path) -> None:
    """As a ZIP, or unpacked into a directory (a path that ends in / or is one)."""
    with storage().read(run.archive) as source:
        if out.is_dir() or str(out).endswith("/") or out.suffix == "":
            write_directory(source, out)
            return
        out.parent.mkdir(parents=True, exist_ok=True)
        beside = out.with_name(f".{out.name}.part")
        with beside.open("wb") as target:
            while chunk := source.read(1 << 20):
                target.write(chunk)
        beside.replace(out)


def summary(run: Export) -> dict[str, Any]:
    """What `--json` prints of an export."""
    return {
        "run": str(run.pk),
        "shop": run.shop.domain,
        "status": run.status,
        "stats": run.stats,
        **{name: run.result[name] for name in ("counts", "records", "size", "sha256", "not_carried")},
        "changed_while_reading": run.result["changed_while_reading"],
        "dangling_references": run.result["dangling_references"],
        "external_links": run.result["external_links"],
    }
