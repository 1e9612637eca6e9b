"""Reading a store while merchants work in it, and when Shopify finds a page too dear."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from tests.builder import NAME, Builder, equal, refers
from tests.support import Sandbox, archive_of, checksums, export, import_
from transfer import export as reading
from transfer import passes
from transfer.archive.members import MemberSet
from transfer.local import LocalRun, local_desk
from transfer.references import Target
from transfer.resource import Selection
from transfer.stages import EXPORT, Stage
from transfer.work import Checkpoint, Id, Where

RENAME = (
    "mutation R($id: ID!, $new: String!) { productUpdate(product: {id: $id, title: $new}) { userErrors { message } } }"
)
HANDLE = (
    "mutation H($id: ID!, $new: String!) { productUpdate(product: {id: $id, handle: $new}) { userErrors { message } } }"
)
DELETE = "mutation D($id: ID!) { productDelete(input: {id: $id}) { userErrors { message } } }"
DELETE_ENTRY = "mutation D($id: ID!) { metaobjectDelete(id: $id) { userErrors { message } } }"
DELETE_PAGE = "mutation D($id: ID!) { pageDelete(id: $id) { userErrors { message } } }"
DELETE_COLLECTION = "mutation D($id: ID!) { collectionDelete(input: {id: $id}) { userErrors { message } } }"
PAGE = "mutation P($page: PageCreateInput!) { pageCreate(page: $page) { page { id } userErrors { message } } }"
COLLECTION = """mutation C($collection: CollectionCreateInput!) {
  collectionCreate(collection: $collection) { collection { id } userErrors { message } } }"""


def _disturbed(shop: Builder, folder: Path, disturb: Callable[[], None], **chosen: Any) -> dict[str, dict[str, Any]]:
    """An export, with `disturb` in the middle: after the first reading, before what moved is read again."""
    desk = local_desk(shop.sandbox.client(shop.shop), folder / "disturbed")
    run = LocalRun(desk, {"shop": shop.shop, **chosen}, {})
    first, *rest = EXPORT
    run.work([first])
    disturb()
    run.work(rest)
    with desk.storage.read(run.past["assemble"]["archive"]) as file, zipfile.ZipFile(BytesIO(file.read())) as opened:
        lines = [
            (name.split("/")[0], json.loads(line))
            for name in opened.namelist()
            if name.endswith(".jsonl") and not name.startswith("side/")
            for line in opened.read(name).splitlines()
        ]
        manifest = json.loads(opened.read("manifest.json"))
    keys = ["/".join([resource, *line["key"]]) for resource, line in lines]
    assert len(set(keys)) == len(keys), "no record stands in an archive twice"
    return {"manifest": manifest, "records": {key: line["fields"] for key, (_, line) in zip(keys, lines, strict=True)}}


def test_what_changes_while_reading_stands_in_the_archive_as_it_is_in_the_end(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = Builder(sandbox)
    changed, renamed, remade = (shop.product(name, {"Size": ["S"]}) for name in ("changed", "renamed", "remade"))
    shop.metafield(renamed, "custom.note", "single_line_text_field", "mine")
    shop.metafield(remade, "custom.note", "single_line_text_field", "old")
    shop.metafield(changed, "custom.other", "product_reference", renamed)
    shop.define("color", NAME)
    red = shop.entry("color", "red", name="Red")

    def disturb() -> None:
        shop.ask(RENAME, id=changed, new="Another title")
        shop.ask(HANDLE, id=renamed, new="a-new-name")
        shop.ask(DELETE, id=remade)
        again = shop.product("remade", {"Size": ["M"]})
        shop.metafield(again, "custom.note", "single_line_text_field", "new")
        shop.product("late", {"Size": ["S"]})
        shop.change(red, name="Crimson")
        shop.entry("color", "late", name="Late")
        shop.metafield(shop.shop_id(), "custom.late", "single_line_text_field", "late")

    found = _disturbed(shop, tmp_path, disturb)
    records = found["records"]
    assert records["products/changed"]["title"] == "Another title"
    assert "products/renamed" not in records and "products/a-new-name" in records
    assert records["product_metafields/a-new-name/custom/note"]["value"] == "mine"
    assert records["product_metafields/changed/custom/other"]["value"] == "shopsync:products/a-new-name"
    assert records["products/remade"]["options"] == [{"name": "Size", "values": ["M"]}]
    assert records["product_metafields/remade/custom/note"]["value"] == "new"
    assert records["metaobjects/color/red"]["fields"]["name"]["value"] == "Crimson"
    assert {"products/late", "metaobjects/color/late", "shop_metafields/custom/late"} <= set(records)
    assert found["manifest"]["changedWhileReading"] == [], "what was read again is as it is in the end"


def test_what_is_deleted_while_reading_is_left_out_and_named(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = Builder(sandbox)
    shop.define("color", NAME)
    red, _ = (shop.entry("color", name, name=name) for name in ("red", "blue"))
    deleted, kept = (shop.product(name, {"Size": ["S"]}) for name in ("deleted", "kept"))
    for product in (deleted, kept):
        shop.metafield(product, "custom.note", "single_line_text_field", "mine")
    shop.metafield(kept, "custom.other", "product_reference", deleted)
    page = shop.ask(PAGE, page={"title": "Gone"})["pageCreate"]["page"]["id"]
    manual = {"title": "Manual", "sortOrder": "MANUAL", "sources": [_chosen(deleted, kept)]}
    collection = shop.ask(COLLECTION, collection=manual)["collectionCreate"]["collection"]["id"]

    def disturb() -> None:
        shop.ask(DELETE, id=deleted)
        shop.ask(DELETE_ENTRY, id=red)
        shop.ask(DELETE_PAGE, id=page)
        shop.ask(DELETE_COLLECTION, id=collection)

    found = _disturbed(shop, tmp_path, disturb)
    gone: list[tuple[str, list[str]]] = [
        ("collection_orders", ["manual"]),
        ("collections", ["manual"]),
        ("metaobjects", ["color", "red"]),
        ("pages", ["gone"]),
        ("product_metafields", ["deleted", "custom", "note"]),
        ("products", ["deleted"]),
    ]
    assert found["manifest"]["changedWhileReading"] == [list(one) for one in gone]
    assert not {"/".join([kind, *key]) for kind, key in gone} & set(found["records"])
    assert {"products/kept", "metaobjects/color/blue", "product_metafields/kept/custom/note"} <= set(found["records"])
    unknown = "/".join(deleted.split("/")[-2:])
    assert found["records"]["product_metafields/kept/custom/other"]["value"] == f"shopsync:unknown/{unknown}"
    told = {"count": 1, "examples": [f"kept/custom/other: value: {unknown.replace('/', ' ')}"]}
    assert found["manifest"]["deletedReferences"]["product_metafields"] == told


def test_what_is_gone_does_not_keep_a_name_that_another_has_by_now(sandbox: Sandbox, tmp_path: Path) -> None:
    """A new version of a product takes over its handle while the store is read, and the old one is deleted."""
    shop = Builder(sandbox)
    old, new, other = (shop.product(name, {"Size": ["S"]}) for name in ("shirt", "draft", "hat"))
    size = shop.variants(old)[0]
    shop.metafield(other, "custom.all", "list.product_reference", json.dumps([old, new, other]))
    shop.metafield(other, "custom.size", "variant_reference", size)
    manual = {"title": "Manual", "sortOrder": "MANUAL", "sources": [_chosen(old, new, other)]}
    shop.ask(COLLECTION, collection=manual)

    def disturb() -> None:
        shop.ask(HANDLE, id=old, new="shirt-old")
        shop.ask(HANDLE, id=new, new="shirt")
        shop.ask(DELETE, id=old)

    found = _disturbed(shop, tmp_path, disturb)
    gone, names = f"shopsync:unknown/Product/{old.split('/')[-1]}", ["shopsync:products/shirt", "shopsync:products/hat"]
    assert json.loads(found["records"]["product_metafields/hat/custom/all"]["value"]) == [gone, *names]
    unknown = f"shopsync:unknown/ProductVariant/{size.split('/')[-1]}"
    assert found["records"]["product_metafields/hat/custom/size"]["value"] == unknown
    products = found["records"]["collection_orders/manual"]["products"]
    assert [one for one in products if one != gone] == names
    assert found["manifest"]["deletedReferences"]["product_metafields"]["count"] == 2


def test_what_was_renamed_at_the_last_has_its_new_name_and_not_that_of_another(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """After the last round: one gives its handle to another that was read again, and is there still."""
    shop = Builder(sandbox)
    old, new, other = (shop.product(name, {"Size": ["S"]}) for name in ("shirt", "draft", "hat"))
    shop.metafield(other, "custom.all", "list.product_reference", json.dumps([old, new]))
    desk = local_desk(sandbox.client(shop.shop), tmp_path)
    run = LocalRun(desk, {"shop": shop.shop}, {})
    run.work(EXPORT[:2])
    shop.ask(HANDLE, id=old, new="shirt-old")
    known = desk.ids.by_gid([new])[new]
    desk.ids.put([Id(new, Target("products", ("shirt",)), known.reading, known.mark)])  # as if it was read after that
    past = run.work(EXPORT[2:])
    members = MemberSet.from_cursor(desk.storage, past["merge"])
    (values,) = members.lookup("product_metafields", [("hat", "custom", "all")]).values()
    assert json.loads(values.fields["value"]) == ["shopsync:products/shirt-old", "shopsync:products/shirt"]


def _chosen(*products: str) -> dict[str, Any]:
    selections = [{"productId": product} for product in products]
    inclusion = {"matchType": "ALL", "conditions": [], "selections": selections}
    return {"source": {"title": "Chosen", "targetType": "PRODUCTS", "inclusion": inclusion}}


def test_a_shop_that_never_rests_is_exported_and_says_what_moved(sandbox: Sandbox, tmp_path: Path) -> None:
    """After three rounds the archive is made all the same, and names what changed up to the last of them."""
    shop = Builder(sandbox)
    product = shop.product("restless", {"Size": ["S"]})
    desk = local_desk(sandbox.client(shop.shop), tmp_path)
    rounds = 0

    def listen(stage: Stage, checkpoint: object) -> None:
        nonlocal rounds
        if stage.name in ("read", "settle"):
            rounds += 1
            shop.ask(RENAME, id=product, new=f"Title {rounds}")

    past = LocalRun(desk, {"shop": shop.shop}, {}).work(EXPORT, listen)
    assert past["settle"]["moved"] == [["products", ["restless"]]]
    assert past["resolve"]["kept"]["products"] == 1


def test_definitions_of_what_comes_up_to_the_last_round_come_with_it(sandbox: Sandbox, tmp_path: Path) -> None:
    """A developer makes types, fields and definitions all through an export, and fills them."""
    shop = Builder(sandbox)
    product = shop.product("shirt", {"Size": ["S"]})
    card = shop.define("card", NAME)
    entry = shop.entry("card", "one", name="One")
    rounds = 0

    def work() -> None:
        nonlocal rounds
        rounds += 1
        shop.define(f"new{rounds}", NAME)
        shop.entry(f"new{rounds}", "first", name="First")
        shop.redefine(card, {"create": {"key": f"more{rounds}", "type": "single_line_text_field"}})
        shop.change(entry, **{f"more{rounds}": "more"})
        shop.define_metafield(f"custom.new{rounds}", "single_line_text_field")
        shop.metafield(product, f"custom.new{rounds}", "single_line_text_field", "new")

    desk = local_desk(sandbox.client(shop.shop), tmp_path)
    past = LocalRun(desk, {"shop": shop.shop}, {}).work(EXPORT, _at_each_round(work))
    members = MemberSet.from_cursor(desk.storage, past["merge"])
    assert rounds == reading.ROUNDS
    types = {line.key[0]: line.fields for line in members.records("metaobject_definitions")}
    assert {line.key[0] for line in members.records("metaobjects")} <= types.keys()
    filled = next(line.fields["fields"] for line in members.records("metaobjects") if line.key == ("card", "one"))
    assert set(filled) <= {own["key"] for own in types["card"]["fieldDefinitions"]}
    assert f"more{rounds - 1}" in filled
    named = {line.key[1:] for line in members.records("metafield_definitions")}
    values = {line.key[1:] for line in members.records("product_metafields")}
    assert ("custom", f"new{rounds - 1}") in values
    assert values <= named


def _at_each_round(work: Callable[[], None]) -> Callable[[Stage, Checkpoint], None]:
    """Somebody who works in the store after the first reading, and after each round but the last."""
    seen: set[int] = set()

    def listen(stage: Stage, checkpoint: Checkpoint) -> None:
        number = checkpoint.cursor["round"] if stage.name in ("read", "settle") else reading.ROUNDS
        whole = checkpoint.done if stage.name == "read" else "began" not in checkpoint.cursor
        if whole and number < reading.ROUNDS and number not in seen:
            seen.add(number)
            work()

    return listen


def test_what_goes_by_the_name_of_what_is_renamed_at_the_last_goes_by_the_new_one(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    shop = Builder(sandbox)
    product = shop.product("shirt0", {"Size": ["S"]})
    (variant,) = shop.variants(product)
    for owner in (product, variant):
        shop.metafield(owner, "custom.note", "single_line_text_field", "mine")
    rounds = 0

    def work() -> None:
        nonlocal rounds
        rounds += 1
        shop.ask(HANDLE, id=product, new=f"shirt{rounds}")

    desk = local_desk(sandbox.client(shop.shop), tmp_path)
    past = LocalRun(desk, {"shop": shop.shop}, {}).work(EXPORT, _at_each_round(work))
    members = MemberSet.from_cursor(desk.storage, past["merge"])
    assert [line.key[0] for kind in ("products", "product_metafields", "variant_metafields")
            for line in members.records(kind)] == [f"shirt{rounds}"] * 3  # fmt: skip


def test_a_page_that_is_too_dear_is_asked_for_in_halves(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = sandbox.shop("boutique", products=60)
    _, whole = export(sandbox, shop, tmp_path)
    dear = {"errors": [{"message": "Query cost is 1200", "extensions": {"code": "MAX_COST_EXCEEDED"}}]}
    sizes = [f" products(first: {size}, after: $after, query: $query, sort" for size in (50, 25, 100)]
    sandbox.faults(*({"kind": "body", "body": json.dumps(dear), "match": size, "shop": shop} for size in sizes))
    _, halved = export(sandbox, shop, tmp_path)
    assert checksums(halved) == checksums(whole)


def test_a_page_of_orders_that_is_too_dear_is_asked_for_in_halves(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = sandbox.shop("boutique", products=30)
    _, whole = export(sandbox, shop, tmp_path)
    assert checksums(whole)["collection_orders"]
    dear = {"errors": [{"message": "Query cost is 1200", "extensions": {"code": "MAX_COST_EXCEEDED"}}]}
    sizes = [f" collections(first: {n}, after: $after, query: $query, sortKey: ID)" for n in (20, 10)]
    sandbox.faults(*({"kind": "body", "body": json.dumps(dear), "match": size, "shop": shop} for size in sizes))
    _, halved = export(sandbox, shop, tmp_path)
    assert checksums(halved) == checksums(whole)


def test_an_owner_of_more_values_than_fit_into_any_page_arrives_whole(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    owner = source.product("laden", {"Size": ["S"]})
    for number in range(320):
        source.metafield(owner, f"custom.n{number:03}", "single_line_text_field", str(number))
    desk, _ = import_(sandbox, target.shop, archive_of(sandbox, source.shop, tmp_path), tmp_path)
    assert desk.ledger.tally()["product_metafields"]["verified"] == 320
    assert equal(source, target, tmp_path)


def test_what_moved_is_named_only_as_far_as_a_manifest_stays_small(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(passes, "MOVED", 2)
    shop = Builder(sandbox)
    products = [shop.product(f"p{number}", {"Size": ["S"]}) for number in range(5)]
    desk = local_desk(sandbox.client(shop.shop), tmp_path)

    def listen(stage: Stage, checkpoint: object) -> None:
        for number, product in enumerate(products if stage.name in ("read", "settle") else ()):
            shop.ask(RENAME, id=product, new=f"Title {number} {desk.now()}")

    past = LocalRun(desk, {"shop": shop.shop}, {}).work(EXPORT, listen)
    assert len(past["settle"]["moved"]) == 2
    assert past["settle"]["moves"] >= 5
    assert past["resolve"]["kept"]["products"] == 5


def test_a_chain_of_entries_is_not_written_one_answer_at_a_time(sandbox: Sandbox, tmp_path: Path) -> None:
    """Soft references far down are linked in the second pass; 300 waves would be 300 waits."""
    source, target = Builder(sandbox), Builder(sandbox)
    step = source.define("step", NAME)
    source.redefine(step, {"create": refers("next", step)})
    after = source.entry("step", "end", name="End")
    for number in range(300):
        after = source.entry("step", f"step-{number:03}", name=str(number), next=after)
    desk, _ = import_(sandbox, target.shop, archive_of(sandbox, source.shop, tmp_path), tmp_path)
    assert equal(source, target, tmp_path)
    waves = {row.wave for row in desk.ledger.select(Where(resource="metaobjects"), limit=1000)}
    assert len(waves) <= 20


def test_what_was_read_to_its_end_counts_as_whole_while_the_rest_is_read(sandbox: Sandbox, tmp_path: Path) -> None:
    desk = local_desk(sandbox.client(sandbox.shop("boutique", products=3)), tmp_path / "work")
    *_, read = reading.read(desk, {}, selection=Selection(), settled=True)
    assert read.done
    assert {name for name, (done, total) in read.counts.items() if total != done} == set()
    assert read.counts["metafield_definitions"][0] > 10, "a kind that nobody counts beforehand"
    *steps, settled = reading.settle(desk, read.cursor, selection=Selection())
    open_ = [{name for name, (_, total) in step.counts.items() if total is None} for step in (*steps, settled)]
    assert settled.done
    assert set().union(*open_) <= {"translations", "market_translations"}
    assert open_[-1] == set()
