"""One bad value among many costs a call or two, and nothing but itself."""

from __future__ import annotations

from pathlib import Path

from tests.support import Sandbox, archive_of, import_
from transfer.outcomes import Outcome
from transfer.work import Where

OTHER_TYPE = """
mutation OtherType { metafieldDefinitionCreate(definition: {
  ownerType: PRODUCT, namespace: "custom", key: "subtitle", name: "Subtitle", type: "number_integer"
}) { userErrors { message } } }
"""


def test_what_a_definition_of_another_type_refuses_is_not_tried_value_by_value(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    archive = archive_of(sandbox, sandbox.shop("boutique", products=40), tmp_path)
    untroubled, troubled = sandbox.shop(), sandbox.shop()
    sandbox.graphql(troubled, OTHER_TYPE)
    easy, _ = import_(sandbox, untroubled, archive, tmp_path)
    hard, _ = import_(sandbox, troubled, archive, tmp_path)
    refused = [
        row
        for row in hard.ledger.select(Where(resource="product_metafields"), limit=5000)
        if row.outcome is Outcome.FAILED
    ]
    assert len(refused) > 10
    assert {row.key[-1] for row in refused} == {"subtitle"}
    assert hard.client.writes < easy.client.writes * 1.3
