"""Products, their options and their variants, in each mutation's own words."""

from __future__ import annotations

from typing import Any

import pytest

from .core import SET_PRODUCT, Core, chosen, shaped

UPDATE = """mutation U($product: ProductUpdateInput!) { productUpdate(product: $product) {
  product { id title handle tags } userErrors { field message } } }"""
CREATE = """mutation C($product: ProductCreateInput!) { productCreate(product: $product) {
  product { id handle } userErrors { field message } } }"""
SHAPE = """query S($id: ID!) { product(id: $id) {
  options { name values } variants(first: 250) { nodes { id title price sku } } } }"""
ADD = """mutation A($id: ID!, $variants: [ProductVariantsBulkInput!]!, $strategy: ProductVariantsBulkCreateStrategy) {
  productVariantsBulkCreate(productId: $id, variants: $variants, strategy: $strategy) {
    product { id } productVariants { id } userErrors { field message code } } }"""
CHANGE = """mutation C($id: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkUpdate(productId: $id, variants: $variants) { userErrors { field message code } } }"""
DROP = """mutation D($id: ID!, $ids: [ID!]!) {
  productVariantsBulkDelete(productId: $id, variantsIds: $ids) { userErrors { field message code } } }"""
MOVE = """mutation M($id: ID!, $positions: [ProductVariantPositionInput!]!) {
  productVariantsBulkReorder(productId: $id, positions: $positions) { userErrors { field message code } } }"""
ADD_OPTIONS = """mutation O($id: ID!, $options: [OptionCreateInput!]!, $strategy: ProductOptionCreateVariantStrategy) {
  productOptionsCreate(productId: $id, options: $options, variantStrategy: $strategy) {
    userErrors { field message code } } }"""
CHANGE_OPTION = """mutation O(
  $id: ID!, $option: OptionUpdateInput!, $add: [OptionValueCreateInput!], $rename: [OptionValueUpdateInput!],
  $delete: [ID!], $strategy: ProductOptionUpdateVariantStrategy
) { productOptionUpdate(
  productId: $id, option: $option, optionValuesToAdd: $add, optionValuesToUpdate: $rename,
  optionValuesToDelete: $delete, variantStrategy: $strategy) { userErrors { field message code } } }"""
DROP_OPTIONS = """mutation O($id: ID!, $options: [ID!]!, $strategy: ProductOptionDeleteStrategy) {
  productOptionsDelete(productId: $id, options: $options, strategy: $strategy) {
    deletedOptionsIds userErrors { field message code } } }"""
REORDER = """mutation O($id: ID!, $options: [OptionReorderInput!]!) {
  productOptionsReorder(productId: $id, options: $options) { userErrors { field message code } } }"""
TWO = {"Color": ["Red", "Blue"], "Size": ["S", "M"]}


class Product:
    """One product with colors and sizes, and what it looks like now."""

    def __init__(self) -> None:
        self.core = Core()
        variants = [{"Color": c, "Size": s} for c, s in (("Red", "S"), ("Blue", "S"), ("Red", "M"))]
        self.id = self.core.product("shirt", **shaped(TWO, *variants))

    def refused(self, query: str, /, **variables: Any) -> Any:
        return self.core.refused(query, id=self.id, **variables)

    @property
    def shape(self) -> tuple[list[tuple[str, list[str]]], list[str]]:
        data = self.core.data(SHAPE, id=self.id)["product"]
        options = [(option["name"], option["values"]) for option in data["options"]]
        return options, [node["title"] for node in data["variants"]["nodes"]]

    @property
    def variants(self) -> list[str]:
        node = self.core.shop.nodes[self.id]
        return list(node["_variants"])

    def option(self, name: str) -> dict[str, Any]:
        options = self.core.shop.nodes[self.id]["_options"]
        return next(option for option in options if option["name"] == name)


@pytest.fixture
def shirt() -> Product:
    return Product()


