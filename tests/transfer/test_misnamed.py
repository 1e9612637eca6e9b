"""References that cannot name anything: refused at their line, whatever kind they are of."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tests.archives import closed, opened, relist
from tests.builder import Builder
from tests.support import Sandbox, archive_of
from transfer.archive import ArchiveError
from transfer.archive.check import quick_check, unpack
from transfer.local import local_desk
from transfer.misnamed import misnamed
from transfer.references import UNKNOWN, Target
from transfer.registry import RESOURCES

VALUE = RESOURCES["shop_metafields"]
KINDS = {name: len(own.key_shape) for name, own in RESOURCES.items() if own.key_shape}
PARTS = {**KINDS, "variants": 3, UNKNOWN: 2}


def value(text: str, type_: str = "mixed_reference") -> dict[str, str]:
    return {"type": type_, "value": text}


@pytest.mark.parametrize("kind", PARTS)
def test_a_reference_has_as_many_parts_as_the_keys_of_its_kind(kind: str) -> None:
    right = tuple("abcdefgh"[: PARTS[kind]])
    assert misnamed(VALUE, value(str(Target(kind, right)))) is None
    for wrong in (right[:-1] or (*right, "y"), (*right, "z")):
        said = misnamed(VALUE, value(str(Target(kind, wrong))))
        assert said is not None
        assert f"names no record; after shopsync:{kind}/ must stand: " in said
    listed = value(json.dumps([str(Target(kind, right)), str(Target(kind, (*right, "z")))]), "list.mixed_reference")
    assert misnamed(VALUE, listed) is not None


def test_a_variant_is_named_by_its_options_in_their_order() -> None:
    assert misnamed(VALUE, value("shopsync:variants/shirt/Color/r/Size/S")) is None
    assert "in the order of their names" in str(misnamed(VALUE, value("shopsync:variants/shirt/Size/S/Color/r")))
    for name in ("variant_metafields", "inventory_levels"):
        tail = ("custom", "care") if name == "variant_metafields" else ()
        assert RESOURCES[name].key_problem(("shirt", "Color", "r", "Size", "S", *tail)) is None
        problem = RESOURCES[name].key_problem(("shirt", "Size", "S", "Color", "r", *tail))
        assert problem == "key: its options must stand in the order of their names."


def test_an_archive_from_before_films_had_their_size_is_known_for_one() -> None:
    says = "Archives of earlier versions have keys without it; export the store again."
    assert str(RESOURCES["files"].key_problem(("video", "a.mp4"))).endswith(f"the size in bytes too. {says}")
    assert str(misnamed(VALUE, value("shopsync:files/video/a.mp4"))).endswith(f"the size in bytes too. {says}")
    assert says not in str(misnamed(VALUE, value("shopsync:files/image/a.png/1")))


def test_what_this_version_does_not_know_is_read() -> None:
    assert misnamed(VALUE, value("shopsync:unicorns/a/b/c/d")) is None
    assert misnamed(VALUE, value("shopsync:metaobjects/a", "single_line_text_field")) is None


def test_the_line_is_named(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = Builder(sandbox)
    product = shop.product("shirt", {"Size": ["M"]})
    shop.metafield(shop.shop_id(), "custom.one", "product_reference", product)
    members = opened(archive_of(sandbox, shop.shop, tmp_path))
    name = "shop_metafields/00001.jsonl"
    members[name] = members[name].replace(b"shopsync:products/shirt", b"shopsync:products/shirt/M")
    relist(members)
    archive = closed(members)
    quick_check(io.BytesIO(archive), known=RESOURCES)
    desk = local_desk(sandbox.client(shop.shop), tmp_path / "desk")
    with desk.storage.write("source.zip") as file:
        file.write(archive)
    sentence = (
        f"{name}, line 1: “shopsync:products/shirt/M” names no record; after shopsync:products/ must stand: handle."
    )
    with pytest.raises(ArchiveError, match="names no record") as refusal:
        list(unpack(desk, {}, archive="source.zip"))
    assert str(refusal.value) == sentence
