"""The answer to the first of every kind of write is lost, in one run after the other. Nothing is lost or doubled."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from shopify_client.transport import PooledTransport, Response
from tests.archives import Record, edited
from tests.builder import Builder, circle, equal, troubles
from tests.builder import copy as copy_store
from tests.meddle import import_while, planned
from tests.support import Sandbox, archive_of, import_, total
from transfer import resources
from transfer.outcomes import Reason
from transfer.registry import RESOURCES
from transfer.work import Desk, Where

NAME = re.compile(r"mutation ([A-Z]\w*)")


def documents() -> set[str]:
    """The name of every mutation that stands in a module of a resource."""
    (folder,) = resources.__path__
    return {match[1] for path in Path(folder).glob("*.py") for match in NAME.finditer(path.read_text())}


class Spy(PooledTransport):
    """Notes the mutations that are sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: set[str] = set()

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes, timeout: float) -> Response:
        self.sent |= {match[1] for match in NAME.finditer(body.decode())}
        return super().__call__(url, headers, body, timeout)


# -- another store like this one ---------------------------------------------------------------------------------


def other(resource: str, number: int, record: Record) -> list[Record]:
    """The record as another store has it, and one more of each kind: so every kind is created, changed and deleted."""
    here = copy.deepcopy(record)
    CHANGES.get(resource, _reworded)(here["fields"], here["key"])
    if number != FIRST.get(resource, 0) or not RESOURCES[resource].deletable:
        return [here]
    more = [copy.deepcopy(record) for _ in range(MANY.get(resource, 1))]
    for place, extra in enumerate(more):
        extra["key"] = EXTRA.get(resource, _renamed)(extra["key"])
        if place:
            extra["key"][-1] += f"-{place}"
    return [here, *more]


def _renamed(key: list[str]) -> list[str]:
    return [*key[:-1], f"{key[-1]}-extra"]


MANY = {"url_redirects": 20}  # so many are written by Shopify's own import
FIRST = {"files": 1, "shop_policies": -1}  # the first file is a video elsewhere; of policies there are no more
EXTRA: dict[str, Callable[[list[str]], list[str]]] = {
    "locales": lambda key: ["fr"],
    "translations": lambda key: [*key[:-1], "pt-BR"],
}


def _reworded(fields: Any, key: list[str]) -> None:
    """Another text wherever there is a plain one that is free to be another."""
    for name in ("title", "body", "alt", "target", "value", "description"):
        text = fields.get(name)
        if isinstance(text, str) and fields.get("type", TEXT) == TEXT and key[0] != "every":
            fields[name] = f"{text} (other)"
            return


TEXT = "multi_line_text_field"


def _product(fields: Any, key: list[str]) -> None:
    fields["title"] += " (other)"
    fields["media"] = fields["media"][:0:-1]
    fields["options"] = fields["options"][::-1]
    for option in fields["options"]:
        option.pop("linkedMetafield", None)
        option.pop("linkedValues", None)
        if len(option["values"]) > 2:
            option["values"] = option["values"][:0:-1]
    kept = {(option["name"], value) for option in fields["options"] for value in option["values"]}
    variants = [item for item in fields["variants"] if all(tuple(pair) in kept for pair in item["options"])]
    names = [option["name"] for option in fields["options"]]
    for item in variants:
        item["options"].sort(key=lambda pair: names.index(pair[0]))
        item |= {"price": "77.00", "media": None}
    fields["variants"] = variants[::-1]


def _pins(fields: Any, key: list[str]) -> None:
    fields["pinned"], fields["unpinned"] = [*fields["unpinned"][:1], *fields["pinned"][:0:-1]], fields["pinned"][:1]


def _locale(fields: Any, key: list[str]) -> None:
    fields["published"] = not fields["published"]


def _order(fields: Any, key: list[str]) -> None:
    fields["products"].reverse()


def _entry(fields: Any, key: list[str]) -> None:
    if key[0] == "look":
        fields["fields"]["title"]["value"] += " (other)"


def _definition(fields: Any, key: list[str]) -> None:
    if not fields.get("standard"):
        fields["name"] += " (other)"


def _translation(fields: Any, key: list[str]) -> None:
    if "title" in fields["texts"]:
        fields["texts"]["title"] += " (other)"


def _company(fields: Any, key: list[str]) -> None:
    fields["note"] = f"{fields['note'] or ''} (other)"


def _place(fields: Any, key: list[str]) -> None:
    """Every part of it that has a mutation of its own."""
    _company(fields, key)
    fields |= {"taxExempt": not fields["taxExempt"], "taxExemptions": ["US_NY_RESELLER_EXEMPTION"]}
    fields["checkout"]["checkoutToDraft"] = not fields["checkout"]["checkoutToDraft"]
    for address in (fields["shippingAddress"], fields["billingAddress"]):
        if address is not None:
            address["address1"] += " (other)"


def _contact(fields: Any, key: list[str]) -> None:
    """Another title, and in each location the other role."""
    fields["title"] = f"{fields['title'] or ''} (other)"
    for one in fields["roles"]:
        one["role"] = "Ordering only" if one["role"] == "Location admin" else "Location admin"


