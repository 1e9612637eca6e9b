"""Names in capitals, written by hand: Shopify writes them in lower case, and nobody would find the record again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.archives import Record, edited
from tests.builder import Builder
from tests.meddle import row
from tests.support import Sandbox, archive_of, import_
from transfer.outcomes import Reason, Verdict
from transfer.registry import RESOURCES
from transfer.work import Where

LOWERED = sorted(name for name, own in RESOURCES.items() if own.lowered)


def capital(kind: str, key: Sequence[str]) -> tuple[str, ...]:
    return tuple(part.title() if place in RESOURCES[kind].lowered else part for place, part in enumerate(key))


@pytest.fixture(scope="module")
def archive(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return archive_of(sandbox, sandbox.shop("boutique", 5), tmp_path_factory.mktemp("archive"))


@pytest.mark.parametrize("kind", LOWERED)
def test_a_new_record_whose_name_would_be_changed_is_not_made(
    sandbox: Sandbox, archive: bytes, tmp_path: Path, kind: str
) -> None:
    named: list[tuple[str, ...]] = []

    def edit(resource: str, number: int, record: Record) -> list[Record]:
        if resource == kind and not record["fields"].get("standard") and not named:
            named.append(tuple(record["key"]))
            record["key"] = list(capital(kind, record["key"]))
        return [record]

    shop = Builder(sandbox)
    desk, _ = import_(sandbox, shop.shop, edited(archive, edit), tmp_path)
    (key,) = named
    own = row(desk, kind, *capital(kind, key))
    assert (own.verdict, own.reason) == (Verdict.CANNOT, Reason.INVALID)
    assert own.detail == f"Shopify writes its name in lower case: call it {' / '.join(key)}."
    rows = desk.ledger.select(Where(resource=kind), limit=1000)
    assert not [other for other in rows if other.reason is Reason.DIFFERS]
