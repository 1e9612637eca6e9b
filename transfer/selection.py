"""What a selection takes: judged on every record that is read, whatever the shop was asked for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

from .keys import Key, encode
from .product_search import Search, SelectionError, parse
from .references import Target
from .registry import RESOURCES, order, owner_of
from .resource import Fields, Resource, Selection
from .typed_keys import parts_of, typed

MAX_RECORDS = 1_000
SEO = {("global", "title_tag"), ("global", "description_tag")}
_NAME = re.compile(r"[\w$.-]{1,255}\Z")  # namespaces may hold what their makers liked


def selection_of(options: Mapping[str, Any]) -> Selection:
    """From the options of a run, which `options_of` made."""
    return Selection(
        resources=frozenset(options.get("resources", ())),
        also=frozenset(options.get("also", ())),
        metaobject_types=frozenset(options.get("metaobject_types", ())),
        namespaces=frozenset(options.get("namespaces", ())),
        owner_types=frozenset(options.get("owner_types", ())),
        products=options.get("products", ""),
        records=frozenset(Target(name, tuple(key)) for name, key in options.get("records", ())),
        closure=bool(options.get("closure")),
    )


def options_of(selection: Selection) -> dict[str, Any]:
    """As JSON, in one order."""
    return {
        "resources": sorted(selection.resources),
        "also": sorted(selection.also),
        "metaobject_types": sorted(selection.metaobject_types),
        "namespaces": sorted(selection.namespaces),
        "owner_types": sorted(selection.owner_types),
        "products": selection.products,
        "records": [[target.resource, list(target.key)] for target in sorted(selection.records)],
        "closure": selection.closure,
    }


def record_named(text: str) -> Target:
    """``products/blue-shirt``, ``metaobjects/designer/anna``: a single record. Raises SelectionError."""
    name, _, rest = text.strip().partition("/")
    resource = RESOURCES.get(name)
    if resource is None or not rest:
        raise SelectionError(
            f"{text[:60]!r} names no record; write it as products/blue-shirt or metaobjects/type/handle."
        )
    if not resource.stands_alone:
        home = RESOURCES.get(owner_of(resource.hangs_on)) if resource.hangs_on else None
        like = f", as in {home.name}/{home.key_like}" if home is not None else ""
        raise SelectionError(
            f"{resource.label} are not chosen one by one; choose the record that they belong to{like}."
        )
    key = typed(rest, parts_of(resource, values=False), resource)
    problem = resource.key_problem(key)
    if problem is not None:
        raise SelectionError(f"{text[:60]!r} names no record: {problem}")
    return Target(name, key)


def check(selection: Selection) -> None:
    """Raises SelectionError with one sentence where a selection cannot be meant."""
    unknown = sorted((selection.resources | selection.also) - set(RESOURCES))
    if unknown:
        raise SelectionError(f"There is no resource {unknown[0]!r}; there are {', '.join(RESOURCES)}.")
    owners = {name for resource in RESOURCES.values() for name in resource.owner_types}
    strange = sorted(selection.owner_types - owners)
    if strange:
        raise SelectionError(f"There is no owner type {strange[0][:40]!r}; there are {', '.join(sorted(owners))}.")
    for word in sorted(selection.metaobject_types | selection.namespaces):
        if not _NAME.match(word):
            raise SelectionError(f"{word[:40]!r} is no name of a type or a namespace.")
    if len(selection.records) > MAX_RECORDS:
        raise SelectionError(f"At most {MAX_RECORDS} single records can be named; use a filter instead.")
    for target in selection.records:
        record_named(f"{target.resource}/{encode(target.key)}")
    if selection.products:
        parse(selection.products)


def by_kind(selection: Selection, name: str) -> bool:
    """Whether records of a resource are chosen as a kind, and not only one by one or because others need them."""
    if selection.resources:
        return name in selection.resources | selection.also
    return name in selection.also or (RESOURCES[name].by_default and not selection.records)


def seo_only(selection: Selection, name: str) -> bool:
    """Whether of a kind of values nothing comes but what search engines show of records that are chosen, as a kind or
    one by one beside other kinds: nobody who chooses pages knows that these are metafields of theirs. A closure brings
    all values anyway, and so does a choice of single records alone."""
    values = RESOURCES[name]
    if not values.seo or selection.closure or by_kind(selection, name):
        return False
    picked = {target.resource for target in selection.records} if selection.resources else set()
    return any(by_kind(selection, owner) or owner in picked for owner in map(owner_of, values.holders))


def seo_of_all(selection: Selection, name: str) -> bool:
    """Whether that is what it is of all records of a kind, and not only of single ones."""
    return seo_only(selection, name) and any(by_kind(selection, owner_of(kind)) for kind in RESOURCES[name].holders)


def asked(selection: Selection, name: str) -> bool:
    """Whether records of a resource may come at all, be it only because others need them.

    What is not carried by default comes only where somebody named it, or named what its values hang on. People whom a
    closure needs come with those who were named: the customers who are a company's contacts.
    """
    resource = RESOURCES[name]
    if resource.by_default or _named(selection, name):
        return True
    if selection.closure and any(_named(selection, one) for one, own in RESOURCES.items() if _needs(own, name)):
        return True
    owners = {owner_of(kind) for kind in resource.holders} if resource.owner_types else set()
    return any(not RESOURCES[one].by_default and asked(selection, one) for one in owners)


def _named(selection: Selection, name: str) -> bool:
    """Whether somebody named a kind, or a single record on which records of it hang: a company has locations."""
    picked = {target.resource for target in selection.records}
    return name in {*selection.resources, *selection.also, *picked} or RESOURCES[name].hangs_on in picked


def _needs(resource: Resource, name: str) -> bool:
    """Whether records of a kind are nothing without those of another that tells of people."""
    return name in resource.tells_of and not resource.owner_types


def not_chosen(selection: Selection, held: Collection[str] = ()) -> list[str]:
    """The kinds that a selection does not take as such, in their order. `held`: those of which something came all the
    same, which are not among them, unless that is their SEO alone."""
    left = (name for name in order() if not by_kind(selection, name))
    return [name for name in left if name not in held or seo_only(selection, name)]


def restricted(selection: Selection) -> bool:
    """Whether anything may be left out that a record of the selection refers to, but for what nobody asked for."""
    return selection != Selection(also=selection.also, closure=selection.closure)


def beyond(selection: Selection) -> frozenset[str]:
    """The resources of which a record of the selection may refer to something that was not meant to come."""
    return frozenset(name for name in RESOURCES if restricted(selection) or not asked(selection, name))


def hanging(selection: Selection, resource: Resource) -> bool:
    """Whether values are read owner by owner, because not all owners are meant."""
    return bool(selection.products) and any(owner_of(kind) == "products" for kind in resource.holders)


def whole(selection: Selection, names: Iterable[str]) -> list[str]:
    """The resources of which everything is meant, so that what the archive lacks is lacking in the shop."""
    return [name for name in names if by_kind(selection, name) and not _filtered(selection, RESOURCES[name])]


def _filtered(selection: Selection, resource: Resource) -> bool:
    if resource.name == "products" or hanging(selection, resource):
        return bool(selection.products)
    if resource.name == "metaobjects":
        return bool(selection.metaobject_types)
    tells = resource.owner_types or resource.of_others or resource.name == "metafield_pins"  # of metafields, also
    return bool(tells) and bool(selection.namespaces or selection.owner_types)


def takes(selection: Selection, resource: Resource, key: Key, fields: Fields) -> bool:
    """Whether a record that was read as one of its kind is meant."""
    if Target(resource.name, key) in selection.records:
        return True
    if resource.of_others and key[0] in RESOURCES and not asked(selection, key[0]):
        return False  # what is said of a record tells of it
    if resource.of_others and key[0] in RESOURCES:
        other, inner = RESOURCES[key[0]], key[1 : len(key) - resource.tail]
        if other.owner_types and not _takes_value(selection, other, inner):
            return False
    if resource.owner_types and not _takes_value(selection, resource, key):
        return False
    if seo_only(selection, resource.name) and key[-2:] not in SEO:
        return False
    if resource.name == "products" and selection.products:
        return search(selection.products).takes(key, fields)
    return True


def _takes_value(selection: Selection, resource: Resource, key: Key) -> bool:
    """By whose metafields, and in which namespaces, were asked for. Nobody knows the SEO of a page as metafields."""
    if resource.seo and key[-2:] in SEO:
        return True
    owner_type, namespace = resource.value_of(key)
    fits = not selection.namespaces or namespace in selection.namespaces
    return fits and (not selection.owner_types or owner_type in selection.owner_types)


@lru_cache(maxsize=32)
def search(text: str) -> Search:
    return parse(text)
