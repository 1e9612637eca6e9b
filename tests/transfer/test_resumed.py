"""A write of which nobody knows whether it happened, and somebody who writes there before it is looked up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.builder import NAME, Builder
from tests.meddle import import_while, planned, row
from tests.support import Sandbox
from transfer.outcomes import Outcome, Reason, State
from transfer.stages import Stage
from transfer.work import Checkpoint, Desk

TEXT = "single_line_text_field"
TITLE = "mutation T($product: ProductUpdateInput!) { productUpdate(product: $product) { userErrors { message } } }"
IDS = """{ metaobjectByHandle(handle: { type: "kind", handle: "one" }) { id }
  productByIdentifier(identifier: { handle: "lamp" }) { id } }"""
READ = """{ metaobjectByHandle(handle: { type: "kind", handle: "one" }) { field(key: "name") { value } }
  productByIdentifier(identifier: { handle: "lamp" }) {
    title metafield(namespace: "custom", key: "words") { value } } }"""
ROWS = {
    "UpdateMetaobject(": ("metaobjects", "kind", "one"),
    "CreateMetaobject(": ("metaobjects", "kind", "one"),
    "UpdateProduct": ("products", "lamp"),
    "CreateProduct": ("products", "lamp"),
    "SetMetafields": ("product_metafields", "lamp", "custom", "words"),
}


def filled(shop: Builder, word: str) -> dict[str, str]:
    shop.define("kind", NAME)
    made = {"entry": shop.entry("kind", "one", name=word), "product": shop.product("lamp", {"Size": ["S"]}, title=word)}
    shop.metafield(made["product"], "custom.words", TEXT, word)
    return made


def in_doubt(desk: Desk, stage: Stage, checkpoint: Checkpoint) -> bool:
    """An answer is lost, and nobody has looked yet."""
    return stage.name == "apply" and checkpoint.cursor.get("lost_at") is not None


def held(shop: Builder) -> dict[str, Any]:
    data = shop.ask(READ)
    product = data["productByIdentifier"]
    entry = data["metaobjectByHandle"]
    return {
        "metaobjects": entry and entry["field"]["value"],
        "products": product and product["title"],
        "product_metafields": product and product["metafield"] and product["metafield"]["value"],
    }


CREATED = [name for name in ROWS if name.startswith("Create")]


@pytest.mark.parametrize("mutation", CREATED)
@pytest.mark.parametrize("kind", ["reset", "lost_answer"])
def test_what_somebody_wrote_into_a_new_record_before_it_was_looked_up_stays(
    sandbox: Sandbox, tmp_path: Path, mutation: str, kind: str
) -> None:
    """Made by us or by them: it is not as our creation makes it."""
    source, target = Builder(sandbox), Builder(sandbox)
    filled(source, "New")
    sandbox.faults({"kind": kind, "match": f"mutation {mutation}", "shop": target.shop})

    def deed(desk: Desk) -> None:
        sandbox.faults()
        there = target.ask(IDS)
        if mutation == "CreateProduct":
            own = there["productByIdentifier"]
            gid = own["id"] if own else target.product("lamp", {"Size": ["S"]}, title="Theirs")
        else:
            own = there["metaobjectByHandle"]
            gid = own["id"] if own else target.entry("kind", "one", name="Theirs")
        change(target, ROWS[mutation][0], gid)

    told(import_while(source, target, tmp_path, in_doubt, deed), target, mutation)


@pytest.mark.parametrize("mutation", [name for name in ROWS if name not in CREATED])
def test_what_somebody_wrote_while_a_worker_was_dead_stays(sandbox: Sandbox, tmp_path: Path, mutation: str) -> None:
    """It died between the intent and the write: whoever goes on finds what is neither the old value nor the new one."""
    source, target = Builder(sandbox), Builder(sandbox)
    filled(source, "New")
    made = filled(target, "Old")
    kind = ROWS[mutation][0]

    def deed(desk: Desk) -> None:
        own = row(desk, *ROWS[mutation])
        own.state = State.SENT
        desk.ledger.put([own])
        change(target, kind, made["entry" if kind == "metaobjects" else "product"])

    told(import_while(source, target, tmp_path, planned, deed), target, mutation)


def change(target: Builder, kind: str, gid: str) -> None:
    if kind == "metaobjects":
        target.change(gid, name="Theirs")
    elif kind == "products":
        target.ask(TITLE, product={"id": gid, "title": "Theirs"})
    else:
        target.metafield(gid, "custom.words", TEXT, "Theirs")


def told(desk: Desk, target: Builder, mutation: str) -> None:
    own = row(desk, *ROWS[mutation])
    assert (own.outcome, own.reason) == (Outcome.SKIPPED, Reason.CHANGED_MEANWHILE)
    assert own.detail.startswith("Somebody changed ")
    assert own.detail.endswith(" while it was written.")
    assert held(target)[ROWS[mutation][0]] == "Theirs"
