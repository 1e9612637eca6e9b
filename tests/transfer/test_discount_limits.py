"""What limits a discount in the target and not in the source stays, is said, and goes under a mirror."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support import Sandbox, archive_of, import_
from tests.transfer.test_discounts import code, rows
from tests.transfer.test_sheets_by_hand import Cells, book
from transfer.outcomes import Outcome, Reason, Verdict

LIMITS = {
    "endsAt": "2099-01-01T00:00:00Z",
    "usageLimit": 5,
    "minimumRequirement": {"subtotal": {"greaterThanOrEqualToSubtotal": "50.00"}},
}
READ = """query R($code: String!) { codeDiscountNodeByCode(code: $code) { codeDiscount {
  ... on DiscountCodeBasic {
    endsAt usageLimit minimumRequirement { __typename } combinesWith { orderDiscounts }
    codes(first: 9) { nodes { code } }
  }
  ... on DiscountCodeFreeShipping {
    endsAt maximumShippingPrice { amount } combinesWith { orderDiscounts }
    destinationSelection { __typename ... on DiscountCountries { countries } }
  }
} } }"""
FREE = """mutation F($discount: DiscountCodeFreeShippingInput!) {
  discountCodeFreeShippingCreate(freeShippingCodeDiscount: $discount) { userErrors { field message } } }"""
ADD = """mutation A($id: ID!) {
  discountRedeemCodeBulkAdd(discountId: $id, codes: [{ code: "SPRING" }]) { userErrors { message } } }"""


def read(sandbox: Sandbox, shop: str, name: str = "SALE") -> dict[str, Any]:
    found: dict[str, Any] = sandbox.graphql(shop, READ, code=name)["codeDiscountNodeByCode"]["codeDiscount"]
    return found


def limited(found: dict[str, Any]) -> tuple[bool, bool, bool]:
    return bool(found["endsAt"]), found["usageLimit"] is not None, found["minimumRequirement"] is not None


@pytest.fixture
def target(sandbox: Sandbox) -> str:
    shop = sandbox.shop()
    code(sandbox, shop, "SALE", **LIMITS)
    return shop


def sale(sandbox: Sandbox, folder: Path, **more: Any) -> bytes:
    source = sandbox.shop()
    code(sandbox, source, "SALE", **more)
    return archive_of(sandbox, source, folder, resources=["discounts"])


DIFFERS = {"combinesWith": {"orderDiscounts": True}}


@pytest.mark.parametrize("more", [{}, DIFFERS], ids=["equal else", "differs else"])
def test_an_update_leaves_what_limits_it_and_says_so(
    sandbox: Sandbox, target: str, tmp_path: Path, more: dict[str, Any]
) -> None:
    archive = sale(sandbox, tmp_path, **more)
    desk, _ = import_(sandbox, target, archive, tmp_path)
    found = read(sandbox, target)
    assert limited(found) == (True, True, True)
    assert found["combinesWith"]["orderDiscounts"] is bool(more)
    row = rows(desk)["code", "sale"]
    assert (row.verdict, row.reason) == (Verdict.UPDATE if more else Verdict.FULLER, Reason.FULLER)
    assert row.verified
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0


@pytest.mark.parametrize("more", [{}, DIFFERS], ids=["equal else", "differs else"])
def test_a_mirror_takes_it_away(sandbox: Sandbox, target: str, tmp_path: Path, more: dict[str, Any]) -> None:
    archive = sale(sandbox, tmp_path, **more)
    desk, _ = import_(sandbox, target, archive, tmp_path, policy="mirror")
    row = rows(desk)["code", "sale"]
    assert (row.outcome, row.verified, row.reason) == (Outcome.UPDATED, True, Reason.NONE)
    assert limited(read(sandbox, target)) == (False, False, False)
    again, _ = import_(sandbox, target, archive, tmp_path, policy="mirror")
    assert again.client.writes == 0


@pytest.mark.parametrize(
    ("command", "cells", "stay"),
    [
        ("UPDATE", {"combinesWith.order (boolean)": True}, (True, True, True)),
        ("UPDATE", {"endsAt": "[empty]"}, (False, True, True)),
        ("UPDATE", {"usageLimit (number)": "[empty]"}, (True, False, True)),
        ("REPLACE", {"title": "SALE", "codes (list)": "SALE"}, (False, False, False)),
    ],
)
def test_a_row_takes_away_what_it_says(
    sandbox: Sandbox, target: str, tmp_path: Path, command: str, cells: Cells, stay: tuple[bool, bool, bool]
) -> None:
    desk, _ = import_(sandbox, target, book({"discounts": [{"Key": "code/sale", **cells}]}, command), tmp_path)
    row = rows(desk)["code", "sale"]
    assert (row.outcome, row.verified) == (Outcome.UPDATED, True), row.detail
    assert limited(read(sandbox, target)) == stay


def test_freight_stays_limited_and_where_it_becomes_free_is_planned(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop(), sandbox.shop()
    own = {"title": "S", "code": "SALE", "startsAt": "2024-01-01T00:00:00Z", "context": {"all": "ALL"}}
    most = {"maximumShippingPrice": "9.00", "endsAt": LIMITS["endsAt"]}
    sandbox.graphql(source, FREE, discount={**own, "destination": {"all": True}})
    only = {"countries": {"add": ["DE"], "includeRestOfWorld": False}}
    sandbox.graphql(target, FREE, discount={**own, "destination": only, **most})
    desk, _ = import_(sandbox, target, archive_of(sandbox, source, tmp_path, resources=["discounts"]), tmp_path)
    row = rows(desk)["code", "sale"]
    assert (row.changed, row.reason, row.verified) == (("shipping.countries",), Reason.FULLER, True)
    found = read(sandbox, target)
    assert found["maximumShippingPrice"] and found["endsAt"]
    assert found["destinationSelection"]["__typename"] == "DiscountCountryAll"


def test_a_code_that_only_the_target_has_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    archive, target = sale(sandbox, tmp_path), sandbox.shop()
    code(sandbox, target, "SALE")
    find = '{ codeDiscountNodeByCode(code: "SALE") { id } }'
    sandbox.graphql(target, ADD, id=sandbox.graphql(target, find)["codeDiscountNodeByCode"]["id"])
    desk, _ = import_(sandbox, target, archive, tmp_path, policy="mirror")
    row = rows(desk)["code", "sale"]
    assert (row.outcome, row.detail) == (
        Outcome.UNCHANGED,
        "Only the discount in the target store has the code SPRING, which no import takes away.",
    )