# -- productSet, productCreate, productUpdate ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "given,error",
    [
        ({}, (("input", "title"), "INVALID_INPUT")),
        ({"title": " "}, (("input", "title"), "INVALID_INPUT")),
        ({"title": "x", "vendor": "x" * 256}, (("input",), "INVALID_INPUT")),
        ({"title": "x", "tags": ["x" * 256]}, (("input", "tags"), "INVALID_INPUT")),
        ({"title": "x", "handle": "shirt"}, (("input", "handle"), "HANDLE_NOT_UNIQUE")),
        ({"title": "x", "id": "gid://shopify/Product/1"}, (("input", "id"), "PRODUCT_DOES_NOT_EXIST")),
        ({"title": "x", "variants": []}, (("input", "productOptions"), "PRODUCT_OPTIONS_INPUT_MISSING")),
        ({"title": "x", "productOptions": []}, (("input", "variants"), "VARIANTS_INPUT_MISSING")),
        ({"title": "x", **shaped({"A / B": ["x"]}, {"A / B": "x"})}, (None, "INVALID_INPUT")),
        ({"title": "x", **shaped({"A": []}, {"A": "x"})}, (None, "OPTION_VALUES_MISSING")),
        ({"title": "x", **shaped({"A": ["x", "x"]}, {"A": "x"})}, (None, "DUPLICATED_OPTION_VALUE")),
        ({"title": "x", **shaped({"A": ["x"]}, {})}, (None, "INVALID_VARIANT")),
        ({"title": "x", **shaped({"A": ["x"]}, {"A": "x"}, {"A": "x"})}, (None, "INVALID_VARIANT")),
        ({"title": "x", **shaped({"A": ["x"]}, {"A": "y"})}, (None, "OPTION_VALUE_DOES_NOT_EXIST")),
        ({"title": "x", **shaped({"A": ["x"]}, {"A": "x", "B": "y"})}, (None, "OPTION_DOES_NOT_EXIST")),
        (
            {"title": "x", **shaped({n: ["x"] for n in "ABCD"}, dict.fromkeys("ABCD", "x"))},
            (None, "OPTIONS_OVER_LIMIT"),
        ),
        ({"title": "x", **shaped({"A": [str(n) for n in range(101)]}, {"A": "1"})}, (None, "OPTION_VALUES_OVER_LIMIT")),
    ],
)
def test_a_bad_product_is_refused(shirt: Product, given: dict[str, Any], error: Any) -> None:
    ((field, code),) = shirt.core.refused(SET_PRODUCT, input=given)
    assert code == error[1]
    assert error[0] in (None, field)
    assert len(shirt.core.shop.order["Product"]) == 1


def test_lists_that_product_set_gives_replace_and_those_it_leaves_out_stay(shirt: Product) -> None:
    kept = shirt.variants[1]
    shirt.core.data(SET_PRODUCT, identifier={"handle": "shirt"}, input={"title": "New"})
    assert len(shirt.variants) == 3
    shirt.core.data(SET_PRODUCT, identifier={"handle": "shirt"}, input=shaped(TWO, {"Color": "Blue", "Size": "S"}))
    assert shirt.variants == [kept]
    assert shirt.shape == ([("Color", ["Blue"]), ("Size", ["S"])], ["Blue / S"])


def test_an_identifier_by_handle_creates_under_that_handle() -> None:
    core = Core()
    made = core.data(SET_PRODUCT, identifier={"handle": "my-shirt"}, input={"title": "Other"})["productSet"]["product"]
    assert made["handle"] == "my-shirt"
    mismatch = {"title": "Other", "handle": "else"}
    assert core.refused(SET_PRODUCT, identifier={"handle": "my-shirt"}, input=mismatch) == [
        (("input", "handle"), "INPUT_MISMATCH")
    ]


def test_a_handle_from_the_title_gets_a_number_and_an_explicit_one_an_error() -> None:
    core = Core()
    handles = [core.data(CREATE, product={"title": "Blue Shirt!"})["productCreate"]["product"]["handle"] for _ in "ab"]
    assert handles == ["blue-shirt", "blue-shirt-1"]
    taken = core.data(CREATE, product={"title": "x", "handle": "blue-shirt"})["productCreate"]
    assert taken["userErrors"][0]["field"] == ["input", "handle"]
    dots = core.data(CREATE, product={"title": "Dots", "handle": "..."})["productCreate"]["product"]["handle"]
    assert dots == "product"


