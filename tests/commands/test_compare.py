"""Two sides against each other: stores, archives, spreadsheets, in any pairing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.builder import Builder
from tests.commands.said import Said
from tests.runs.test_lane import installed
from tests.support import Sandbox, archive_of, import_
from tests.transfer.test_same_variants import Shop as Bags
from tests.transfer.test_sheets_import import cell, edited
from tests.transfer.test_translations import RENAME, product
from tests.transfer.test_translations import small as translated

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.fixture
def sheet(capsys: pytest.CaptureFixture[str], file: str, tmp_path: Path) -> Path:
    """The archive as a spreadsheet in which three cells were changed."""
    path = tmp_path / "store.xlsx"
    assert Said(capsys, "convert_archive", file, str(path)).code == 0

    def change(book: Any) -> None:
        products, variants = book["products"], book["products.variants"]
        cell(products, "title", 2).value = "Another title"
        cell(variants, "price", 2).value = "99.00"
        values = book["product_metafields"]
        cell(values, "custom.color", 2).value = "shopsync:metaobjects/color/red-wine"

    path.write_bytes(edited(path.read_bytes(), change))
    return path


def test_an_archive_is_equal_to_itself(capsys: pytest.CaptureFixture[str], file: str) -> None:
    said = Said(capsys, "compare", file, file, "--json")
    told = json.loads(said.out)
    assert (said.code, told["equal"], told["not_compared"]) == (0, True, [])
    assert told["totals"]["equal"] == sum(own["equal"] for own in told["resources"].values()) > 10
    assert {"differing", "only_left", "only_right"} & {w for w, n in told["totals"].items() if n} == set()
    assert told["resources"]["products"]["fields"]["title"]["equal"] == 3
    assert told["resources"]["products"]["fields"]["variants.price"]["equal"] == 3


def test_what_differs_is_counted_field_by_field(
    capsys: pytest.CaptureFixture[str],
    file: str,
    sheet: Path,
) -> None:
    said = Said(capsys, "compare", file, str(sheet), "--json")
    told = json.loads(said.out)
    assert (said.code, told["equal"]) == (1, False)
    products = told["resources"]["products"]
    words = ("equal", "differing", "only_left", "only_right")
    assert {word: products[word] for word in words} == dict(zip(words, (2, 1, 0, 0), strict=True))
    differing = {name for name, own in products["fields"].items() if own["differing"]}
    assert differing == {"title", "variants.price"}
    assert told["resources"]["product_metafields"]["fields"]["custom.color"]["differing"] == 1
    said = Said(capsys, "compare", str(sheet), file)
    assert said.code == 1
    assert "variants.price" in said.out


def test_a_store_is_compared_with_an_archive_and_with_another_store(
    capsys: pytest.CaptureFixture[str],
    app: Any,
    sandbox: Sandbox,
    archive: bytes,
    file: str,
    tmp_path: Path,
) -> None:
    copy, empty = installed(sandbox, sandbox.shop()), installed(sandbox, sandbox.shop())
    import_(sandbox, copy.domain, archive, tmp_path)
    said = Said(capsys, "compare", copy.domain, file, "--inline", "--json")
    assert (said.code, json.loads(said.out)["totals"]["differing"]) == (0, 0)
    said = Said(capsys, "compare", copy.domain, empty.domain, "--inline", "--json", "--only", "products")
    told = json.loads(said.out)
    assert (said.code, list(told["resources"])) == (1, ["products"])
    assert told["resources"]["products"]["only_left"] == 3
    assert told["resources"]["products"]["examples"]["only_left"] == ["shirt-0", "shirt-1", "shirt-2"]


def test_a_mark_that_no_copy_can_carry_makes_no_difference(
    capsys: pytest.CaptureFixture[str], sandbox: Sandbox, tmp_path: Path
) -> None:
    """A translation that is older than its text arrives as one of the present text."""
    source, target = translated(sandbox, {"title": "Hemd"}), sandbox.shop()
    gid = product(sandbox, source, "shirt-1")
    sandbox.graphql(source, RENAME, p={"id": gid, "title": "Another title"})
    whole = archive_of(sandbox, source, tmp_path)
    import_(sandbox, target, whole, tmp_path)
    sides = tmp_path / "source.zip", tmp_path / "copy.zip"
    sides[0].write_bytes(whole)
    sides[1].write_bytes(archive_of(sandbox, target, tmp_path))
    for names in (sides, reversed(sides)):
        said = Said(capsys, "compare", *map(str, names), "--json")
        translations = json.loads(said.out)["resources"]["translations"]
        assert said.code == 0
        assert (translations["equal"], translations["fidelity"]) == (1, 1.0)
        assert list(translations["fields"]) == ["products: texts.title"]


def test_a_value_that_makes_no_difference_is_counted_as_none(
    capsys: pytest.CaptureFixture[str], sandbox: Sandbox, tmp_path: Path
) -> None:
    """Definitions that are not pinned stand beside those that are, and only these say anything of the pins."""
    sides = []
    for more in ([], ["custom.more"]):
        shop = Builder(sandbox)
        shop.define_metafield("custom.first", "url", pin=True)
        for name in ("custom.second", *more):
            shop.define_metafield(name, "url")
        sides.append(tmp_path / f"{len(more)}.zip")
        sides[-1].write_bytes(archive_of(sandbox, shop.shop, tmp_path))
    for names in (sides, reversed(sides)):
        told = json.loads(Said(capsys, "compare", *map(str, names), "--json").out)["resources"]
        assert (told["metafield_pins"]["equal"], told["metafield_pins"]["differing"]) == (1, 0)
        assert list(told["metafield_pins"]["fields"]) == ["pinned"]
        assert told["metafield_definitions"]["only_left"] + told["metafield_definitions"]["only_right"] == 1


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (("nowhere.myshopify.com", "b.myshopify.com"), "nowhere.myshopify.com is not connected"),
        (("FILE", "FILE", "--only", "orders"), "There is no kind 'orders'"),
        (("BAD", "FILE"), "not a ZIP file"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    capsys: pytest.CaptureFixture[str],
    file: str,
    tmp_path: Path,
    names: tuple[str, ...],
    sentence: str,
) -> None:
    (tmp_path / "bad").write_bytes(b"hello")
    places = {"FILE": file, "BAD": str(tmp_path / "bad")}
    said = Said(capsys, "compare", *(places.get(name, name) for name in names))
    assert said.code == 2
    assert sentence in said.sentence
    assert said.out == ""


def test_of_a_store_all_is_read_that_the_file_holds(
    capsys: pytest.CaptureFixture[str], app: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    """People are not carried by default: a store without them is not equal to a file that has some."""
    empty = installed(sandbox, sandbox.shop())
    file = tmp_path / "people.zip"
    source = sandbox.shop("boutique", products=2)
    file.write_bytes(archive_of(sandbox, source, tmp_path, resources=["customers", "companies"]))
    said = Said(capsys, "compare", str(file), empty.domain, "--inline", "--json")
    told = json.loads(said.out)
    assert said.code == 1
    assert told["resources"]["customers"]["only_left"] > 0
    assert not {"customers", "companies"} & set(told["not_compared"])


def test_variants_of_other_names_are_found_as_on_the_pages(
    capsys: pytest.CaptureFixture[str], sandbox: Sandbox, tmp_path: Path
) -> None:
    """By SKU: what hangs on them, and what refers to them, is equal; whichever side is the first."""
    sides = []
    for option in ("Farbe", "Colour"):
        own = Bags(sandbox)
        bags = own.bag(option, ("A", "B-A", ""), ("B", "B-B", ""))
        for value, gid in bags.items():
            own.metafield(gid, "custom.note", "single_line_text_field", value)
        own.metafield(own.shop_id(), "custom.best", "variant_reference", bags["B"])
        path = tmp_path / f"{option}.zip"
        path.write_bytes(archive_of(sandbox, own.shop, tmp_path))
        sides.append(str(path))
    for names in (sides, sides[::-1]):
        told = json.loads(Said(capsys, "compare", *names, "--json").out)["resources"]
        assert told["variant_metafields"]["equal"] == 2
        assert told["variant_metafields"]["fidelity"] == told["shop_metafields"]["fidelity"] == 1.0
        assert told["products"]["differing"] == 1
