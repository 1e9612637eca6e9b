"""What products a collection takes, in portable form.

A condition stands as the input that would make it, named by its kind, with references in place of ids::

    {"productTag": {"matchType": "ANY", "relation": "TAGGED_WITH", "values": ["new"]}}
    {"metafieldBoolean": {"definitionId": "shopsync:metafield_definitions/PRODUCT/custom/vegan", "relation": …}}

A source of conditions without one of them would take other products, so a reference in a condition must land; one that
is selected by hand, or a collection in a collection, can be left out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from itertools import count

from ..jsonl import dumps
from ..references import parse
from ..resource import Fields, Place
from ..values import decimal
from ._collection_reading import REFERRING, SIDES

Translate = Callable[[str], str | None]


def rewrite(sources: Sequence[Fields], translate: Translate) -> list[Fields]:
    return [_rewritten(source, translate) for source in sources]


def _rewritten(source: Fields, translate: Translate) -> Fields:
    if "subCollections" in source:
        own = source["subCollections"]
        return {"subCollections": {**own, "collectionIds": _kept(own["collectionIds"], translate)}}
    own = source["source"]
    sides = {
        side: {
            **own[side],
            "conditions": [new for item in own[side]["conditions"] if (new := _with(item, translate)) is not None],
            "selections": [new for item in own[side]["selections"] if (new := _selected(item, translate)) is not None],
        }
        for side, _, _ in SIDES
        if own[side] is not None
    }
    return {"source": {**own, **sides}}


def _kept(texts: Sequence[str], translate: Translate) -> list[str]:
    return [new for text in texts if (new := translate(text)) is not None]


def _with(item: Fields, translate: Translate) -> Fields | None:
    ((kind, own),) = item.items()
    new = dict(own)
    if "definitionId" in own:
        new["definitionId"] = translate(own["definitionId"])
    if kind == "metafieldMetaobject":
        new["value"] = translate(own["value"])
    elif kind in REFERRING:
        new["values"] = _kept(own["values"], translate) or None
    return None if None in [new.get(name, "") for name in ("definitionId", "value", "values")] else {kind: new}


def _selected(item: Fields, translate: Translate) -> Fields | None:
    product = translate(item["productId"])
    if product is None:
        return None
    if "variantIds" not in item:
        return {"productId": product}
    variants = _kept(item["variantIds"], translate)
    return {"productId": product, "variantIds": variants} if variants else None


def nested(sources: Sequence[Fields]) -> list[str] | None:
    """The collections of which these sources take all; None where no source is of that kind."""
    found = [source["subCollections"]["collectionIds"] for source in sources if "subCollections" in source]
    return [text for own in found for text in own] if found else None


def released(sources: Sequence[Fields], gone: Collection[str] | None) -> list[Fields]:
    """Sources without these collections in them (None: without any), and without those that take nothing else."""
    return [new for source in sources if (new := _released(source, gone)) is not None]


def _released(source: Fields, gone: Collection[str] | None) -> Fields | None:
    if "subCollections" not in source:
        return source
    own = source["subCollections"]
    left = [text for text in own["collectionIds"] if gone is not None and text not in gone]
    if gone is None or (own["collectionIds"] and not left):
        return None
    return {"subCollections": {**own, "collectionIds": left}}


def places(sources: Sequence[Fields]) -> Iterator[Place]:
    """The path `sources` stands for what may be left out; each reference that must land has a path of its own."""
    numbers = count(1)
    for source in sources:
        if "subCollections" in source:
            yield from _spots("sources", source["subCollections"]["collectionIds"], hard=False)
            continue
        for side, _, _ in SIDES:
            own = source["source"][side]
            for item in own["conditions"] if own is not None else ():
                number = next(numbers)
                for place, text in enumerate(_references(item), 1):
                    path = f"condition {number}" if place == 1 else f"condition {number}, {place}"
                    for spot in _spots(path, [text], hard=True):
                        circular = spot.target.resource == "collections"  # two may exclude each other
                        yield replace(spot, waits="sources") if circular else spot
            for item in own["selections"] if own is not None else ():
                yield from _spots("sources", [item["productId"], *item.get("variantIds", ())], hard=False)


def _spots(path: str, texts: Sequence[str], *, hard: bool) -> Iterator[Place]:
    for text in texts:
        target = parse(text)
        if target is not None:
            yield Place(path, target, hard=hard)


def _references(item: Fields) -> list[str]:
    ((kind, own),) = item.items()
    found = [own["definitionId"]] if "definitionId" in own else []
    if kind == "metafieldMetaobject":
        return [*found, own["value"]]
    return [*found, *(own["values"] if kind in REFERRING else ())]


def normalise(source: Fields) -> Fields:
    """Order says nothing among conditions and selections, nor how a number or an empty side is written."""
    if "subCollections" in source:
        own = source["subCollections"]
        return {"subCollections": {**_said(own), "collectionIds": sorted(own["collectionIds"])}}
    own = source["source"]
    return {"source": {**_said(own), **{side: _normal_side(own[side]) for side, _, _ in SIDES}}}


def _said(own: Fields) -> Fields:
    return {**own, "description": own.get("description") or ""}


def _normal_side(own: Fields | None) -> Fields | None:
    if own is None or not (own["conditions"] or own["selections"]):
        return None
    return {
        "matchType": (own["matchType"] or "ALL") if own["conditions"] else None,
        "conditions": sorted((_normal_condition(item) for item in own["conditions"]), key=dumps),
        "selections": sorted((_normal_selection(item) for item in own["selections"]), key=dumps),
    }


def _normal_condition(item: Fields) -> Fields:
    ((kind, own),) = item.items()
    new = {name: own[name] for name in sorted(own)}
    if isinstance(own.get("values"), list):
        new["values"] = sorted(own["values"], key=dumps)
    value = own.get("value")
    if isinstance(value, dict):
        new["value"] = {name: decimal(str(part)) for name, part in sorted(value.items())}
    elif kind == "metafieldDecimal":
        new["value"] = decimal(str(value))
    return {kind: new}


def _normal_selection(item: Fields) -> Fields:
    return {name: sorted(part) if isinstance(part, list) else part for name, part in sorted(item.items())}
