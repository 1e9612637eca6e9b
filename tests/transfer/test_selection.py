"""What is chosen arrives, and nothing else; with closure it arrives whole."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builder import Builder
from tests.support import Sandbox, archive_of, export, import_, total
from tests.transfer.test_discounts import CUSTOMER, code
from tests.transfer.test_linked_options import defined, lamp, put
from transfer.product_search import MAX_LENGTH, SelectionError, parse
from transfer.references import Target
from transfer.registry import RESOURCES, order
from transfer.resource import Selection
from transfer.selection import SEO, check, options_of, record_named, selection_of

PRODUCT: dict[str, Any] = {
    "title": "Blue Shirt",
    "vendor": "Atelier Nord",
    "productType": "Shirt",
    "status": "ACTIVE",
    "tags": ["summer", "Late"],
    "variants": [{"sku": "S-1", "barcode": None}, {"sku": "S-2", "barcode": "400"}],
}


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("tag:summer", True),
        ("tag:SUMMER status:active", True),
        ("tag:sum", False),
        ("tag:sum*", True),
        ('vendor:"Atelier Nord"', True),
        ("vendor:Nord", False),
        ("-vendor:'Atelier Nord'", False),
        ("tag:winter OR sku:S-2", True),
        ("tag:winter OR (tag:summer AND NOT status:active)", False),
        ("title:shirt", True),
        ("title:irt", False),
        ("handle:blue-shirt barcode:4*", True),
        ("product_type:shirt -tag:late", False),
        ("anything", True),
        ("summer:x", None),
        ("status:gone", None),
        ("tag:", None),
        ("tag:a OR", None),
        ("(tag:a", None),
        ("tag:a)", None),
        ("NOT", None),
        ("-word", None),
        ("tag:a AND AND tag:b", None),
        ("tag:'a", None),
        ("tag:a\\ b", None),
        ("updated_at:>'2020-01-01'", None),
        ("id:>1", None),
        ("(" * 30 + "tag:a" + ")" * 30, None),
        ("x" * (MAX_LENGTH + 1), None),
        ("", None),
    ],
)
def test_a_filter_is_understood_or_refused(text: str, taken: bool | None) -> None:
    if taken is None:
        with pytest.raises(SelectionError) as refusal:
            parse(text)
        assert str(refusal.value).count("\n") == 0
    else:
        assert parse(text).takes(("blue-shirt",), PRODUCT) is taken


@given(st.text(st.sampled_from("tag:summervendorORANDNOT ()-'\"*\\x"), max_size=40))
def test_hostile_filters_are_understood_or_refused(text: str) -> None:
    try:
        found = parse(text)
    except SelectionError:
        return
    found.takes(("blue-shirt",), PRODUCT)
    found.narrowed({})


def test_shopify_is_asked_for_nothing_too_narrow() -> None:
    assert parse("tag:a -vendor:b").narrowed({}) == "tag:'a'"
    assert parse("tag:a OR -tag:b").narrowed({}) is None
    assert parse("(tag:a OR tag:b) title:'c d*'").narrowed({}) == "(tag:'a' OR tag:'b')"
    assert parse("-tag:a").narrowed({}) is None
    both = parse("collection:Sale OR collection:gone")
    assert both.narrowed({"sale": "7"}) == "(collection_id:7 OR collection_id:0)"


def test_a_selection_survives_its_way_through_a_row() -> None:
    chosen = Selection(
        frozenset({"products"}),
        frozenset({"look"}),
        frozenset({"custom"}),
        frozenset({"PRODUCT"}),
        "tag:a",
        frozenset({Target("metaobjects", ("designer", "a/b"))}),
        closure=True,
    )
    assert selection_of(json.loads(json.dumps(options_of(chosen)))) == chosen


@pytest.mark.parametrize(
    "text",
    ["", "products", "products/", "nothing/x", "product_metafields/a/b/c", "metaobjects/a", "menus/a/b", "menus/A B"],
)
def test_what_names_no_record_is_refused(text: str) -> None:
    with pytest.raises(SelectionError):
        record_named(text)


def test_a_path_is_picked_as_it_is_typed() -> None:
    for text in ("url_redirects//old/page", "url_redirects/%2Fold%2Fpage"):
        assert record_named(text) == Target("url_redirects", ("/old/page",))


def test_what_only_tells_of_another_record_names_one_that_can_be_picked() -> None:
    with pytest.raises(SelectionError, match="choose the record that they belong to, as in products/blue-shirt"):
        record_named("variant_metafields/a/Size/M/b/c")


def test_what_there_is_not_cannot_be_chosen() -> None:
    for wrong in (
        Selection(resources=frozenset({"orders"})),
        Selection(owner_types=frozenset({"DOG"})),
        Selection(namespaces=frozenset({"a b"})),
        Selection(records=frozenset({Target("product_metafields", ("a", "b", "c"))})),
    ):
        with pytest.raises(SelectionError):
            check(wrong)


# -- stores ------------------------------------------------------------------------------------------------------


def _contents(archive: bytes) -> tuple[dict[str, Any], dict[Target, dict[str, Any]]]:
    found: dict[Target, dict[str, Any]] = {}
    with zipfile.ZipFile(BytesIO(archive)) as opened:
        manifest = json.loads(opened.read("manifest.json"))
        for member in manifest["members"]:
            for line in opened.read(member["name"]).splitlines():
                data = json.loads(line)
                found[Target(member["resource"], tuple(data["key"]))] = data["fields"]
    return manifest, found


def test_a_product_picked_alone_arrives_whole_in_an_empty_store(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("boutique", products=24), sandbox.shop()
    handle = sandbox.graphql(source, FIRST)["products"]["nodes"][1]["handle"]
    archive = archive_of(sandbox, source, tmp_path, records=[["products", [handle]]], closure=True)
    manifest, found = _contents(archive)
    assert manifest["whole"] == []
    assert manifest["selection"]["records"] == [["products", [handle]]]
    kinds = {target.resource for target in found}
    assert {"products", "metaobjects", "metaobject_definitions", "metafield_definitions"} < kinds
    assert {key.key[0] for key in found if key.resource == "product_metafields"} == {handle}, "others are shells"
    assert {key.key[0] for key in found if key.resource == "variant_metafields"} == {handle}
    definitions = {key.key for key in found if key.resource == "metafield_definitions"}
    assert {("PRODUCT", "custom", "designer"), ("PRODUCTVARIANT", "custom", "fit")} <= definitions
    assert _open(found) == set()
    desk, _ = import_(sandbox, target, archive, tmp_path)
    channels = sum(key.resource == "sales_channels" for key in found)  # which every store has
    assert total(desk, "outcome:created") + channels == total(desk, "verified") == len(found)
    assert total(desk, "lost") == _broken(found)
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0


FIRST = "query First { products(first: 12) { nodes { handle } } }"


def _open(found: dict[Target, dict[str, Any]]) -> set[Target]:
    """References of an archive that lead out of it."""
    return {place.target for key, fields in found.items() for place in _places(key, fields) if not place.link} - _named(
        found
    )


def _broken(found: dict[Target, dict[str, Any]]) -> int:
    """How many records have links that lead nowhere in the source store either."""
    return sum(
        any(place.link and place.target not in _named(found) for place in _places(key, fields))
        for key, fields in found.items()
    )


def _places(key: Target, fields: dict[str, Any]) -> list[Any]:
    return [
        place
        for place in RESOURCES[key.resource].places(key.key, fields, None)
        if place.target.resource in {*RESOURCES, "variants"}
    ]


def _named(found: dict[Target, dict[str, Any]]) -> set[Target]:
    inside = {one for key, fields in found.items() for one in RESOURCES[key.resource].embedded(key.key, fields)}
    return set(found) | inside


def test_without_closure_what_will_dangle_is_listed(sandbox: Sandbox, tmp_path: Path) -> None:
    source = sandbox.shop("boutique", products=12)
    handle = sandbox.graphql(source, FIRST)["products"]["nodes"][1]["handle"]
    manifest, found = _contents(archive_of(sandbox, source, tmp_path, records=[["products", [handle]]]))
    assert {key.resource for key in found} == {
        "products",
        "product_metafields",
        "variant_metafields",
        "product_publications",
    }
    assert manifest["outside"]["metaobjects"]["count"] > 0
    assert any(text.startswith("designer/") for text in manifest["outside"]["metaobjects"]["examples"])


def test_the_definition_of_a_linked_option_is_listed_where_it_stays_behind(sandbox: Sandbox, tmp_path: Path) -> None:
    """Without it the option is plain in the other store."""
    shop = sandbox.shop()
    put(sandbox, shop, lamp(defined(sandbox, shop, "red")))
    manifest, _ = _contents(archive_of(sandbox, shop, tmp_path, resources=["products", "metaobjects"]))
    assert manifest["outside"]["metafield_definitions"] == {"count": 1, "examples": ["PRODUCT/custom/colour"]}
    manifest, _ = _contents(archive_of(sandbox, shop, tmp_path))
    assert manifest["outside"] == {}


@pytest.mark.parametrize("chosen", [{}, {"resources": ["discounts"]}])
def test_customers_of_a_discount_who_stay_behind_are_counted_and_not_named(
    sandbox: Sandbox, tmp_path: Path, chosen: dict[str, Any]
) -> None:
    shop = sandbox.shop()
    anna = sandbox.graphql(shop, CUSTOMER, input={"email": "anna@example.com"})["customerSet"]["customer"]["id"]
    code(sandbox, shop, "ANNA", context={"customers": {"add": [anna]}})
    manifest, _ = _contents(archive_of(sandbox, shop, tmp_path, **chosen))
    assert manifest["outside"] == {"customers": {"count": 1, "examples": []}}


def test_a_single_record_of_every_kind_that_stands_alone_can_be_picked(sandbox: Sandbox, tmp_path: Path) -> None:
    source = sandbox.shop("boutique", products=12)
    optional = [name for name, resource in RESOURCES.items() if resource.optional]
    _, everything = _contents(archive_of(sandbox, source, tmp_path, also=optional))
    kinds = {name for name, resource in RESOURCES.items() if resource.stands_alone}
    assert {"products", "menus", "url_redirects", "locales", "shop_metafields", "metafield_pins", "companies"} < kinds
    for name in sorted(kinds):
        picked = next(one for one in sorted(everything) if one.resource == name)
        _, alone = _contents(archive_of(sandbox, source, tmp_path, records=[[name, list(picked.key)]]))
        assert alone[picked] == everything[picked]
        assert {one for one in alone if one.resource == name} == {picked}


@pytest.mark.parametrize("name", ["menus", "url_redirects", "locales", "shop_metafields", "metafield_pins"])
def test_what_nothing_refers_to_arrives_whole_when_it_is_picked_alone(
    name: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    source, target = sandbox.shop("boutique", products=12), sandbox.shop()
    _, everything = _contents(archive_of(sandbox, source, tmp_path, resources=[name]))
    picked = max(everything, key=lambda one: len(json.dumps(everything[one])))
    archive = archive_of(sandbox, source, tmp_path, records=[[name, list(picked.key)]], closure=True)
    _, found = _contents(archive)
    assert _open(found) == set() and picked in found
    assert name in ("url_redirects", "locales") or len(found) > 1, "what it needs comes with it"
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert total(desk, "outcome:failed") == 0
    assert desk.ledger.get(name, [picked.key])[picked.key].verified
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0


def test_a_record_that_is_not_there_is_named(sandbox: Sandbox, tmp_path: Path) -> None:
    source = sandbox.shop("plain")
    manifest, found = _contents(archive_of(sandbox, source, tmp_path, records=[["products", ["nowhere"]]]))
    assert found == {}
    assert manifest["notCarried"]["products"]["the store has no such record"]["examples"] == ["nowhere"]


def test_products_by_filter_bring_their_values_and_no_others(sandbox: Sandbox, tmp_path: Path) -> None:
    source = sandbox.shop("boutique", products=30)
    query = 'vendor:"Atelier Nord" -tag:lot-0'
    _, found = _contents(archive_of(sandbox, source, tmp_path, products=query))
    products = {key.key[0]: fields for key, fields in found.items() if key.resource == "products"}
    assert 0 < len(products) < 30
    assert all(f["vendor"] == "Atelier Nord" and "lot-0" not in f["tags"] for f in products.values())
    assert {key.key[0] for key in found if key.resource == "product_metafields"} == set(products)
    assert any(key.resource == "variant_metafields" for key in found)
    assert any(key.resource == "metaobjects" for key in found), "other kinds are not narrowed"


def test_products_by_collection_are_judged_by_the_store(sandbox: Sandbox, tmp_path: Path) -> None:
    source = sandbox.shop("boutique", products=30)
    asked = "{ collections(first: 50) { nodes { handle products(first: 50) { nodes { handle tags } } } } }"
    inside = {
        node["handle"]: {one["handle"]: one["tags"] for one in node["products"]["nodes"]}
        for node in sandbox.graphql(source, asked)["collections"]["nodes"]
    }
    one, other = sorted((h for h in inside if 1 < len(inside[h]) < 25), key=lambda h: (len(inside[h]), h))[:2]

    def found(query: str) -> tuple[set[str], dict[str, object]]:
        manifest, records = _contents(
            archive_of(sandbox, source, tmp_path, products=query, resources=["products", "product_metafields"])
        )
        return {key.key[0] for key in records if key.resource == "products"}, manifest["notCarried"]

    assert found(f"collection:{one}")[0] == set(inside[one])
    assert found(f"collection:{one.upper()} OR collection:{other}")[0] == set(inside[one]) | set(inside[other])
    tag = sorted({tag for tags in inside[other].values() for tag in tags})[0]
    left = {handle for handle, tags in inside[other].items() if tag not in tags} - set(inside[one])
    assert found(f'collection:{other} -tag:"{tag}" -collection:{one}')[0] == left
    none, noted = found("collection:nowhere")
    assert none == set()
    assert "collection:nowhere" in str(noted["products"])


def test_types_namespaces_and_owner_types_narrow_what_is_read(sandbox: Sandbox, tmp_path: Path) -> None:
    source = sandbox.shop("boutique", products=6)
    _, found = _contents(
        archive_of(
            sandbox, source, tmp_path, metaobject_types=["material"], namespaces=["custom"], owner_types=["PRODUCT"]
        )
    )
    assert {key.key[0] for key in found if key.resource == "metaobjects"} == {"material"}
    values = [key for key in found if key.resource.endswith("_metafields") and key.key[-2:] not in SEO]
    assert {key.resource for key in values} == {"product_metafields"}
    assert {key.key[-2] for key in values} == {"custom"}
    assert {key.key[:2] for key in found if key.resource == "metafield_definitions"} == {("PRODUCT", "custom")}


def test_a_mirror_deletes_nothing_of_what_was_not_chosen_wholly(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("plain", products=2), sandbox.shop("plain", products=4)
    archive = archive_of(sandbox, source, tmp_path, records=[["products", ["shirt-0"]]], closure=True)
    desk, _ = import_(sandbox, target, archive, tmp_path, policy="mirror")
    assert total(desk, "outcome:deleted") == total(desk, "verdict:extra") == 0
    assert sandbox.stats(target)["objects"]["Product"] == 4


def test_closure_reads_no_more_than_it_must(sandbox: Sandbox, tmp_path: Path) -> None:
    source = sandbox.shop("plain", products=200)
    desk, _ = export(sandbox, source, tmp_path, records=[["products", ["shirt-7"]]], closure=True)
    # Less than one for each kind there is, though the end asks of each kind that was met whether it is still there.
    assert desk.client.pacer.spending.requests < len(order())


def test_outages_on_the_way_lose_nothing_of_a_closure(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transfer.follow.WINDOW", 3)
    source = sandbox.shop("boutique", products=9)
    handle = sandbox.graphql(source, FIRST)["products"]["nodes"][1]["handle"]
    chosen: dict[str, Any] = {"records": [["products", [handle]]], "closure": True}
    calm = archive_of(sandbox, source, tmp_path, **chosen)
    sandbox.faults({"kind": "reset", "shop": source, "after": 12, "times": 5})
    assert archive_of(sandbox, source, tmp_path, **chosen) == calm


@pytest.mark.parametrize("chosen", [{"namespaces": ["custom"]}, {"owner_types": ["PAGE", "BLOG"]}])
def test_translations_of_values_that_were_not_chosen_are_not_chosen(
    sandbox: Sandbox, tmp_path: Path, chosen: dict[str, list[str]]
) -> None:
    shop = sandbox.shop("boutique", products=8)
    _, found = _contents(archive_of(sandbox, shop, tmp_path, **chosen))
    values = [name for name, resource in RESOURCES.items() if resource.owner_types]
    translated = [target for target in found if target.resource == "translations" and target.key[0] in values]
    assert all(Target(one.key[0], one.key[1:-1]) in found for one in translated)
    if "namespaces" in chosen:
        assert translated


def _page(shop: Builder, title: str) -> None:
    """With SEO, and a metafield beside it."""
    made = shop.ask(
        "mutation P($page: PageCreateInput!) { pageCreate(page: $page) { page { id } userErrors { message } } }",
        page={"title": title},
    )
    page = made["pageCreate"]["page"]["id"]
    for key in ("title_tag", "description_tag"):
        shop.metafield(page, f"global.{key}", "single_line_text_field", "Found")
    shop.metafield(page, "other.note", "single_line_text_field", "hidden")


@pytest.mark.parametrize("chosen", [{"namespaces": ["custom"]}, {"owner_types": ["PRODUCT"]}, {"resources": ["pages"]}])
def test_the_seo_of_a_page_comes_with_it_whatever_metafields_are_chosen(
    sandbox: Sandbox, tmp_path: Path, chosen: dict[str, Any]
) -> None:
    """It travels as metafields of the page, which nobody sees as such."""
    shop = Builder(sandbox)
    _page(shop, "About")
    manifest, found = _contents(archive_of(sandbox, shop.shop, tmp_path, **chosen))
    assert {target.key[1:] for target in found if target.resource == "page_metafields"} == SEO
    assert ("page_metafields" in manifest["notChosen"]) == ("resources" in chosen), "its other values were not chosen"
    assert "page_metafields" not in manifest["whole"]


@pytest.mark.parametrize("resources", [["menus"], ["menus", "pages"], []])
def test_the_seo_of_a_single_page_comes_with_it_beside_other_kinds(
    sandbox: Sandbox, tmp_path: Path, resources: list[str]
) -> None:
    shop = Builder(sandbox)
    for title in ("About", "Contact"):
        _page(shop, title)
    chosen = {"resources": resources, "records": [["pages", ["about"]]]}
    manifest, found = _contents(archive_of(sandbox, shop.shop, tmp_path, **chosen))
    pages = {"about", "contact"} if "pages" in resources else {"about"}
    own = {("other", "note")} if not resources else set()
    assert {target.key for target in found if target.resource == "page_metafields"} == {
        (page, *key) for page in pages for key in SEO | own
    }
    assert "page_metafields" in manifest["notChosen"] or not resources
    assert "page_metafields" not in manifest["whole"]


WORDS = """query W($id: ID!) {
  translatableResource(resourceId: $id) { translatableContent { key digest } translations(locale: "de") { value } } }"""
SAY = """mutation S($id: ID!, $said: [TranslationInput!]!) {
  translationsRegister(resourceId: $id, translations: $said) { userErrors { message } } }"""


def _translate(shop: Builder, gid: str, key: str, text: str) -> None:
    content = shop.ask(WORDS, id=gid)["translatableResource"]["translatableContent"]
    digest = next(item["digest"] for item in content if item["key"] == key)
    said = {"key": key, "locale": "de", "value": text, "translatableContentDigest": digest}
    assert shop.ask(SAY, id=gid, said=[said])["translationsRegister"]["userErrors"] == []


def test_what_a_closure_brings_comes_in_all_languages_and_with_its_seo(sandbox: Sandbox, tmp_path: Path) -> None:
    """The values of a linked option are called what their entries are called."""
    source, target = Builder(sandbox), Builder(sandbox)
    source.ask('mutation L { shopLocaleEnable(locale: "de") { userErrors { message } } }')
    field = {"key": "label", "type": "single_line_text_field", "required": True}
    colours = source.define("colour", field, translatable=True)
    of_colours = [{"name": "metaobject_definition_id", "value": colours}]
    source.define_metafield("custom.colour", "list.metaobject_reference", validations=of_colours)
    red, blue = (source.entry("colour", name, label=name) for name in ("red", "blue"))
    link = {"namespace": "custom", "key": "colour", "values": [red, blue]}
    variants = [
        {"optionValues": [{"optionName": "Colour", "linkedMetafieldValue": gid}], "price": "10"} for gid in (red, blue)
    ]
    options = [{"name": "Colour", "linkedMetafield": link}]
    given = {"title": "Lamp", "handle": "lamp", "productOptions": options, "variants": variants}
    product = put(sandbox, source.shop, given)
    _page(source, "About")
    (about,) = source.ask("{ pages(first: 9) { nodes { id } } }")["pages"]["nodes"]
    source.metafield(product, "custom.page", "page_reference", about["id"])
    _translate(source, product, "title", "Lampe")
    _translate(source, red, "label", "Rot")
    _translate(source, about["id"], "title", "Über uns")
    archive = archive_of(sandbox, source.shop, tmp_path, records=[["products", ["lamp"]]], closure=True)
    _, found = _contents(archive)
    said = {target.key[:2] for target in found if target.resource == "translations"}
    assert said == {("products", "lamp"), ("metaobjects", "colour"), ("pages", "about")}
    assert {target.key[1:] for target in found if target.resource == "page_metafields"} == SEO
    import_(sandbox, target.shop, archive, tmp_path)
    (entry,) = (node for node in target.ask(ENTRIES)["metaobjects"]["nodes"] if node["handle"] == "red")
    read = target.ask(WORDS, id=entry["id"])["translatableResource"]["translations"]
    assert read == [{"value": "Rot"}]
    again, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert again.client.writes == 0


ENTRIES = '{ metaobjects(type: "colour", first: 9) { nodes { id handle } } }'