def test_bare_names_stand_in_the_errors_of_create_and_update(shirt: Product) -> None:
    core = shirt.core
    assert core.refused(CREATE, product={"title": ""}) == [(("title",), None)]
    assert core.refused(CREATE, product={"title": "x", "vendor": "x" * 256}) == [(("vendor",), None)]
    refused = core.data(UPDATE, product={"id": shirt.id, "title": ""})["productUpdate"]
    assert refused["userErrors"][0]["field"] == ["title"]
    assert refused["product"]["title"] == "Shirt"  # a refused update still answers with the product


def test_tags_are_trimmed_sorted_and_each_once_whatever_its_case(shirt: Product) -> None:
    data = shirt.core.data(UPDATE, product={"id": shirt.id, "tags": ["b", " A ", "B", ""]})
    assert data["productUpdate"]["product"]["tags"] == ["A", "b"]


def test_an_unknown_category_is_a_top_level_error() -> None:
    body = Core().ask(SET_PRODUCT, input={"title": "x", "category": "gid://shopify/TaxonomyCategory/ZZ"})
    assert body["errors"][0]["extensions"]["code"] == "INVALID_PRODUCT_TAXONOMY_NODE_ID"
    assert body["data"] == {"productSet": None}


def test_a_large_product_can_be_set_on_the_side() -> None:
    core = Core()
    query = """mutation P($input: ProductSetInput!) { productSet(input: $input, synchronous: false) {
      product { id } productSetOperation { id status product { id } } userErrors { code } } }"""
    payload = core.data(query, input={"title": "Shirt"})["productSet"]
    assert payload["product"] is None
    assert payload["productSetOperation"]["status"] == "CREATED"
    poll = "query O($id: ID!) { productOperation(id: $id) { status product { handle } } }"
    operation = core.data(poll, id=payload["productSetOperation"]["id"])["productOperation"]
    assert operation == {"status": "COMPLETE", "product": {"handle": "shirt"}}


# -- variants ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values,field,code",
    [
        ({"Color": "Red", "Size": "S"}, ("variants", "0"), "VARIANT_ALREADY_EXISTS"),
        ({"Color": "Red"}, ("variants", "0"), "NEED_TO_ADD_OPTION_VALUES"),
        ({"Color": "Red", "Size": "S", "Cut": "x"}, ("variants", "0", "optionValues", "2"), "INVALID_INPUT"),
        ({"Color": "Red", "Size": "x" * 256}, ("variants", "0", "optionValues", "0"), "INVALID_INPUT"),
    ],
)
def test_a_bad_variant_is_not_created(shirt: Product, values: dict[str, str], field: Any, code: str) -> None:
    before = shirt.shape
    good = {"optionValues": chosen({"Color": "Blue", "Size": "L"})}
    assert shirt.refused(ADD, variants=[{"optionValues": chosen(values)}, good]) == [(field, code)]
    assert shirt.shape == before


def test_new_variants_come_last_and_bring_their_values(shirt: Product) -> None:
    assert shirt.refused(ADD, variants=[{"optionValues": chosen({"Color": "Green", "Size": "S"})}]) == []
    options, titles = shirt.shape
    assert options[0] == ("Color", ["Red", "Blue", "Green"])
    assert titles[-1] == "Green / S"


