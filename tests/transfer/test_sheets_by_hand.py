"""Rows that a person types, knowing what the admin asks for and nothing of our forms: of every kind, they are taken."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.builder import Builder
from tests.support import Sandbox, archive_of, import_
from tests.transfer.test_sheets_import import PLAN, cell, edited, of, sheet_of
from transfer.archive import ArchiveError
from transfer.by_hand import handle_of
from transfer.keys import Key, decode
from transfer.local import offline_desk
from transfer.outcomes import Outcome, Verdict
from transfer.registry import RESOURCES
from transfer.sheets import convert
from transfer.typed_keys import named, shown, typed
from transfer.work import Where

Cells = Mapping[str, object]
TEXT = "single_line_text_field"

# Of each kind a row with no more than what somebody knows who wants one.
ROWS: dict[str, Cells] = {
    "metaobject_definitions": {"Key": "designer", "name": "Designer"},
    "metafield_definitions": {"Key": "PRODUCT/custom/care", "name": "Care", "type": TEXT},
    "products": {"title": "Women's blue shirt", "tags": "Red, Blue"},
    "collections": {"title": "Größe & Maß"},
    "pages": {"title": "About us"},
    "blogs": {"title": "News"},
    "articles": {"Key": "news/first", "title": "First", "author": "Anna"},
    "menus": {"title": "More"},
    "markets": {"name": "Chile", "regions": "CL"},
    "url_redirects": {"Key": "/old", "target": "/pages/about-us"},
    "shop_policies": {"Key": "REFUND_POLICY", "body": "Thirty days."},
    "locales": {"Key": "fr"},
    "discounts": {"codes": "SUMMER24", "gets.percentage": 0.1},
    "customers": {"email": "Anna@example.com", "firstName": "Anna"},
    "companies": {"name": "Hotel Nord"},
    "company_locations": {"Key": "name/Hotel Nord/name/Bar"},
    "company_contacts": {"Key": "name/Hotel Nord/anna@example.com"},
    "metaobjects": {"Key": "designer/anna", "fields.name [single_line_text_field]": "Anna"},
    "translations": {"Key": "pages/about-us/fr", "texts.title": "Qui nous sommes"},
    "product_publications": {"Key": "womens-blue-shirt"},
    "collection_publications": {"Key": "grosse-mass"},
    "collection_orders": {"Key": "grosse-mass"},
    "metafield_pins": {"Key": "PRODUCT", "pinned": "PRODUCT/custom/care"},
    "files": {"Key": "image/a.png", "source": "https://cdn.shopify.com/s/files/1/0012/a.png"},
    "inventory_levels": {"Key": "womens-blue-shirt/Title/Default Title"},
    "market_translations": {"Key": "pages/about-us/fr/chile", "texts.title": "Quiénes somos"},
    "locations": {"Key": "Shop location"},
    "sales_channels": {"Key": "Online Store"},
}
OWNERS = {
    "article": "news/first",
    "blog": "news",
    "collection": "grosse-mass",
    "company": "name/Hotel Nord",
    "company_location": "name/Hotel Nord/name/Bar",
    "customer": "anna@example.com",
    "discount": "code/summer24",
    "location": "Shop location",
    "market": "chile",
    "page": "about-us",
    "product": "womens-blue-shirt",
    "shop": "",
    "variant": "womens-blue-shirt/Title/Default Title",
}
ITEMS: dict[str, Cells] = {
    "metaobject_definitions.field": {"Key": "designer", "key (text)": "name", "type": TEXT},
    "inventory_levels.levels": {
        "Key": "womens-blue-shirt/Title/Default Title",
        "location": "Shop location",
        "available": 3,
    },
    "product_publications.channels": {
        "Key": "womens-blue-shirt",
        "channel": "Online Store",
    },
    "collection_publications.chan": {"Key": "grosse-mass", "channel": "Online Store"},
}


def row_of(name: str) -> Cells:
    if name.endswith("_metafields"):
        return {"Key": OWNERS[name.removesuffix("_metafields")], f"custom.note [{TEXT}]": "hello"}
    return ROWS[name]


def book(sheets: Mapping[str, list[Cells]], command: str = "NEW") -> bytes:
    """A workbook that no program of ours made."""
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        headers = list(dict.fromkeys(header for row in rows for header in row))
        first = [] if "." in name else ["Command"]
        sheet.append([*first, *headers])
        for row in rows:
            sheet.append([*([command] if first else []), *(row.get(header) for header in headers)])
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def records(file: bytes, folder: Path) -> dict[str, list[tuple[Key, dict[str, Any]]]]:
    members, _ = convert.load(offline_desk(folder), io.BytesIO(file))
    return {name: [(line.key, line.fields) for line in members.records(name)] for name in members.resources}


@pytest.mark.parametrize("name", RESOURCES)
def test_a_row_of_any_kind_needs_only_what_a_person_knows(name: str, tmp_path: Path) -> None:
    items = {sheet: [row] for sheet, row in ITEMS.items() if sheet.partition(".")[0] == name}
    ((key, fields),) = records(book({name: [row_of(name)], **items}), tmp_path)[name]
    assert RESOURCES[name].validate(key, RESOURCES[name].filled(key, RESOURCES[name].dated(fields, 0.0))) is None


def test_words_may_be_typed_in_any_capitals(tmp_path: Path) -> None:
    rows: list[Cells] = [{"Key": "lamp", "status": "active"}, {"Key": "bulb", "status": "Draft "}]
    variants: list[Cells] = [{"Key": "lamp", "options": "Size=S", "inventoryPolicy": "deny"}]
    members, _ = convert.load(
        offline_desk(tmp_path), io.BytesIO(book({"products": rows, "products.variants": variants}, "UPDATE"))
    )
    found = {line.key[0]: line.fields for line in members.records("products")}
    assert {key: fields["status"] for key, fields in found.items()} == {"lamp": "ACTIVE", "bulb": "DRAFT"}
    assert found["lamp"]["variants"][0]["inventoryPolicy"] == "DENY"


def test_what_people_typed_is_made(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = sandbox.shop("plain")
    sheets = {name: [row_of(name)] for name in RESOURCES if name not in ("locations", "sales_channels", "files")}
    counted: Cells = {"Key": "womens-blue-shirt", "tracked": True, "price": 12.5}
    items = {"products.variants": [counted], **{name: [row] for name, row in ITEMS.items()}}
    desk, _ = import_(sandbox, shop, book({**sheets, **items}), tmp_path)
    rows = {(row.resource, row.key): row for row in desk.ledger.select(Where(), limit=500)}
    for row in rows.values():
        if row.verdict is not Verdict.EXTRA:
            assert row.outcome in (Outcome.CREATED, Outcome.UNCHANGED), (row.resource, row.key, row.reason, row.detail)
            assert row.verified, (row.resource, row.key, row.detail)
    members, _ = convert.load(offline_desk(tmp_path / "look"), io.BytesIO(archive_of(sandbox, shop, tmp_path)))
    made = {line.key: line.fields for line in members.records("products")}[("womens-blue-shirt",)]
    assert (made["tags"], made["status"]) == (["Blue", "Red"], "ACTIVE")
    assert made["variants"][0]["options"] == [["Title", "Default Title"]]


def test_options_follow_from_variants_and_variants_from_options(tmp_path: Path) -> None:
    options: list[Cells] = [
        {"Key": "shirt", "name": "Size", "values": "S, M"},
        {"Key": "shirt", "name": "Color", "values": "Red\nBlue"},
    ]
    of_options = book({"products": [{"Key": "shirt", "title": "Shirt"}], "products.options": options})
    ((key, fields),) = records(of_options, tmp_path / "a")["products"]
    made = RESOURCES["products"].filled(key, fields)
    assert [dict(item["options"]) for item in made["variants"]] == [
        {"Size": size, "Color": color} for size in "SM" for color in ("Red", "Blue")
    ]
    variants: list[Cells] = [
        {"Key": "coat", "options": "Size=M; Color=Red", "price": 12},
        {"Key": "coat", "options": "Size=L; Color=Red", "price": 13},
    ]
    of_variants = book({"products": [{"Key": "coat", "title": "Coat"}], "products.variants": variants})
    ((key, fields),) = records(of_variants, tmp_path / "b")["products"]
    made = RESOURCES["products"].filled(key, fields)
    assert made["options"] == [{"name": "Size", "values": ["M", "L"]}, {"name": "Color", "values": ["Red"]}]
    only = book({"products": [{"Key": "hat", "title": "Hat"}], "products.variants": [{"Key": "hat", "price": "9.50"}]})
    ((key, fields),) = records(only, tmp_path / "c")["products"]
    made = RESOURCES["products"].filled(key, fields)
    assert made["variants"] == [{"price": "9.50", "options": [["Title", "Default Title"]]}]


NEEDED: dict[str, tuple[Mapping[str, list[Cells]], str]] = {
    "a product without title": (
        {"products": [{"Key": "shirt", "vendor": "Nord"}]},
        "Sheet products, row 2, column title: this is missing: a product must have it, a text, 1 to 255 characters.",
    ),
    "nothing to name it by": (
        {"products": [{"vendor": "Nord"}]},
        "Sheet products, row 2, column Key: this cell is empty; it says which record the row is, as blue-shirt does.",
    ),
    "an entry without its type": (
        {"metaobjects": [{"Key": "anna", "fields.name [single_line_text_field]": "Anna"}]},
        "column Key: the key of a metaobject must be: type, handle; such as designer/anna.",
    ),
    "a definition without type": (
        {"metafield_definitions": [{"Key": "PRODUCT/custom/care", "name": "Care"}]},
        "column type: this is missing: a metafield definition must have it, the name of a type, such as list.product_",
    ),
    "a redirect without target": (
        {"url_redirects": [{"Key": "/a/b", "target": ""}]},
        "column target: this is missing: a redirect must have it, a text, not empty",
    ),
    "an article without author": (
        {"articles": [{"Key": "news/a", "title": "A"}]},
        "Sheet articles, row 2: It has no author, and Shopify makes no article without one; name one in the column",
    ),
    "a discount that begins some day": (
        {"discounts": [{"Key": "automatic/10% off", "gets.percentage": 0.1, "startsAt": "soon"}]},
        "column startsAt: this must be a moment with its offset from UTC, such as 2026-",
    ),
    "a field of its own making": (
        {"products": [{"title": "Shirt", "colour": "blue"}]},
        "Sheet products, row 1, column colour: products have no such field; begin the header with # to keep it",
    ),
    "a field of another sheet": (
        {"products": [{"title": "Shirt", "Price": "9"}]},
        "Sheet products, row 1, column Price: products have no such field; it stands on the sheet products.variants.",
    ),
    "a field of the record among its items": (
        {"products.variants": [{"Key": "shirt", "vendor": "Nord"}]},
        "Sheet products.variants, row 1, column vendor: products have no such field; it stands on the sheet products.",
    ),
    "a metafield among the fields": (
        {"products": [{"title": "Shirt", "custom.care [single_line_text_field]": "x"}]},
        "products have no such field; a metafield stands on the sheet product_metafields, with its type behind its n",
    ),
    "a metafield without its type among the fields": (
        {"products": [{"title": "Shirt", "custom.care": "x"}]},
        "product_metafields, with its type behind its name: custom.care [single_line_text_field].",
    ),
    "a type that is none": (
        {"product_metafields": [{"Key": "shirt", "custom.size [Integer]": 3}]},
        "row 1, column custom.size [Integer]: Integer is the name of no type; types are written small, such as numbe",
    ),
    "a type as the admin calls it": (
        {"product_metafields": [{"Key": "shirt", "custom.size [text]": 3}]},
        "column custom.size [text]: text is the name of no type; types are written small, such as single_line_text_fie",
    ),
    "a type of an entry's field that is none": (
        {"metaobjects (mat)": [{"Key": "e1", "fields.name [list.text]": "x"}]},
        "list.text is the name of no type; types are written small, such as list.single_line_t",
    ),
    "an entry's field without its type": (
        {"metaobjects (mat)": [{"Key": "e1", "fields.name": "x"}]},
        "column fields.name: a field of an entry has its type behind its name; its cells look like fields.name [sing",
    ),
    "an entry's field by its name": (
        {"metaobjects (mat)": [{"Key": "e1", "Full name": "x"}]},
        "behind its name; its cells look like fields.full_name [single_line_text_field].",
    ),
    "an entry's field whose cells are numbers": (
        {"metaobjects (mat)": [{"Key": "e1", "Size": 3}, {"Key": "e2", "Size": "[null]"}, {"Key": "e3", "Size": 4}]},
        "column Size: a field of an entry has its type behind its name; its cells look like fields.size [number_integ",
    ),
    "an entry's field whose cells lead to products": (
        {"metaobjects (mat)": [{"Key": "e1", "Of": "shopsync:products/a"}, {"Key": "e2", "Of": "shopsync:products/b"}]},
        "its cells look like fields.of [product_reference].",
    ),
    "an entry's field whose cells are moments": (
        {"metaobjects (mat)": [{"Key": "e1", "From": "2026-01-31T09:00:00Z"}]},
        "its cells look like fields.from [date_time].",
    ),
    "an entry's field whose cells are empty": (
        {"metaobjects (mat)": [{"Key": "e1", "Size": None}]},
        "its type behind its name, which nothing here shows; of a text: fields.size [single_line_text_field].",
    ),
    "a picture from nowhere": (
        {"collections": [{"title": "Col", "image.name": "front.png"}]},
        "Sheet collections, row 2: Nothing says where its image is: write the image's address, which begins with https",
    ),
    "a path that names no page": (
        {"url_redirects": [{"Key": "https://shop.example/old", "target": "/"}]},
        "Sheet url_redirects, row 2: A path that is redirected begins with a slash and names no store, such as /old-",
    ),
    "two rows of one record": (
        {"products": [{"Key": "shirt", "title": "A"}, {"Key": "shirt", "title": "B"}]},
        "Sheet products, row 3, column Key: another row has this key too; say all of a record in one row.",
    ),
    "two rows of one variant": (
        {
            "products.variants": [
                {"Key": "shirt", "options": "Size=S; Colour=red", "price": 1},
                {"Key": "shirt", "options": "Colour=red; Size=S", "price": 2},
            ]
        },
        "Sheet products.variants, row 3, column options: another row of this record is about the same; say all of it",
    ),
    "two rows of one option": (
        {"products.options": [{"Key": "shirt", "name": "Size", "values": v} for v in ("S", "M")]},
        "Sheet products.options, row 3, column name: another row of this record is about the same",
    ),
    "two rows of one quantity": (
        {
            "inventory_levels.levels": [
                {"Key": "shirt/Size/S", "location": "Shop location", "available": number} for number in (5, 6)
            ]
        },
        "Sheet inventory_levels.levels, row 3, column location: another row of this record is about the same",
    ),
    "two cells of one metafield": (
        {"product_metafields": [{"Key": "a", f"custom.n [{TEXT}]": "x", "custom.n [number_integer]": 5}]},
        "row 2, column custom.n [single_line_text_field]: two cells of this row are of one metafield",
    ),
    "an id of a store": (
        {"product_metafields": [{"Key": "a", "custom.n [product_reference]": "gid://shopify/Product/1"}]},
        "row 2, column custom.n [product_reference]: the value of type product_reference names an id of another store",
    ),
    "a variant of half an option": (
        {"variant_metafields": [{"Key": "shirt/Size", f"custom.n [{TEXT}]": "x"}]},
        "row 2, column Key: this must be: handle, option names and values; such as blue-shirt/Size/M.",
    ),
    "a variant of other options": (
        {
            "products": [{"Key": "shirt", "title": "Shirt"}],
            "products.variants": [
                {"Key": "shirt", "options": "Size=S; Colour=red", "price": 1},
                {"Key": "shirt", "options": "Size=S; Color=red", "price": 2},
            ],
        },
        "Sheet products.variants, row 3, column options: this must name the product's options (Size, Colour)",
    ),
    "a cell under no header": (
        {"products": [{"Key": "shirt", "title": "Shirt", " ": "lost"}]},
        "Sheet products, row 2, column D: this cell stands under no header",
    ),
}


@pytest.mark.parametrize("name", NEEDED)
def test_what_is_needed_is_said_at_the_row(name: str, tmp_path: Path) -> None:
    sheets, sentence = NEEDED[name]
    with pytest.raises(ArchiveError) as refusal:
        records(book(sheets), tmp_path)
    assert sentence in str(refusal.value)


def test_a_picture_needs_no_alt_text(sandbox: Sandbox, tmp_path: Path) -> None:
    """As in the admin's form: of a collection and of an article its name and its address are enough."""
    picture = {"image.name": "nothing.png", "source": f"{sandbox.origin}/sandbox/nothing.png"}
    article = {"Key": "news/a", "title": "A", "author": "Me", **picture}
    collection = {"title": "Col", **picture}
    sheets: dict[str, list[Cells]] = {"collections": [collection], "blogs": [{"title": "News"}], "articles": [article]}
    desk, _ = import_(sandbox, sandbox.shop("empty"), book(sheets), tmp_path)
    made = {row.resource for row in of(desk, Verdict.CREATE) if row.outcome == Outcome.CREATED and row.verified}
    assert {"collections", "articles"} <= made


