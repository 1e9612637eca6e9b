"""What the ledger is asked does not grow with what is lost: in a service, every question is one of a database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.builder import Builder
from tests.support import Sandbox, archive_of
from transfer.keys import Key
from transfer.local import LocalRun, local_desk
from transfer.outcomes import Reason
from transfer.stages import IMPORT, Stage
from transfer.work import Checkpoint, Row, Where

LINK = "<p><a href='/products/gone-{0}'>one</a> <a href='/collections/gone-{0}'>another</a></p>"


@dataclass
class Asked:
    """A ledger, and how often it was asked for rows by their keys."""

    ledger: Any
    questions: int = 0

    def get(self, resource: str, keys: Sequence[Key]) -> dict[Key, Row]:
        self.questions += 1
        found: dict[Key, Row] = self.ledger.get(resource, keys)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ledger, name)


def planned(sandbox: Sandbox, folder: Path, pages: int) -> tuple[int, int]:
    """Questions until the plan is closed, and how many of so many pages are told to lose a link."""
    source, target = Builder(sandbox), sandbox.shop()
    for number in range(pages):
        given = {"title": f"Page {number}", "body": LINK.format(number)}
        source.ask("mutation P($page: PageCreateInput!) { pageCreate(page: $page) { page { id } } }", page=given)
    desk = local_desk(sandbox.client(target), folder / f"import-{pages}", settling=0.0)
    with desk.storage.write("source.zip") as file:
        file.write(archive_of(sandbox, source.shop, folder))
    desk.ledger = asked = Asked(desk.ledger)
    counted: list[int] = []

    def listen(stage: Stage, checkpoint: Checkpoint) -> None:
        if stage.name == "settle_plan" and checkpoint.done:
            counted.append(asked.questions)

    LocalRun(desk, {"archive": "source.zip", "policy": "update", "excluded": {}}, {}).work(IMPORT, listen)
    rows = desk.ledger.select(Where(resource="pages"), limit=1_000)
    return counted[-1], sum(row.reason is Reason.UNRESOLVED_REFERENCE for row in rows)


def test_a_plan_asks_no_more_often_for_forty_pages_with_dead_links_than_for_four(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    (few, lost_of_four), (many, lost_of_forty) = (planned(sandbox, tmp_path, pages) for pages in (4, 40))
    assert (lost_of_four, lost_of_forty) == (4, 40)
    assert few == many