def test_an_option_has_a_hundred_values_however_they_come(shirt: Product) -> None:
    def sizes(first: int, last: int) -> list[dict[str, Any]]:
        return [{"optionValues": chosen({"Color": "Red", "Size": str(n)})} for n in range(first, last)]

    assert shirt.refused(ADD, variants=sizes(0, 98)) == [], "beside S and M"
    assert shirt.refused(ADD, variants=sizes(98, 99)) == [(("variants",), "INVALID_INPUT")]
    assert shirt.refused(ADD, variants=[{"optionValues": chosen({"Color": "Blue", "Size": "97"})}]) == []
    size = shirt.option("Size")
    more = {"option": {"id": size["id"]}, "add": [{"name": "98"}]}
    assert shirt.refused(CHANGE_OPTION, **more) == [(("optionValuesToAdd",), "OPTION_VALUES_OVER_LIMIT")]
    unused = next(value["id"] for value in size["values"] if value["name"] == "96")
    first, *_ = shirt.variants
    going = next(gid for gid in shirt.variants if ("Size", "96") in shirt.core.shop.nodes[gid]["_options"])
    assert shirt.refused(DROP, ids=[going]) == []
    assert shirt.refused(CHANGE_OPTION, **more, delete=[unused]) == []
    another = [{"id": first, "optionValues": chosen({"Size": "99"})}]
    assert shirt.refused(CHANGE, variants=another) == [(("variants",), "INVALID_INPUT")]


def test_the_variant_that_stands_for_none_makes_room_for_the_first() -> None:
    core = Core()
    product = core.product("plain")
    core.data(ADD, id=product, variants=[{"optionValues": chosen({"Title": "Large"})}])
    assert [node["title"] for node in core.data(SHAPE, id=product)["product"]["variants"]["nodes"]] == ["Large"]
    variants = [{"optionValues": chosen({"Title": "Small"})}]
    core.data(ADD, id=product, variants=variants, strategy="REMOVE_STANDALONE_VARIANT")
    assert [node["title"] for node in core.data(SHAPE, id=product)["product"]["variants"]["nodes"]] == ["Small"]


def test_variants_are_changed_together_or_not_at_all(shirt: Product) -> None:
    first, second, _ = shirt.variants
    bad = [{"id": first, "price": "5"}, {"id": second, "price": "-1"}]
    assert shirt.refused(CHANGE, variants=bad) == [(("variants", "1", "price"), "INVALID_INPUT")]
    assert shirt.refused(CHANGE, variants=[{"price": "5"}]) == [(("variants", "0", "id"), "PRODUCT_VARIANT_ID_MISSING")]
    other = "gid://shopify/ProductVariant/1"
    assert shirt.refused(CHANGE, variants=[{"id": other}]) == [
        (("variants", "0", "id"), "PRODUCT_VARIANT_DOES_NOT_EXIST")
    ]
    good = [{"id": first, "price": "5", "inventoryItem": {"sku": "A-1"}}]
    assert shirt.refused(CHANGE, variants=good) == []
    node = shirt.core.data(SHAPE, id=shirt.id)["product"]["variants"]["nodes"][0]
    assert (node["price"], node["sku"]) == ("5.00", "A-1")


def test_a_variant_can_choose_anew_what_no_other_has(shirt: Product) -> None:
    first = shirt.variants[0]
    taken = [{"id": first, "optionValues": chosen({"Color": "Blue"})}]
    assert shirt.refused(CHANGE, variants=taken) == [(("variants",), "VARIANT_ALREADY_EXISTS")]
    unknown = [{"id": first, "optionValues": chosen({"Cut": "x"})}]
    assert shirt.refused(CHANGE, variants=unknown) == [
        (("variants", "0", "optionValues", "0"), "OPTION_DOES_NOT_EXIST")
    ]
    assert shirt.refused(CHANGE, variants=[{"id": first, "optionValues": chosen({"Color": "Green"})}]) == []
    assert shirt.shape[1][0] == "Green / S"


def test_one_variant_stays(shirt: Product) -> None:
    assert shirt.refused(DROP, ids=["gid://shopify/ProductVariant/1"]) == [
        (("variantsIds", "0"), "AT_LEAST_ONE_VARIANT_DOES_NOT_BELONG_TO_THE_PRODUCT")
    ]
    assert shirt.refused(DROP, ids=shirt.variants) == [(("variantsIds",), "CANNOT_DELETE_LAST_VARIANT")]
    assert shirt.refused(DROP, ids=shirt.variants[:2]) == []
    assert shirt.shape[1] == ["Red / M"]


