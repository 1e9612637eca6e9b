"""Every resource keeps the promises that the engine builds on. Adding one takes its module, its line in the registry
and `tests/fixtures/<name>.jsonl`: records as an archive holds them, each reference that it can hold among them.

What a resource can be sent is hostile, so every value of every fixture is also replaced by what does not belong there:
a resource must refuse that with one sentence, or be able to work with it.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import Sandbox, export
from transfer.jsonl import dumps
from transfer.keys import decode, encode
from transfer.outcomes import Reason
from transfer.references import CARRIED_TYPES, Target, parse
from transfer.registry import RESOURCES, by_gid_type, order, owner_of
from transfer.resource import OWNER, Fields, Ids, Job, Record, Resource
from transfer.selection import record_named
from transfer.storefront import Storefront
from transfer.typed_keys import parts_of, shown

THERE = Storefront("there.example", frozenset({"there.example", "there.myshopify.com"}), "0012/3456/")
FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"

# What the registry computes. A change of it is no fault, but it has to be meant.
ORDER = (
    "files",
    "metaobject_definitions",
    "metafield_definitions",
    "metafield_pins",
    "customers",
    "companies",
    "company_contacts",
    "company_locations",
    "blogs",
    "products",
    "metaobjects",
    "collections",
    "pages",
    "articles",
    "product_metafields",
    "variant_metafields",
    "shop_metafields",
    "page_metafields",
    "blog_metafields",
    "article_metafields",
    "collection_metafields",
    "customer_metafields",
    "company_metafields",
    "company_location_metafields",
    "collection_orders",
    "shop_policies",
    "menus",
    "url_redirects",
    "markets",
    "market_metafields",
    "discounts",
    "discount_metafields",
    "locales",
    "locations",
    "location_metafields",
    "inventory_levels",
    "sales_channels",
    "product_publications",
    "collection_publications",
    "translations",
    "market_translations",
)

each = pytest.mark.parametrize("resource", list(RESOURCES.values()), ids=list(RESOURCES))


def test_the_carried_kinds_are_those_that_resources_name() -> None:
    assert by_gid_type().keys() == CARRIED_TYPES


def records(resource: Resource) -> list[Record]:
    lines = (FIXTURES / f"{resource.name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [Record(tuple(data["key"]), data["fields"]) for data in map(json.loads, lines)]


def test_the_order_is_the_committed_one() -> None:
    assert order() == ORDER


def test_every_fixture_has_its_resource() -> None:
    assert {path.stem for path in FIXTURES.glob("*.jsonl")} == set(RESOURCES)


def test_the_boutique_holds_every_resource(sandbox: Sandbox, tmp_path: Path) -> None:
    optional = [name for name, resource in RESOURCES.items() if resource.optional]
    _, past = export(sandbox, sandbox.shop("boutique", products=4), tmp_path, also=optional)
    empty = [name for name, members in past["merge"]["members"].items() if not members]
    assert not empty, "a resource that no seed holds is never seen to arrive"
    assert set(past["merge"]["members"]) == set(RESOURCES)


@each
def test_it_says_what_it_is(resource: Resource) -> None:
    assert RESOURCES[resource.name] is resource
    assert resource.label[0].isupper()
    assert resource.scopes.read and resource.scopes.write
    assert resource.batch >= 1 and 1 <= resource.read_batch <= 250 and resource.points > 0


@each
def test_it_names_only_what_exists(resource: Resource) -> None:
    kinds = {*RESOURCES, *(kind for other in RESOURCES.values() for kind in other.embeds)}
    assert set(resource.refers_to) <= kinds
    assert not set(resource.embeds) & set(RESOURCES), "what lives inside records is no resource of its own"
    assert resource.governor in {"", *RESOURCES}
    assert set(resource.gid_types) <= set(resource.identify) or not resource.gid_types
    claimed = [kind for other in RESOURCES.values() if other is not resource for kind in other.identify]
    assert not set(resource.identify) & set(claimed), "a GID type has one resource that names its nodes"


@each
def test_it_can_be_selected(resource: Resource) -> None:
    """Single records by name, values by their owner type and namespace, and with what they belong to."""
    for record in records(resource):
        if resource.stands_alone:
            typed = shown(record.key, parts_of(resource, values=False))
            assert record_named(f"{resource.name}/{typed}") == Target(resource.name, record.key)
        if resource.name.endswith("_metafields"):
            assert resource.value_of(record.key) == (*resource.owner_types, record.key[-2])
            needs = [target.key for target in resource.needs(record.key, record.fields)]
            assert needs == [(*resource.owner_types, *record.key[-2:])]
            owners = {p.target.resource for p in resource.places(record.key, record.fields, None) if p.path == OWNER}
            assert owners == {resource.hangs_on} - {""}, "hangs_on: whose values are read owner by owner"


@pytest.mark.parametrize("name", ["products", "pages", "blogs", "articles", "collections", "menus"])
def test_a_key_that_shopify_would_change_is_refused(name: str) -> None:
    """Created under another handle, it would be listed as failed and stay in the target."""
    record = records(RESOURCES[name])[0]
    for part in ("", "a\nb", "\x7f"):
        assert RESOURCES[name].validate((*record.key[:-1], part), record.fields)


def test_prices_and_titles_are_texts() -> None:
    record = records(RESOURCES["products"])[0]
    priced = copy.deepcopy(record.fields)
    priced["variants"][0]["price"] = {"a": 1}
    assert "price must be a text" in (RESOURCES["products"].validate(record.key, priced) or "")
    titled = {**record.fields, "seo": {"title": 5}}
    assert "title must be a text" in (RESOURCES["products"].validate(record.key, titled) or "")


@each
def test_its_fixture_is_accepted_and_would_be_written(resource: Resource) -> None:
    assert records(resource)
    for record in records(resource):
        assert resource.validate(record.key, record.fields) is None
        assert resource.refuse(Job(resource.name, record.key, record.fields)) is None
        assert decode(encode(record.key)) == record.key


@each
def test_references_survive_the_way_there_and_back(resource: Resource) -> None:
    """Portable to GIDs and back is the same record, and nothing but references is touched."""
    for record in records(resource):
        there, back = _numbering()
        as_read = resource.rewrite(copy.deepcopy(record.fields), there)
        assert b"shopsync:" not in dumps(as_read), "a reference stands where rewrite does not look"
        assert resource.rewrite(as_read, back) == record.fields
        assert resource.rewrite(record.fields, lambda text: text) == record.fields


@each
def test_places_and_rewrite_see_the_same_references(resource: Resource) -> None:
    for record in records(resource):
        rewritten: set[Target] = set()
        resource.rewrite(record.fields, _noting(rewritten))
        governor = resource.governed_by(record.key)
        fields = _fields_of(governor) if governor is not None else None
        places = list(resource.places(record.key, record.fields, fields))
        assert {place.target for place in places if place.path != OWNER and not place.link} == rewritten
        places = [place for place in places if not place.link]
        known = {owner_of(name) for name in resource.refers_to}
        assert {owner_of(p.target.resource) for p in places if not p.target.unknown} <= known
        assert all(place.hard for place in places if place.path == OWNER)
        assert all(
            resource.demand(place.path) or resource.hangs_on
            for place in places
            if place.hard and place.path != OWNER and governor is not None
        )


@each
def test_links_in_its_html_are_walked(resource: Resource) -> None:
    """Whatever holds HTML has its links rewritten on the way out and in, and named as links."""
    for record in records(resource):
        for name in HTML & record.fields.keys():
            here = {**copy.deepcopy(record.fields), name: '<a href="https://there.example/products/shirt">x</a>'}
            portable = resource.rewrite(here, lambda text: THERE.portable(text) if text.startswith("http") else text)
            assert portable[name] == '<a href="shopsync:https://store/products/shirt">x</a>'
            places = list(resource.places(record.key, portable, None))
            assert [place.path for place in places if place.link] == [name]
            ask = next(resource.write([Job(resource.name, record.key, portable)], _Everywhere()))
            sent = dumps(dict(ask.variables)).decode()
            assert "there.example/products/shirt" in sent or ask.document.lstrip().startswith("query")


HTML = frozenset({"body", "bodyHtml", "descriptionHtml", "summary", "summaryHtml"})


@each
def test_a_lost_reference_is_taken_out_and_nothing_else(resource: Resource) -> None:
    for record in records(resource):
        for target in {
            p.target for p in resource.places(record.key, record.fields, None) if p.path != OWNER and not p.link
        }:
            left = resource.rewrite(record.fields, lambda text, gone=str(target): None if text == gone else text)  # type: ignore[misc]
            assert str(target) not in dumps(left).decode()
            resource.normalise(left)
            refusal = resource.refuse(Job(resource.name, record.key, left))
            assert refusal is None or refusal.reason == Reason.MISSING_REQUIRED


@each
def test_a_record_equals_itself_however_shopify_writes_it(resource: Resource) -> None:
    for record in records(resource):
        normal = resource.normalise(copy.deepcopy(record.fields))
        assert resource.normalise(copy.deepcopy(normal)) == normal, "normalising twice changes nothing more"
        assert resource.changes(record.fields, record.fields) == []
        assert resource.changes(normal, record.fields) == resource.changes(record.fields, normal) == []
        assert resource.concede(record.fields, record.fields) is None


@each
def test_what_lives_inside_leads_back_to_its_record(resource: Resource) -> None:
    for record in records(resource):
        inside = list(resource.embedded(record.key, record.fields))
        assert bool(inside) == bool(resource.embeds)
        assert all(target.resource in resource.embeds for target in inside)
        assert {resource.embedding(target.key) for target in inside} <= {record.key}


@each
def test_a_record_is_written_in_terms_of_the_target(resource: Resource) -> None:
    """The first request of a creation is JSON, is a mutation or a look-up, and holds no portable form."""
    for record in records(resource):
        ask = next(resource.write([Job(resource.name, record.key, record.fields)], _Everywhere()))
        assert b"shopsync:" not in dumps(dict(ask.variables))


@each
def test_hostile_records_are_refused_or_harmless(resource: Resource) -> None:
    broken: list[str] = []
    for record in records(resource):
        for place, spoilt in _spoilt(record.fields):
            try:
                sentence = resource.validate(record.key, spoilt)
                if sentence is None:
                    _exercise(resource, record, spoilt)
                else:
                    assert "\n" not in sentence and len(sentence) < 400
            except Exception as fault:
                broken.append(f"{' / '.join(record.key)}: {place}: {fault!r}")
        for key in ((), ("",), ("a",) * 9, ("\x00",), (*record.key, "more"), record.key[:-1]):
            assert isinstance(resource.validate(key, record.fields), str | None)
    assert not broken, "\n".join(broken[:20])


def _exercise(resource: Resource, record: Record, fields: Fields) -> None:
    """Whatever the engine does with an accepted record before Shopify judges it."""
    governor = resource.governed_by(record.key)
    list(resource.places(record.key, fields, _fields_of(governor) if governor is not None else None))
    resource.rewrite(fields, lambda text: text)
    resource.rewrite(fields, lambda text: None)
    resource.normalise(fields)
    resource.changes(record.fields, fields)
    resource.concede(record.fields, fields)
    list(resource.embedded(record.key, fields))
    job = Job(resource.name, record.key, fields)
    if resource.refuse(job) is None:
        dumps(dict(next(resource.write([job], _Everywhere())).variables))


_TEXTS = ("1e999999999", "", "x", "[", "[1]", "{", '{"a":[]}', "gid://shopify/Product/1")
JUNK: tuple[Any, ...] = (None, True, 0, -1.5, 10**400, *_TEXTS, [], [None], [[]], [{}], {})


def _spoilt(fields: Fields) -> Iterator[tuple[str, Fields]]:
    """Copies of a record with one value replaced, removed or added, at every place."""
    for path in _paths(fields):
        for junk in JUNK:
            spoilt = copy.deepcopy(fields)
            holder = _holder(spoilt, path)
            if holder[path[-1]] != junk or type(holder[path[-1]]) is not type(junk):
                holder[path[-1]] = copy.deepcopy(junk)
                yield f"{path} = {junk!r}", spoilt
        spoilt = copy.deepcopy(fields)
        del _holder(spoilt, path)[path[-1]]
        yield f"without {path}", spoilt


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in children:
        yield (*path, name)
        yield from _paths(child, (*path, name))


def _holder(value: Any, path: tuple[Any, ...]) -> Any:
    for name in path[:-1]:
        value = value[name]
    return value


def _numbering() -> tuple[Callable[[str], str], Callable[[str], str]]:
    """A shop that numbers what it is shown, and the way back."""
    gids: dict[str, str] = {}

    def there(text: str) -> str:
        target = parse(text)
        if target is None:
            return THERE.local(text)
        kind = "ProductVariant" if target.resource == "variants" else "Thing"
        return gids.setdefault(text, f"gid://shopify/{kind}/{len(gids) + 1}")

    return there, lambda text: next((form for form, gid in gids.items() if gid == text), THERE.portable(text))


def _noting(found: set[Target]) -> Callable[[str], str]:
    def note(text: str) -> str:
        target = parse(text)
        if target is not None:
            found.add(target)
        return text

    return note


def _fields_of(target: Target) -> Fields | None:
    found = {record.key: record.fields for record in records(RESOURCES[target.resource])}
    return found.get(target.key)


class _Everywhere(Ids):
    """A target store that has everything."""

    def gid(self, target: Target) -> str:
        return f"gid://shopify/Thing/{abs(hash(target)) % 1000}"

    def local(self, link: str) -> str:
        return THERE.local(link)
