"""A company that has its external id in one store only is one company, and none gets a place that nobody asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support import Sandbox, archive_of, import_
from tests.transfer.test_companies import BUSINESS, CREATE, _ask, _companies, _row
from tests.transfer.test_sheets_by_hand import Cells, book
from transfer.judging import judge
from transfer.namesakes import Present
from transfer.outcomes import Outcome, Reason, Verdict
from transfer.registry import RESOURCES
from transfer.work import Desk, Where

TEXT = "single_line_text_field"
DEFINE = """mutation D($d: MetafieldDefinitionInput!) {
  metafieldDefinitionCreate(definition: $d) { userErrors { message } } }"""
SET = """mutation S($m: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $m) { userErrors { message } } }"""
LOCATE = """mutation L($company: ID!, $input: CompanyLocationInput!) {
  companyLocationCreate(companyId: $company, input: $input) { userErrors { message } } }"""
NAMES = ["metafield_definitions", "shop_metafields", *BUSINESS]


def _made(sandbox: Sandbox, shop: str, external: str | None, note: str = "", name: str = "Hotel Nord") -> str:
    """A company with a place beside its first, a metafield, and a metafield of the shop that refers to it."""
    company = {
        "name": name,
        "note": note,
        "customerSince": "2021-03-01T09:00:00Z",
        **({"externalId": external} if external else {}),
    }
    given = {"company": company, "companyLocation": {"name": "Berlin", "note": note}}
    gid: str = _ask(sandbox, shop, CREATE, input=given)["company"]["id"]
    _ask(sandbox, shop, LOCATE, company=gid, input={"name": "Bar", "note": note})
    _ask(sandbox, shop, SET, m=[{"ownerId": gid, "namespace": "custom", "key": "tier", "type": TEXT, "value": "gold"}])
    return gid


def _refers(sandbox: Sandbox, shop: str, company: str) -> None:
    own = sandbox.graphql(shop, "{ shop { id } }")["shop"]["id"]
    where = {"namespace": "custom", "key": "best", "type": "company_reference"}
    _ask(sandbox, shop, SET, m=[{"ownerId": own, **where, "value": company}])


def _outcomes(desk: Desk) -> set[str]:
    rows = desk.ledger.select(Where(), limit=100)
    assert all(row.verified for row in rows if row.verdict is not Verdict.EXTRA), [(r.key, r.detail) for r in rows]
    return {f"{row.resource} {row.outcome}" for row in rows if row.outcome in (Outcome.CREATED, Outcome.UPDATED)}


def test_the_one_of_the_archive_has_an_id_that_the_target_learns(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop(), sandbox.shop()
    _refers(sandbox, source, _made(sandbox, source, "HN-1", "new"))
    _refers(sandbox, target, _made(sandbox, target, None, "old"))
    archive = archive_of(sandbox, source, tmp_path, resources=NAMES)
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert _outcomes(desk) == {"companies updated", "company_locations updated"}
    row = _row(desk, "companies", "id", "HN-1")
    assert (row.changed, row.detail) == (
        ("externalId", "note"),
        "Found by its name: only one of the stores has its external id.",
    )
    assert _companies(sandbox, target) == _companies(sandbox, source)
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0


def test_the_one_of_the_target_keeps_its_id(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop(), sandbox.shop()
    _refers(sandbox, source, _made(sandbox, source, None, "new"))
    _refers(sandbox, target, _made(sandbox, target, "HN-1", "old"))
    archive = archive_of(sandbox, source, tmp_path, resources=NAMES)
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert _outcomes(desk) == {"companies updated", "company_locations updated"}
    found = _companies(sandbox, target)["Hotel Nord"]
    assert (found["externalId"], found["note"], len(found["locations"]["nodes"])) == ("HN-1", "new", 2)
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0


def test_of_several_that_are_called_alike_nobody_says_which_is_which(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop(), sandbox.shop()
    _made(sandbox, source, "HN-1")
    _made(sandbox, source, "HS-1", name="Hotel Süd")
    for external in (None, "HN-2"):
        _made(sandbox, target, external)
    _made(sandbox, target, "HS-2", name="Hotel Süd")
    desk, _ = import_(sandbox, target, archive_of(sandbox, source, tmp_path, resources=BUSINESS), tmp_path)
    row = _row(desk, "companies", "id", "HN-1")
    assert (row.verdict, row.reason) == (Verdict.CONFLICT, Reason.AMBIGUOUS)
    assert row.detail.startswith("Several companies are called “Hotel Nord”, and some have no external id")
    assert _row(desk, "company_locations", "id", "HN-1", "name", "Bar").reason is Reason.MISSING_OWNER
    assert _row(desk, "companies", "id", "HS-1").outcome is Outcome.CREATED, "two ids are two companies"


def test_a_company_of_a_spreadsheet_gets_the_places_of_its_rows_and_no_other(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = sandbox.shop()
    places: list[Cells] = [{"Key": "name/Hotel Nord/name/Bar"}, {"Key": "name/Hotel Nord/id/HN-B", "name": "Berlin"}]
    file = book({"companies": [{"name": "Hotel Nord"}], "company_locations": places})
    desk, _ = import_(sandbox, shop, file, tmp_path)
    assert all(row.verified for row in desk.ledger.select(Where(), limit=9))
    found: Any = _companies(sandbox, shop)["Hotel Nord"]["locations"]["nodes"]
    assert {(one["name"], one["externalId"]) for one in found} == {("Bar", None), ("Berlin", "HN-B")}


def test_rows_that_say_ignore_leave_alone_what_nobody_can_tell_apart() -> None:
    kind = RESOURCES["companies"]
    key, fields = ("name", "Twins"), {"name": "Twins", "externalId": None}
    wanted = [Present(key, {}, "", "IGNORE"), Present(key, {"note": "x"}, "", "IGNORE")]
    rows = judge(kind, key, wanted, [Present(key, fields, "1"), Present(key, {**fields, "note": "y"}, "2")])
    assert [(row.outcome, row.reason, row.number) for row in rows] == [
        (Outcome.SKIPPED, Reason.EXCLUDED, number) for number in range(2)
    ]