def test_variants_move_to_positions_that_begin_at_one(shirt: Product) -> None:
    last = shirt.variants[-1]
    assert shirt.refused(MOVE, positions=[{"id": last, "position": 0}]) == [
        (("positions", "0", "position"), "INVALID_POSITION")
    ]
    twice = [{"id": last, "position": 1}, {"id": last, "position": 2}]
    assert shirt.refused(MOVE, positions=twice) == [(("positions", "1", "id"), "DUPLICATED_VARIANT_ID")]
    assert shirt.refused(MOVE, positions=[{"id": last, "position": 1}]) == []
    assert shirt.variants[0] == last


# -- options -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options,field,code",
    [
        ([{"name": "Color", "values": [{"name": "x"}]}], ("options", "0"), "OPTION_ALREADY_EXISTS"),
        ([{"name": "Cut"}], ("options", "0"), "OPTION_VALUES_MISSING"),
        ([{"name": "A / B", "values": [{"name": "x"}]}], ("options", "0", "name"), "INVALID_NAME"),
        ([{"name": "x" * 256, "values": [{"name": "x"}]}], ("options", "0"), "OPTION_NAME_TOO_LONG"),
        ([{"name": n, "values": [{"name": "x"}]} for n in "AB"], ("options",), "OPTIONS_OVER_LIMIT"),
    ],
)
def test_a_bad_option_is_not_created(shirt: Product, options: list[dict[str, Any]], field: Any, code: str) -> None:
    assert shirt.refused(ADD_OPTIONS, options=options) == [(field, code)]
    assert len(shirt.shape[0]) == 2


@pytest.mark.parametrize("strategy,count", [(None, 3), ("LEAVE_AS_IS", 3), ("CREATE", 6)])
def test_a_new_option_gives_its_first_value_and_more_variants_only_if_asked(
    shirt: Product, strategy: str | None, count: int
) -> None:
    options = [{"name": "Cut", "values": [{"name": "Slim"}, {"name": "Wide"}]}]
    assert shirt.refused(ADD_OPTIONS, options=options, **({"strategy": strategy} if strategy else {})) == []
    titles = shirt.shape[1]
    assert titles[:3] == ["Red / S / Slim", "Blue / S / Slim", "Red / M / Slim"]
    assert len(titles) == count


def test_renaming_an_option_and_a_value_keeps_the_variants(shirt: Product) -> None:
    color = shirt.option("Color")
    before = shirt.variants
    rename = [{"id": color["values"][0]["id"], "name": "Rot"}]
    assert shirt.refused(CHANGE_OPTION, option={"id": color["id"], "name": "Farbe"}, rename=rename) == []
    assert shirt.shape[0][0] == ("Farbe", ["Rot", "Blue"])
    assert shirt.shape[1] == ["Rot / S", "Blue / S", "Rot / M"]
    assert shirt.variants == before


@pytest.mark.parametrize(
    "change,field,code",
    [
        ({"option": {"name": "Size"}}, ("option", "name"), "OPTION_ALREADY_EXISTS"),
        ({"option": {"name": "a / b"}}, ("option", "name"), "INVALID_NAME"),
        ({"option": {"position": 9}}, ("option", "position"), "INVALID_POSITION"),
        ({"add": [{"name": "Red"}]}, ("optionValuesToAdd",), "OPTION_VALUE_ALREADY_EXISTS"),
        ({"delete": [0]}, ("optionValuesToDelete",), "OPTION_VALUE_HAS_VARIANTS"),
        ({"delete": [0, 1]}, ("optionValuesToDelete",), "CANNOT_DELETE_ALL_OPTION_VALUES_IN_OPTION"),
        ({"rename": [(0, "Blue")]}, ("optionValuesToUpdate",), "OPTION_VALUE_ALREADY_EXISTS"),
    ],
)
def test_a_refused_change_of_an_option_leaves_all_as_it_was(
    shirt: Product, change: dict[str, Any], field: Any, code: str
) -> None:
    color = shirt.option("Color")
    gids = [value["id"] for value in color["values"]]
    given = {**change, "option": {"id": color["id"], "name": "Farbe", **change.get("option", {})}}
    given["delete"] = [gids[place] for place in change.get("delete", ())]
    given["rename"] = [{"id": gids[place], "name": name} for place, name in change.get("rename", ())]
    before = shirt.shape
    assert shirt.refused(CHANGE_OPTION, **given) == [(field, code)]
    assert shirt.shape == before


