"""A staging store gets customers that work like the real ones, and nothing from which to tell who they are."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from tests.support import Sandbox, archive_of, import_, total
from transfer.anonymise import LEFT_OUT, alias_with
from transfer.references import Target, parse
from transfer.registry import RESOURCES
from transfer.work import Where

PEOPLE = ["customers", "customer_metafields"]
SECRET = "of this installation"
REAL = ("anna", "holm", "kaito", "léa", "torstra", "4915112345678", "33612345678", "mixed", "שירה", "bar-", "xxxxx")
WHO = """{ customers(first: 50) { nodes {
  firstName lastName note tags locale taxExempt
  defaultEmailAddress { emailAddress marketingState } defaultPhoneNumber { phoneNumber }
  addressesV2(first: 50) { nodes { firstName lastName company address1 city zip phone countryCodeV2 provinceCode } }
  defaultAddress { countryCodeV2 }
} } }"""
IDS = "{ customers(first: 50) { nodes { id addressesV2(first: 9) { nodes { id } } } } }"


def _people(sandbox: Sandbox, shop: str) -> list[dict[str, Any]]:
    return list(sandbox.graphql(shop, WHO)["customers"]["nodes"])


@pytest.mark.parametrize("seed", ["boutique", "nasty"])
def test_nothing_after_the_check_names_anybody(seed: str, sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop(seed, products=2), sandbox.shop()
    archive = archive_of(sandbox, source, tmp_path, resources=[*PEOPLE, "metafield_definitions"])
    desk, past = import_(sandbox, target, archive, tmp_path, anonymise=SECRET, policy="mirror")
    own = desk.ledger.tally()["customers"]
    assert own["outcome:created"] == own["verified"] == 3
    assert "customer_metafields" not in desk.ledger.tally()
    left = past["check"]["manifest"]["notCarried"]["customer_metafields"][LEFT_OUT]
    assert left["count"] == {"boutique": 4, "nasty": 30}[seed]
    rows = desk.ledger.select(Where(resource="customers"), limit=100)
    told = json.dumps([[asdict(row) for row in rows], _people(sandbox, target), past["check"]], ensure_ascii=False)
    assert not [word for word in REAL if word in told.lower()]
    again, _ = import_(sandbox, target, archive, tmp_path, anonymise=SECRET)
    assert again.client.writes == 0
    assert again.ledger.tally()["customers"]["verified"] == 3
    said = {row.key: (row.verdict, row.detail) for row in again.ledger.select(Where(resource="customers"), limit=9)}
    assert set(said.values()) == {("unchanged", "")}, "that nobody agreed to anything is no difference"


def _everything_in(archive: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return "".join(f"{name}\n{opened.read(name).decode()}" for name in opened.namelist())


def _personal_of(sandbox: Sandbox, shop: str) -> set[str]:
    """Whatever the store holds of people that is theirs alone, and the ids under which it keeps them."""
    found = {str(number) for number in re.findall(r"Customer/\d+", json.dumps(sandbox.graphql(shop, IDS)))}
    for one in _people(sandbox, shop):
        places = one["addressesV2"]["nodes"]
        told = [one["lastName"], one["note"], one["defaultEmailAddress"], one["defaultPhoneNumber"]]
        told += [place[name] for place in places for name in ("lastName", "address1", "city", "zip", "phone")]
        found |= {text for text in (one.get("emailAddress") if isinstance(one, dict) else one for one in told) if text}
    return {text.lower() for text in found if len(text) > 3}


@pytest.mark.parametrize("seed", ["boutique", "nasty"])
def test_an_archive_that_names_nobody(seed: str, sandbox: Sandbox, tmp_path: Path) -> None:
    """Every byte of it is looked through: records, what stands beside them, the manifest."""
    source, target = sandbox.shop(seed, products=2), sandbox.shop()
    people = [name for name, resource in RESOURCES.items() if resource.personal]
    others = ["products", "product_metafields", "discounts", "translations", "metafield_definitions"]
    chosen = {"resources": [*people, *others], "products": "-tag:none"}
    public = _everything_in(archive_of(sandbox, source, tmp_path, resources=others)).lower()
    held = _everything_in(archive_of(sandbox, source, tmp_path, **chosen)).lower()
    archive = archive_of(sandbox, source, tmp_path, **chosen, anonymise=SECRET)
    named = {word for word in (*_personal_of(sandbox, source), *REAL) if word in held and word not in public}
    assert len(named) > 10
    told = _everything_in(archive).lower()
    assert not [word for word in named if word in told]
    assert "products/1" not in told
    desk, past = import_(sandbox, target, archive, tmp_path, anonymise="another secret")
    assert past["check"]["manifest"]["anonymised"] is True
    assert desk.ledger.tally()["customers"]["verified"] == 3
    emails = {one["defaultEmailAddress"]["emailAddress"] for one in _people(sandbox, target)}
    assert f"{alias_with(SECRET)('anna.holm@example.com')}@example.com" in emails or seed == "nasty"
    again, _ = import_(sandbox, target, archive_of(sandbox, source, tmp_path, **chosen), tmp_path, anonymise=SECRET)
    assert again.ledger.tally()["customers"]["verdict:unchanged"] == 3


def test_what_a_store_works_with_stays(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("boutique", products=1), sandbox.shop()
    import_(sandbox, target, archive_of(sandbox, source, tmp_path, resources=PEOPLE), tmp_path, anonymise=SECRET)
    anna = next(one for one in _people(sandbox, target) if "VIP" in one["tags"])
    assert (anna["locale"], anna["note"], anna["defaultPhoneNumber"]) == ("de", "Note removed.", None)
    assert anna["defaultEmailAddress"]["emailAddress"] == f"{alias_with(SECRET)('anna.holm@example.com')}@example.com"
    assert anna["defaultEmailAddress"]["marketingState"] == "NOT_SUBSCRIBED"
    assert [one["countryCodeV2"] for one in anna["addressesV2"]["nodes"]] == ["DE", "CA"]
    assert anna["defaultAddress"] == {"countryCodeV2": "CA"}
    assert {one["zip"] for one in anna["addressesV2"]["nodes"]} == {None}
    assert sum(one["taxExempt"] for one in _people(sandbox, target)) == 1


def test_everything_else_arrives_whole(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("boutique", products=6), sandbox.shop()
    plain = archive_of(sandbox, source, tmp_path)
    archive = archive_of(sandbox, source, tmp_path, anonymise=SECRET)
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert total(desk, "outcome:failed") == 0
    for kind in ("articles", "collections"):
        assert any(row.after and row.after.get("image") for row in desk.ledger.select(Where(resource=kind), limit=100))
    again, _ = import_(sandbox, target, plain, tmp_path)
    assert again.client.writes == 0, "nobody's name is in any of it, so nothing differs"


def test_references_lead_to_who_was_meant(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("nasty"), sandbox.shop()
    kinds = ["products", "product_metafields", *PEOPLE]
    chosen = {"products": "handle:日本語-produkt-ü", "resources": kinds}
    archive = archive_of(sandbox, source, tmp_path, **chosen)
    desk, _ = import_(sandbox, target, archive, tmp_path, anonymise=SECRET)
    query = """{ productByIdentifier(identifier: { handle: "日本語-produkt-ü" }) {
      metafield(namespace: "custom", key: "tester") {
        reference { ... on Customer { defaultEmailAddress { emailAddress } } }
      }
    } }"""
    found = sandbox.graphql(target, query)["productByIdentifier"]["metafield"]["reference"]
    assert found["defaultEmailAddress"]["emailAddress"] == f"{alias_with(SECRET)('mixed.case@example.com')}@example.com"
    assert desk.ledger.tally()["product_metafields"]["verified"] > 1


def test_nobody_guesses_backwards() -> None:
    one, other = alias_with("a"), alias_with("b")
    assert one("anna@example.com") == one("anna@example.com") != other("anna@example.com")
    assert one("anna@example.com") != one("kaito@example.com")


def _nameless(text: str) -> str:
    """References are rewritten before the record is."""
    target = parse(text)
    if target is None or not RESOURCES[target.resource].personal:
        return text
    return str(Target(target.resource, RESOURCES[target.resource].anonymous_key(target.key, alias_with(SECRET))))


@pytest.mark.parametrize("name", [name for name, resource in RESOURCES.items() if resource.personal])
def test_whatever_tells_of_people_can_be_made_nameless(name: str) -> None:
    from tests.transfer.test_registry import records

    resource, alias = RESOURCES[name], alias_with(SECRET)
    for record in records(resource):
        key = resource.anonymous_key(record.key, alias)
        assert key == resource.anonymous_key(record.key, alias) != record.key
        fields = resource.anonymous(record.key, resource.rewrite(record.fields, _nameless), alias)
        if fields is not None:
            assert resource.validate(key, fields) is None
            assert not [word for word in REAL if word in json.dumps([key, fields], ensure_ascii=False).lower()]