@pytest.mark.parametrize("command", ["UPDATE", "REPLACE", "MERGE"])
def test_a_wrong_value_is_told_at_its_cell_whatever_the_command(command: str, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"^Sheet products, row 2, column status: this must be one of ACTIVE, "):
        records(book({"products": [{"Key": "shirt", "status": "SOON"}]}, command), tmp_path)


def test_a_list_may_be_typed_where_the_column_is_json(tmp_path: Path) -> None:
    rows: list[Cells] = [{"Key": "a", "title": "A", "tags (json)": "Red, Blue"}]
    rows += [{"Key": "b", "title": "B", "tags (json)": '["a, b"]'}]
    found = records(book({"products": rows}), tmp_path)["products"]
    assert [fields["tags"] for _, fields in found] == [["Red", "Blue"], ["a, b"]]


AMOUNTS = [
    ("12,50", "12.50"),
    ("1.234,50", "1234.50"),
    ("1,234.50", "1234.50"),
    ("1 234,5", "1234.5"),
    ("1\u202f234\u202f567", "1234567"),
    ("1’234.50", "1234.50"),
    ("0,125", "0.125"),
    ("1234,567", "1234.567"),
    ("1.250", "1.250"),
    ("12.50", "12.50"),
    ("1250", "1250"),
]