def test_managed_values_bring_and_take_their_variants(shirt: Product) -> None:
    color = shirt.option("Color")
    given = {"option": {"id": color["id"]}, "strategy": "MANAGE"}
    assert shirt.refused(CHANGE_OPTION, **given, add=[{"name": "Green"}]) == []
    assert sorted(shirt.shape[1][3:]) == ["Green / M", "Green / S"]
    assert shirt.refused(CHANGE_OPTION, **given, delete=[color["values"][0]["id"]]) == []
    assert sorted(shirt.shape[1]) == ["Blue / S", "Green / M", "Green / S"]


def test_options_are_deleted_by_strategy(shirt: Product) -> None:
    color = shirt.option("Color")["id"]
    refused = shirt.refused(DROP_OPTIONS, options=[color])
    assert refused == [(("options",), "CANNOT_DELETE_OPTION_WITH_MULTIPLE_VALUES")]
    assert shirt.refused(DROP_OPTIONS, options=[color], strategy="NON_DESTRUCTIVE") == [
        (("options",), "CANNOT_USE_NON_DESTRUCTIVE_STRATEGY")
    ]
    assert shirt.refused(DROP_OPTIONS, options=[color], strategy="POSITION") == []
    assert shirt.shape == ([("Size", ["S", "M"])], ["S", "M"])
    assert shirt.refused(DROP_OPTIONS, options=[shirt.option("Size")["id"]], strategy="POSITION") == []
    assert shirt.shape == ([("Title", ["Default Title"])], ["Default Title"])


@pytest.mark.parametrize(
    "options,code",
    [
        ([{"name": "Nope"}], "OPTION_NAME_DOES_NOT_EXIST"),
        ([{"id": "gid://shopify/ProductOption/1"}], "OPTION_ID_DOES_NOT_EXIST"),
        ([{"name": "Color", "values": [{"name": "x"}]}, {"name": "Size"}], "OPTION_VALUE_DOES_NOT_EXIST"),
        ([{"name": "Color"}, {"name": "Color"}], "DUPLICATED_OPTION_NAME"),
        ([{"name": "Color"}], "MISSING_OPTION_NAME"),
        ([{"name": "Color", "values": [{"name": "Red"}]}, {"name": "Size"}], "MISSING_OPTION_VALUE"),
        ([{"name": "Color"}, {"id": "gid://shopify/ProductOption/1"}], "MIXING_ID_AND_NAME_KEYS_IS_NOT_ALLOWED"),
    ],
)
def test_a_bad_order_is_refused(shirt: Product, options: list[dict[str, Any]], code: str) -> None:
    before = shirt.shape
    assert [found for _, found in shirt.refused(REORDER, options=options)] == [code]
    assert shirt.shape == before


def test_reordering_options_reorders_the_variants(shirt: Product) -> None:
    options = [{"name": "Size"}, {"name": "Color", "values": [{"name": "Blue"}, {"name": "Red"}]}]
    assert shirt.refused(REORDER, options=options) == []
    assert shirt.shape == ([("Size", ["S", "M"]), ("Color", ["Blue", "Red"])], ["S / Blue", "S / Red", "M / Red"])


@pytest.mark.parametrize(
    "query,variables",
    [
        (ADD, {"variants": []}),
        (CHANGE, {"variants": []}),
        (DROP, {"ids": []}),
        (MOVE, {"positions": []}),
        (ADD_OPTIONS, {"options": []}),
        (REORDER, {"options": []}),
        (DROP_OPTIONS, {"options": []}),
        (CHANGE_OPTION, {"option": {"id": "gid://shopify/ProductOption/1"}}),
    ],
)
def test_a_product_that_does_not_exist_is_named(query: str, variables: dict[str, Any]) -> None:
    refused = Core().refused(query, id="gid://shopify/Product/1", **variables)
    assert refused == [(("productId",), "PRODUCT_DOES_NOT_EXIST")]
