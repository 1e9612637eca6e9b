"""Importing from the command line: the same rows, the same lane."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from exports.commands import spreadsheet_errors
from runs import bell
from runs.follow import follow
from runs.services import cancel
from runs.states import Status
from runs.storage import storage
from shops.commands import ALL_VERIFIED, REFUSED, SOME_FAILED, Broken
from shops.models import Shop
from shops.services import Refused
from transfer.archive import ArchiveError
from transfer.archive.directory import pack_directory
from transfer.outcomes import Policy, Verdict
from transfer.plan import NOT_WRITTEN
from transfer.registry import in_order

from . import again, choices, losing, outside, services
from .answer import answer
from .models import Import
from .withheld import sentence


def open_archive(path: Path) -> BinaryIO:
    """A ZIP, or a directory packed into one. Raises Broken."""
    try:
        if path.exists() and not path.is_dir() and not path.is_file():
            raise Broken(f"{path} is neither a file nor a directory.")
        if not path.is_dir():
            return path.open("rb")
        packed: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115  # the caller closes it
        try:
            pack_directory(path, packed)
        except BaseException:
            packed.close()
            raise
        packed.seek(0)
        return packed
    except OSError as problem:
        raise Broken(f"{path} cannot be read: {problem.strerror}.") from None
    except ArchiveError as problem:
        raise Broken(str(problem)) from None


def doubt_report(report: Path, archive: Path) -> None:
    """Raises Broken where the report would be written over what it is to tell of."""
    if report.exists() and archive.exists() and report.samefile(archive):
        raise Broken(f"The report cannot go into {report}: that is the archive. Name another file after --report.")


def plan(
    shop: Shop,
    archive: BinaryIO,
    name: str,
    *,
    inline: bool,
    quiet: bool,
    errors: str | None = None,
    anonymise: bool = False,
) -> Import:
    """Runs an import up to its plan. Raises Broken. `errors`: where a refused spreadsheet goes, with what is wrong."""

    def begin() -> Import:
        return services.create(shop, name=name, upload=archive, anonymise=anonymise)

    return _planned(begin, inline=inline, quiet=quiet, errors=errors)


def plan_rest(ended: Import, *, inline: bool, quiet: bool) -> Import:
    """The same of what an import did not bring. Raises Broken."""
    return _planned(lambda: again.import_rest(ended), inline=inline, quiet=quiet)


def _planned(begin: Callable[[], Import], *, inline: bool, quiet: bool, errors: str | None = None) -> Import:
    try:
        with bell.silent(inline):
            run = begin()
    except (ArchiveError, Refused) as refusal:
        raise Broken(str(refusal)) from None
    follow(run, label=f"import {run.shop.domain}", inline=inline, quiet=quiet)
    if run.status != Status.WAITING:
        spreadsheet_errors(storage(), run.annotated, errors)
        raise Broken(run.message or f"The import was {run.status}.")
    return Import.objects.get(pk=run.pk)


def carry_out(run: Import, *, policy: str, inline: bool, quiet: bool) -> Import:
    """Confirms a plan and runs it to its end. Raises Broken."""
    try:
        with bell.silent(inline):
            confirmed = services.confirm(run, policy=policy, excluded={})
    except Refused as refusal:
        cancel(run)
        raise Broken(f"{refusal} Nothing was written.") from None
    if not confirmed:
        raise Broken("The plan does not wait for a decision any more.")
    follow(run, label=f"import {run.shop.domain}", inline=inline, quiet=quiet)
    if run.status not in (Status.SUCCEEDED, Status.INCOMPLETE):
        raise Broken(run.message or f"The import was {run.status}.")
    return Import.objects.get(pk=run.pk)


def agreed(run: Import, *, policy: str, yes: bool, out: TextIO) -> bool:
    """Shows the plan, and asks. Whoever is not at a terminal has to say --yes."""
    out.write(plan_table(run, policy))
    if yes:
        return True
    if not sys.stdin.isatty():
        cancel(run)
        raise Broken("Nothing was written: confirm the plan with --yes.")
    out.write(f"Write this into {run.shop.domain}? [y/N] ")
    out.flush()
    if sys.stdin.readline().strip().lower() in ("y", "yes"):
        return True
    cancel(run)
    return False


def exit_code(run: Import) -> int:
    if run.status == Status.SUCCEEDED:
        return ALL_VERIFIED
    return SOME_FAILED if run.status == Status.INCOMPLETE else REFUSED


def plan_exit_code(run: Import) -> int:
    """Whether everything in a plan can be written, and wholly."""
    words = (*NOT_WRITTEN, "part_conflicts")
    unwritable = sum(own.get(word, 0) for own in run.plan["counts"].values() for word in words)
    return SOME_FAILED if unwritable else ALL_VERIFIED


def plan_table(run: Import, policy: str) -> str:
    """What was found, and what would be written of it under a policy."""
    run.policy = policy  # as the figures are asked for: nothing is saved
    would = choices.figures(run)
    stay = f"; {would['stay'][:-1]}" if would["stay"] else ""
    decided = (
        f"under {policy}: {would['create']} to create, {would['update']} to update, {would['delete']} to delete, "
        f"about {would['points']} API points{stay}\n"
    )
    hanging = f"{would['hanging']}\n" if would["hanging"] else ""
    return table([*Verdict], run.plan["counts"]) + decided + hanging + not_carried(run.plan)


def report_table(result: Mapping[str, Any]) -> str:
    words = ("source", "created", "updated", "unchanged", "skipped", "failed", "verified")
    return table(words, result["resources"]) + answered(result) + not_carried(result)


def answered(result: Mapping[str, Any]) -> str:
    """Whether all arrived; and why records were not written, or not wholly: in the words of the page."""
    told = answer(result)
    lines = [told.sentence, *(f"{group.count:,} {group.what}. {group.advice}".rstrip() for group in told.groups)]
    return "".join(f"{line}\n" for line in lines)


def not_carried(told: Mapping[str, Any]) -> str:
    """The kinds that the app may not read in the source, and those that nobody asked for and that records refer to, a
    line each; what may have lost something; and the languages, where they differ."""
    spoken = told.get("languages")
    lines = [LANGUAGES.format(**spoken)] if spoken else []
    missed = map(outside.sentence, told.get("outside", ()))
    lost = filter(None, [losing.after(told.get("losing", ()))])
    return "".join(f"{line}\n" for line in [*map(sentence, told["withheld"]), *missed, *lost, *lines])


LANGUAGES = (
    "The texts of the archive are in the primary language of its store ({source}); this store's is another ({target}), "
    "and they stand there as that. Only the admin can change it, in Settings > Languages."
)


def table(words: Any, lines: Mapping[str, Mapping[str, Any]]) -> str:
    """Numbers per resource, right-aligned, with a last line for all."""
    width = max([len(name) for name in lines] + [8])
    rows = [f"{'':<{width}}" + "".join(f"{word:>11}" for word in words)]
    for name in in_order(lines):
        rows.append(f"{name:<{width}}" + "".join(f"{lines[name].get(word, 0):>11}" for word in words))
    sums = [sum(line.get(word, 0) for line in lines.values()) for word in words]
    rows.append(f"{'all':<{width}}" + "".join(f"{count:>11}" for count in sums))
    return "\n".join(rows) + "\n"


def summary(run: Import) -> dict[str, Any]:
    """What `--json` prints of an import."""
    return {
        "run": str(run.pk),
        "shop": run.shop.domain,
        "source_shop": run.source_shop,
        "status": run.status,
        "plan": run.plan,
        "result": run.result or None,
        "stats": run.stats,
    }


POLICIES = [str(policy) for policy in Policy]