CHANGES = {
    "companies": _company,
    "company_locations": _place,
    "company_contacts": _contact,
    "products": _product,
    "metafield_pins": _pins,
    "locales": _locale,
    "collection_orders": _order,
    "metaobjects": _entry,
    "metaobject_definitions": _definition,
    "metafield_definitions": _definition,
    "markets": _definition,
    "translations": _translation,
}


def less(resource: str, number: int, record: Record) -> list[Record]:
    """Products whose rows say with REPLACE that they have fewer pictures, values and variants than they have; and
    companies for which nobody speaks."""
    fields = record["fields"]
    if resource == "companies":
        fields["mainContact"] = None
    if resource == "products" and not any("linkedMetafield" in option for option in fields["options"]):
        _product(fields, record["key"])
        record["command"] = "REPLACE"
    return [record]


# What is told of the boutique whatever happens to answers.
ALLOWED = {Reason.NAMES_SOURCE, Reason.UNRESOLVED_REFERENCE, Reason.FULLER}
TAKEN = {"DeleteBlog", "DeleteMarket"}  # only where a name is taken: see below
NEVER = {"DeleteCustomer"}  # customers are not deleted, nor ever made under another name


def lose(sandbox: Sandbox, shop: str, names: Iterable[str]) -> None:
    ends = ("(", " ")
    sandbox.faults(
        *(
            {"kind": "lost_answer", "times": 1, "match": f"mutation {name}{end}", "shop": shop}
            for name in names
            for end in ends
        )
    )


def test_the_first_answer_to_every_kind_of_write_is_lost(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target, spy = Builder(sandbox, "boutique", 12), Builder(sandbox), Spy()
    source.product("shirt", {"Size": ["unused", "S", "M"]}, chosen=[["S"], ["M"]])
    asked = [name for name, resource in RESOURCES.items() if resource.optional]
    archive, known = archive_of(sandbox, source.shop, tmp_path, also=asked), documents()
    client, refused = sandbox.client, set[Reason]()
    monkeypatch.setattr(sandbox, "client", lambda shop, **more: client(shop, **more, transport=spy))
    # The last one catches up with translations of which the one before changed the texts that they translate.
    for wanted in (edited(archive, other), archive, edited(archive, less), archive, archive):
        lose(sandbox, target.shop, known)
        desk, _ = import_(sandbox, target.shop, wanted, tmp_path, policy="mirror")
        sandbox.faults()
        told = troubles(desk)
        ended = {why for why in told.values() if why not in ALLOWED}
        assert not [key for key, why in told.items() if key[0] == "products" and why is Reason.DIFFERS]
        assert not ended or wanted is not archive, ended
        refused |= ended & {Reason.REFUSED, Reason.GONE, Reason.LOST}
    assert not refused, "a write that is repeated after a lost answer is refused"
    assert not [row for row in desk.ledger.select(Where(), limit=10_000) if row.outcome in ("failed", "skipped")]
    again, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    assert again.client.writes == 0
    assert total(again, "outcome:unchanged") == total(again, "verified")
    assert known - spy.sent == TAKEN | NEVER, "a write whose answer no test loses: let `other` differ there"


@pytest.mark.parametrize(
    ("create", "given", "name"),
    [
        ("blogCreate(blog: $given)", "BlogCreateInput", "title"),
        ("marketCreate(input: $given)", "MarketCreateInput", "name"),
    ],
)
def test_what_is_made_under_a_name_that_is_taken_goes_again(
    sandbox: Sandbox, tmp_path: Path, create: str, given: str, name: str
) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    document = f"mutation Make($given: {given}!) {{ {create} {{ userErrors {{ message }} }} }}"
    kind = f"{create.partition('Create')[0]}s"
    assert not next(iter(source.ask(document, given={name: "Ours", "handle": "diary"}).values()))["userErrors"]

    def deed(desk: Desk) -> None:
        target.ask(document, given={name: "Theirs", "handle": "diary"})
        lose(sandbox, target.shop, TAKEN)

    desk = import_while(source, target, tmp_path, planned, deed)
    assert troubles(desk) == {(kind, "diary"): Reason.CHANGED_MEANWHILE}
    nodes = target.ask(f"{{ {kind}(first: 10) {{ nodes {{ handle own: {name} }} }} }}")[kind]["nodes"]
    assert [node["own"] for node in nodes if "diary" in node["handle"]] == ["Theirs"]


@pytest.mark.parametrize("after", range(4))
def test_a_link_of_a_definition_whose_answer_is_lost_is_nobody_elses_change(
    sandbox: Sandbox, tmp_path: Path, after: int
) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    circle(source)
    match = "mutation UpdateMetaobjectDefinition("
    sandbox.faults({"kind": "lost_answer", "times": 1, "after": after, "match": match, "shop": target.shop})
    desk, _ = copy_store(source, target, tmp_path)
    sandbox.faults()
    assert troubles(desk) == {}
    assert equal(source, target, tmp_path)
