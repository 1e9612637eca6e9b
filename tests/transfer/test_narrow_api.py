"""A store whose API knows only a part of what is asked for: the part arrives, and the rest is named."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from graphql import FieldNode, OperationDefinitionNode, parse

from shopify_client import AdminClient, Answer, BadRequest, FileHosts, Origins
from tests.support import Sandbox, Watched, archive_of
from transfer.local import local_desk, run
from transfer.outcomes import Outcome, Reason
from transfer.registry import RESOURCES
from transfer.stages import EXPORT, IMPORT
from transfer.work import Where

UNKNOWN = re.compile(
    "discount|market|customer|publi|inventory|location|menu|page|blog|article|url|collection|translat|shopLocale|compan|"
    "file|staged|standard|taxonomy"
)
KNOWN = {"metaobject_definitions", "metafield_definitions", "metaobjects", "products", "product_metafields"}


class Narrow(AdminClient):
    def ask(self, document: str, *given: Any, **more: Any) -> Answer:
        (asked,) = (one for one in parse(document).definitions if isinstance(one, OperationDefinitionNode))
        for field in asked.selection_set.selections:
            if isinstance(field, FieldNode) and UNKNOWN.match(field.name.value):
                raise BadRequest(f"Field '{field.name.value}' doesn't exist on type 'QueryRoot'")
        return super().ask(document, *given, **more)


def _client(sandbox: Sandbox, shop: str) -> AdminClient:
    files, origins = FileHosts((sandbox.url,)), Origins(sandbox.origin)
    return Narrow(shop, token=sandbox.token(shop), origins=origins, files=files, prices=Watched())


def test_what_the_store_does_not_know_costs_nothing_but_itself(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("boutique", products=20), sandbox.shop()
    reader = local_desk(_client(sandbox, source), tmp_path / "export")
    past = run(reader, EXPORT, {"shop": source})
    unread = {name for name, whys in past["read"]["skipped"].items() if any("doesn't exist" in why for why in whys)}
    assert len(unread) > 10
    assert not unread & KNOWN
    for number in range(2):
        writer = local_desk(_client(sandbox, target), tmp_path / f"import-{number}", settling=0.0)
        with reader.storage.read(past["assemble"]["archive"]) as archive, writer.storage.write("source.zip") as file:
            file.write(archive.read())
        run(writer, IMPORT, {"archive": "source.zip", "policy": "update", "excluded": {}})
        rows = [row for name in RESOURCES for row in writer.ledger.select(Where(resource=name), limit=5000)]
        assert len(rows) == sum(past["resolve"]["kept"].values())
        assert all(row.verified or (row.outcome is Outcome.FAILED and row.reason and row.detail) for row in rows)
        assert sum(row.outcome is not Outcome.FAILED for row in rows if row.resource in KNOWN) > 600
    assert not any(row.outcome is Outcome.CREATED for row in rows), "the second time"


def test_what_the_target_does_not_know_is_listed_and_the_rest_arrives(sandbox: Sandbox, tmp_path: Path) -> None:
    target = sandbox.shop()
    writer = local_desk(_client(sandbox, target), tmp_path / "import", settling=0.0)
    with writer.storage.write("source.zip") as file:
        file.write(archive_of(sandbox, sandbox.shop("boutique", products=5), tmp_path))
    run(writer, IMPORT, {"archive": "source.zip", "policy": "update", "excluded": {}})
    told = writer.ledger.tally()
    assert told["products"]["verified"] == 5
    for name in ("pages", "menus", "files", "discounts"):
        rows = writer.ledger.select(Where(resource=name), limit=5000)
        assert rows
        assert all(row.reason is Reason.NOT_PERMITTED and "doesn't exist" in row.detail for row in rows)