@pytest.mark.parametrize(("typed_", "amount"), AMOUNTS)
def test_an_amount_is_read_as_its_language_writes_it(typed_: str, amount: str, tmp_path: Path) -> None:
    rows: list[Cells] = [{"Key": "hat", "price": typed_, "sku": typed_, "weight.value": typed_}]
    found = records(book({"products.variants": rows}), tmp_path)["products"]
    ((_, fields),) = found
    assert fields["variants"] == [{"price": amount, "sku": typed_, "weight": {"value": float(amount)}}], (
        "a text stays as it is"
    )


@pytest.mark.parametrize("header", ["price", "weight.value (number)"])
def test_an_amount_that_can_be_two_is_asked_for_again(header: str, tmp_path: Path) -> None:
    says = r"row 2, column .*: this can be 1\.250 or 1250; write the one that is meant, with no mark for thousands\."
    with pytest.raises(ArchiveError, match=says):
        records(book({"products.variants": [{"Key": "hat", header: "1,250"}]}), tmp_path)


def test_a_header_is_known_in_any_capitals(tmp_path: Path) -> None:
    rows: list[Cells] = [
        {"key": "shirt", "Title": "Shirt", "Product type": "Tops", "SEO.Title": "A shirt", "TAGS": "a, b"}
    ]
    wanted = {"title": "Shirt", "productType": "Tops", "seo": {"title": "A shirt"}, "tags": ["a", "b"]}
    assert records(book({"products": rows}), tmp_path)["products"] == [(("shirt",), wanted)]
    with pytest.raises(ArchiveError, match="two columns hold the same field"):
        records(book({"products": [{"Key": "shirt", "Title": "Shirt", "title": "Shirt"}]}), tmp_path / "again")


def test_a_discount_without_a_start_begins_when_its_import_is_planned(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = sandbox.shop("empty")
    file = book({"discounts": [{"Key": "code/summer24", **ROWS["discounts"]}]}, "MERGE")
    desk, _ = import_(sandbox, shop, file, tmp_path)
    (row,) = desk.ledger.select(Where(), limit=9)
    assert (row.outcome, row.verified) == (Outcome.CREATED, True)
    assert row.after is not None
    started = datetime.fromisoformat(row.after["startsAt"])
    assert abs((datetime.now(UTC) - started).total_seconds()) < 300
    again, _ = import_(sandbox, shop, file, tmp_path)
    (row,) = again.ledger.select(Where(), limit=9)
    assert (row.verdict, again.client.writes) == (Verdict.UNCHANGED, 0), "what is there keeps its start"


def test_a_variant_is_found_by_its_options_in_whatever_order(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = sandbox.shop("empty")
    rows: list[Cells] = [
        {"Key": "shirt", "options": f"Size={size}; Colour={colour}", "price": 5}
        for size in "SM"
        for colour in ("r", "b")
    ]
    import_(
        sandbox, shop, book({"products": [{"Key": "shirt", "title": "Shirt"}], "products.variants": rows}), tmp_path
    )
    (made,) = sandbox.graphql(shop, "{ products(first: 2) { nodes { options { name values } } } }")["products"]["nodes"]
    assert [option["name"] for option in made["options"]] == ["Size", "Colour"]
    dearer: list[Cells] = [{"Key": "shirt", "options": "colour=b; size=M", "price": "6.00"}]
    desk, _ = import_(sandbox, shop, book({"products.variants": dearer}), tmp_path)
    (row,) = desk.ledger.select(Where(), limit=9)
    assert (row.changed, row.verified) == (("variants.b / M.price",), True)
    turned: list[Cells] = [{"Key": "shirt", "name": name, "Position": at} for at, name in ((2, "Size"), (1, "Colour"))]
    desk, _ = import_(sandbox, shop, book({"products.options": turned}), tmp_path)
    assert [row.verified for row in desk.ledger.select(Where(), limit=9)] == [True]
    (made,) = sandbox.graphql(shop, "{ products(first: 2) { nodes { options { name } } } }")["products"]["nodes"]
    assert [option["name"] for option in made["options"]] == ["Colour", "Size"]
    wrong: list[Cells] = [{"Key": "shirt", "options": "Size=M; Color=b", "price": 7}]
    desk, _ = import_(sandbox, shop, book({"products.variants": wrong}), tmp_path)
    (row,) = desk.ledger.select(Where(), limit=9)
    assert "must name the product's options (Colour, Size), in their order, and names Size, Color." in row.detail


@pytest.mark.parametrize(
    ("typed_", "key"),
    [
        ("shirt/Size/S/Colour/r", ("shirt", "Colour", "r", "Size", "S")),
        ("shirt/Colour/r/Size/S", ("shirt", "Colour", "r", "Size", "S")),
        ("shirt", ("shirt", "Title", "Default Title")),
    ],
)
def test_a_key_of_a_variant_is_brought_into_its_order(typed_: str, key: Key, tmp_path: Path) -> None:
    rows: dict[str, list[Cells]] = {
        "inventory_levels.levels": [{"Key": typed_, "location": "Shop location", "available": 9}],
        "variant_metafields": [{"Key": typed_, "custom.n [variant_reference]": typed_}],
    }
    found = records(book(rows, "MERGE"), tmp_path)
    assert [one for one, _ in found["inventory_levels"]] == [key]
    ((own, value),) = found["variant_metafields"]
    assert own == (*key, "custom", "n")
    assert value["value"] == f"shopsync:variants/{'/'.join(key)}"


_ITEM = '{"title": "A", "type": "HTTP", "url": "/a"'
JSON_CELLS = {
    "[": "column items (json): this is not JSON (Expecting value, at the end)",
    "Home, About": "column items (json): this is not JSON (Expecting value, before Home, About)",
    '[{"title": “A”}]': "this is not JSON (Expecting value, before “A”}]; quotes must be straight ones)",
    '[{"title": "A", "title": "B"}]': "this is not JSON (it says “title” twice)",
    "[NaN]": "this is not JSON (NaN is no JSON)",
    "{}": "column items: this must be a list of items, and is an object",
    '[{"title": "A"}]': "column items: item 1: type is missing: an item of a menu must have it, one of ARTICLE",
    f'[{_ITEM}, "colour": 1}}]': "column items: item 1: “colour” is not a field of an item of a menu",
    f'[{_ITEM}, "resource": "pages/about"}}]': "item 1: resource must be a reference (shopsync:<kind>/<key>)",
    f'[{_ITEM}, "items": [{_ITEM}, "tags": 1}}]}}]': "item 1, items, item 1: tags must be a list of texts",
}


@pytest.mark.parametrize("command", ["MERGE", "UPDATE", "NEW"])
@pytest.mark.parametrize("text", JSON_CELLS)
def test_what_is_wrong_with_json_is_told_at_its_cell(text: str, command: str, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError) as refusal:
        records(book({"menus": [{"Key": "main-menu", "title": "M", "items (json)": text}]}, command), tmp_path)
    assert str(refusal.value).startswith("Sheet menus, row 2, column items")
    assert JSON_CELLS[text] in str(refusal.value)


def test_items_in_json_need_only_what_a_person_knows(sandbox: Sandbox, tmp_path: Path) -> None:
    rows: list[Cells] = [{"Key": "main-menu", "items": f'[{_ITEM}, "items": [{_ITEM}}}]}}]'}]
    desk, _ = import_(sandbox, sandbox.shop("empty"), book({"menus": rows}, "UPDATE"), tmp_path)
    (row,) = desk.ledger.select(Where(), limit=9)
    assert (row.changed, row.verified) == (("items",), True)


def test_a_row_without_key_is_not_taken_for_a_record_that_is_there(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="column Key: this cell is empty"):
        records(book({"products": [{"title": "Shirt"}]}, "MERGE"), tmp_path)


def test_an_entry_may_be_named_by_its_handle_on_the_sheet_of_its_type(sandbox: Sandbox, tmp_path: Path) -> None:
    """A name that a sheet's cannot hold whole."""
    shop = sandbox.shop("empty")
    type_, sheet = "a_type_with_a_very_long_name", "metaobjects (a_type_with_a~)"
    definition: Cells = {"Key": type_, "name": "Long"}
    fields: Cells = {"Key": type_, "key (text)": "name", "type": TEXT}
    first: Cells = {"Key": f"{type_}/one", f"fields.name [{TEXT}]": "One"}
    made = book(
        {"metaobject_definitions": [definition], "metaobject_definitions.field": [fields], "metaobjects": [first]}
    )
    import_(sandbox, shop, made, tmp_path)
    xlsx = sheet_of(archive_of(sandbox, shop, tmp_path), "xlsx", tmp_path / "sheet")

    def change(book: Any) -> None:
        name = next(name for name in book.sheetnames if name.startswith("metaobjects ("))
        assert name.startswith(sheet[:20])
        for header, value in (("Command", "NEW"), ("Key", "two"), ("fields.name", "Two")):
            cell(book[name], header, 3).value = value

    desk, _ = import_(sandbox, shop, edited(xlsx, change), tmp_path, stages=PLAN)
    assert [row.key for row in of(desk, Verdict.CREATE)] == [(type_, "two")]


@pytest.mark.parametrize("header", ["fields.name", "name", "Name", f"name [{TEXT}]"])
def test_an_entrys_field_needs_no_type_where_the_file_had_it(header: str, sandbox: Sandbox, tmp_path: Path) -> None:
    shop = Builder(sandbox)
    shop.define("mat", {"key": "name", "type": TEXT})
    shop.entry("mat", "e1", name="E1")
    xlsx = sheet_of(archive_of(sandbox, shop.shop, tmp_path), "xlsx", tmp_path / "sheet")

    def change(book: Any) -> None:
        cell(book["metaobjects (mat)"], "fields.name", 2).value = "E2"
        cell(book["metaobjects (mat)"], "fields.name", 1).value = header

    desk, _ = import_(sandbox, shop.shop, edited(xlsx, change), tmp_path, stages=PLAN)
    (row,) = of(desk, Verdict.UPDATE)
    assert (row.key, row.changed) == (("mat", "e1"), ("fields.name.value",))


def test_an_empty_store_gives_sheets_that_say_what_can_be_filled_in(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = sandbox.shop("empty")
    xlsx = sheet_of(archive_of(sandbox, shop, tmp_path), "xlsx", tmp_path / "sheet")
    headers = {sheet.title: [c.value for c in sheet[1]] for sheet in openpyxl.load_workbook(io.BytesIO(xlsx))}
    assert headers["url_redirects"] == ["Command", "Key", "target"]
    assert {"title", "tags (list)", "seo.title", "variants (rows)"} <= set(headers["products"])
    assert {"options (pairs)", "price", "weight.value (number)"} <= set(headers["products.variants"])
    assert "values (list)" in headers["products.options"]

    def change(book: Any) -> None:
        products = book["products"]
        for header, value in (("Command", "NEW"), ("title", "Shirt"), ("tags", "Red, Blue")):
            cell(products, header, 2).value = value
        book["url_redirects"].append(["NEW", "/50% off/caf%C3%A9", "/"])

    desk, _ = import_(sandbox, shop, edited(xlsx, change), tmp_path)
    assert {row.key for row in desk.ledger.select(Where(outcomes=frozenset({Outcome.CREATED})), limit=9)} == {
        ("shirt",),
        ("/50% off/caf%C3%A9",),
    }


def test_a_path_stands_in_its_cell_as_it_is(tmp_path: Path) -> None:
    for key, parts, text in (
        (("/old/about",), 1, "/old/about"),
        (("/caf%C3%A9",), 1, "/caf%C3%A9"),
        (("50%",), 1, "50%25"),
        (("external", "https://youtu.be/x"), 2, "external/https://youtu.be/x"),
        (("automatic", "Buy 2 / get 1"), 2, "automatic/Buy 2 / get 1"),
        (("designer", "anna"), 2, "designer/anna"),
        (("a/b", "c/d", "e"), 3, "a%2Fb/c%2Fd/e"),
    ):
        assert (shown(key, parts), typed(text, parts)) == (text, key)
    assert named("files", 2, "video/a.mp4/500") == "shopsync:files/video/a.mp4/500"
    assert named("files", 2, "file/a/b.pdf") == "shopsync:files/file/a%2Fb.pdf"
    files = RESOURCES["files"]
    for key in (
        ("video", "a.mp4", "500"),
        ("model", "a/b.glb", ""),
        ("external", "https://youtu.be/x"),
        ("file", "a/b"),
    ):
        assert typed(shown(key, 2), 2, files) == key
    assert typed("%2Fold%2Fabout", 1) == ("/old/about",), "as files of before have it"
    assert typed("external/https:%2F%2Fyoutu.be%2Fx", 2) == ("external", "https://youtu.be/x")


def test_handles_are_made_as_shopify_makes_them() -> None:
    for title, handle in (
        ("Women's Blue Shirt", "womens-blue-shirt"),
        ("  Größe & Maß  ", "grosse-mass"),
        ("Crème brûlée (50%)", "creme-brulee-50"),
        ("上着", "上着"),
        ("ガイド", "ガイド"),
        ("Øresund_2", "oresund-2"),
        ("!!!", ""),
        ("x" * 300, "x" * 255),
    ):
        assert handle_of(title) == handle


def test_the_key_that_a_sentence_gives_as_an_example_is_one() -> None:
    for name, resource in RESOURCES.items():
        assert resource.key_problem(decode(resource.key_like) if name != "url_redirects" else ("/old-page",)) is None


TYPED: dict[str, tuple[str, object, str]] = {
    "a whole number": ("number_integer", "12.5", "a whole number such as 12"),
    "a number": ("number_decimal", "12,5,", "a number such as 12.5"),
    "a date": ("date", "31.1.2026", "a date such as 2026-01-31"),
    "a colour": ("color", "red", "a colour such as #1a2b3c"),
    "a flag": ("boolean", "yes", "true or false"),
    "a reference": ("mixed_reference", "blue-shirt", "a reference such as shopsync:products/blue-shirt"),
    "a weight": ("weight", "2 kg", 'JSON such as {"value": 2.5, "unit": "cm"}'),
    "a list of numbers": ("list.number_integer", "1, two", "a list, each item of it a whole number such as 12"),
}


@pytest.mark.parametrize("name", TYPED)
def test_a_value_that_cannot_be_of_its_type_is_told_at_its_cell(name: str, tmp_path: Path) -> None:
    type_, value, says = TYPED[name]
    header = f"custom.note [{type_}]"
    with pytest.raises(ArchiveError) as refusal:
        records(book({"product_metafields": [{"Key": "shirt", header: value}]}), tmp_path)
    assert f"Sheet product_metafields, row 2, column {header}: this must be {says}." in str(refusal.value)


@pytest.mark.parametrize(
    ("type_", "typed_", "value"),
    [
        ("boolean", True, "true"),
        ("number_integer", 12, "12"),
        ("list.number_integer", "1, 2", "[1,2]"),
        ("number_decimal", "12,5", "12.5"),
        ("number_integer", "1,234,567", "1234567"),
        ("list.single_line_text_field", "Größe\nred", '["Größe","red"]'),
        ("list.product_reference", "shopsync:products/a, b", '["shopsync:products/a","shopsync:products/b"]'),
        ("metaobject_reference", "designer/anna", "shopsync:metaobjects/designer/anna"),
        ("variant_reference", "shirt/Size/M", "shopsync:variants/shirt/Size/M"),
        ("list.single_line_text_field", '["a, b"]', '["a, b"]'),
        ("date", date(2026, 1, 31), "2026-01-31"),
        ("date_time", date(2026, 1, 31), "2026-01-31T00:00:00"),
        ("date_time", datetime(2026, 1, 31, 9, 5), "2026-01-31T09:05:00"),
        ("date_time", "2026-01-31 09:05", "2026-01-31T09:05"),
        ("list.date_time", "2026-01-31, 2026-02-01 10:00:00", '["2026-01-31T00:00:00","2026-02-01T10:00:00"]'),
    ],
)
def test_a_value_is_typed_as_people_write_it(type_: str, typed_: object, value: str, tmp_path: Path) -> None:
    found = records(book({"product_metafields": [{"Key": "shirt", f"custom.note [{type_}]": typed_}]}), tmp_path)
    assert [fields for _, fields in found["product_metafields"]] == [{"type": type_, "value": value}]


@pytest.mark.parametrize("typed_", [date(2026, 1, 31), datetime(2026, 1, 31, 9, 5), "31.01.2026 09:05"])
def test_a_moment_that_needs_its_offset_is_refused_at_its_cell(typed_: object, tmp_path: Path) -> None:
    """A cell that holds a date says nothing of where it is that time."""
    with pytest.raises(ArchiveError) as refusal:
        records(book({"articles": [{"Key": "news/first", "publishedAt": typed_}]}), tmp_path)
    says = "column publishedAt: this must be a moment with its offset from UTC, such as 2026-01-31T09:00:00Z, and is"
    assert f"Sheet articles, row 2, {says}" in str(refusal.value)


def test_a_row_of_the_only_variant_needs_no_options(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = sandbox.shop("empty")
    import_(sandbox, shop, book({"products": [{"title": "Hat"}]}), tmp_path)
    dearer = book({"products.variants": [{"Key": "hat", "price": "12.50"}]})
    desk, _ = import_(sandbox, shop, dearer, tmp_path)
    (row,) = desk.ledger.select(Where(), limit=9)
    assert (row.changed, row.verified) == (("variants.Default Title.price",), True)


ITEM_ROWS: dict[str, Cells] = {
    "products.variants": {"Key": "shirt", "options (pairs)": "Size=S", "price": "1.00"},
    "product_publications.channel": {"Key": "shirt", "channel": "Online Store"},
}


@pytest.mark.parametrize("sheet", ITEM_ROWS)
def test_items_have_no_command_of_their_own(sheet: str, tmp_path: Path) -> None:
    """DELETE beside a variant did nothing, and beside a channel it published the product."""
    for word in ("DELETE", "ignore", "bogus"):
        with pytest.raises(ArchiveError) as refusal:
            records(book({sheet: [{"Command": word, **ITEM_ROWS[sheet]}]}), tmp_path)
        assert str(refusal.value).startswith(
            f"Sheet {sheet}, row 2, column Command: rows of this sheet have no command"
        )
        assert f"on the sheet {sheet.split('.')[0]}" in str(refusal.value)
    for word in ("", "merge"):
        assert records(book({sheet: [{"Command": word, **ITEM_ROWS[sheet]}]}), tmp_path)
