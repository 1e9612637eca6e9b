"""What an import tells Shopify: the input fields of all requests of whole runs, by the types that Shopify publishes.

Two stores that hold of every kind what there is to hold are copied into empty ones, and into stores that have the same
records with less in them, so that whatever can be made is made, and whatever can be changed is changed.
"""

from __future__ import annotations

import copy
import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    ObjectFieldNode,
    OperationDefinitionNode,
    OperationType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
    type_from_ast,
    visit,
)

from tests.archives import Record, edited
from tests.support import ROOT, Sandbox, Watched, archive_of
from transfer.local import local_desk, run
from transfer.references import Target
from transfer.registry import RESOURCES
from transfer.resource import Ids, Job, Resource
from transfer.stages import IMPORT

Requests = list[tuple[str, Mapping[str, Any]]]
OPTIONAL = [name for name, resource in RESOURCES.items() if resource.optional]
# What a record is nothing without, or is known by: a copy with less in it keeps these; and of these, each item.
KEPT = frozenset({"giftCard", "handle", "size", "source", "values", "linkedValues", "options", "type", "kind"})
ITEMS = frozenset({"fieldDefinitions", "variants"})
CHANGED = frozenset({"title", "name"})


class Noting(Watched):
    def __init__(self, requests: Requests) -> None:
        super().__init__()
        self._requests = requests

    def learn(self, document: str, variables: Mapping[str, Any], requested: float) -> None:
        self._requests.append((document, variables))
        super().learn(document, variables, requested)


def mutations(sandbox: Sandbox, folder: Path) -> Requests:
    requests: Requests = []
    for seed, products in (("boutique", 12), ("nasty", None)):
        archive = archive_of(sandbox, sandbox.shop(seed, products=products), folder, also=OPTIONAL)
        _import(sandbox, sandbox.shop(), archive, folder / f"{seed}-new", requests)
        shop = sandbox.shop()
        _import(sandbox, shop, edited(archive, _with_less), folder / f"{seed}-less", requests)
        _import(sandbox, shop, archive, folder / f"{seed}-more", requests)
    return [(text, variables) for text, variables in requests if text.lstrip().startswith("mutation")]


def _import(sandbox: Sandbox, shop: str, archive: bytes, folder: Path, requests: Requests) -> None:
    desk = local_desk(sandbox.client(shop, prices=Noting(requests)), folder, settling=0.0)
    with desk.storage.write("source.zip") as file:
        file.write(archive)
    run(desk, IMPORT, {"archive": "source.zip", "policy": "update", "excluded": {}, "also": OPTIONAL})


def _with_less(resource: str, number: int, record: Record) -> list[Record]:
    kind, key, fields = RESOURCES[resource], tuple(record["key"]), copy.deepcopy(record["fields"])
    if kind.given or kind.hangs_on or (resource == "files" and number > 20):
        return [record]
    _empty(kind, key, fields, fields)
    return [{**record, "fields": fields}]


def _empty(kind: Resource, key: tuple[str, ...], fields: Any, part: Any) -> None:
    """Takes everything out of `part` of a record that may be missing."""
    for name in sorted(set(part) - KEPT) if isinstance(part, dict) else ():
        old = part[name]
        if name in ITEMS or not _replaced(kind, key, fields, part, name):
            part[name] = old
            for item in old if isinstance(old, list) else [old]:
                _empty(kind, key, fields, item)


def _replaced(kind: Resource, key: tuple[str, ...], fields: Any, part: Any, name: str) -> bool:
    others: tuple[Any, ...] = (None, [])
    if isinstance(part[name], dict):  # without some of its rules a field is none
        kept = ("metaobject_definition", "scale_")
        others = (None, {own: value for own, value in part[name].items() if own.startswith(kept)})
    if name in CHANGED and isinstance(part[name], str):
        others = (f"{part[name]}.",)
    for new in others:
        part[name] = new
        if kind.validate(key, fields) is None:
            return True
    return False


class Everywhere(Ids):
    """A target store that has everything."""

    def gid(self, target: Target) -> str:
        return f"gid://shopify/Thing/{zlib.crc32(str(target).encode())}"

    def local(self, link: str) -> str:
        return link


def of_fixtures(*names: str) -> Requests:
    """What a change of each fixture of these kinds is begun with, where the target's lists hold other things."""
    requests: Requests = []
    for name in names:
        for line in (ROOT / "tests" / "fixtures" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            after, before = record["fields"], _otherwise(record["fields"])
            changed = tuple(change.path for change in RESOURCES[name].changes(before, after))
            job = Job(name, tuple(record["key"]), after, before=before, gid="gid://shopify/Thing/1", changed=changed)
            ask = next(RESOURCES[name].write([job], Everywhere()))
            requests.append((ask.document, json.loads(json.dumps(ask.variables))))
    return [(text, variables) for text, variables in requests if text.lstrip().startswith("mutation")]


def _otherwise(value: Any) -> Any:
    """With something else in every list of references or texts, and nothing where there may be nothing."""
    if isinstance(value, dict):
        return {name: None if name == "displayNameKey" else _otherwise(own) for name, own in value.items()}
    if isinstance(value, list):
        texts = value and all(isinstance(item, str) for item in value)
        return [f"{value[0]}-other"] if texts else [_otherwise(item) for item in value]
    return value


def sent(schema: GraphQLSchema, requests: Requests) -> set[tuple[str, str]]:
    """(input type, field) and ("Mutation.name", argument) of all that was told."""
    found: set[tuple[str, str]] = set()
    documents: dict[str, DocumentNode] = {}
    for text, variables in requests:
        if text not in documents:
            documents[text] = parse(text)
            found |= set(_written(schema, documents[text]))
        for name, type_ in _declared(schema, documents[text]):
            found |= set(_given(type_, variables.get(name)))
    return found


def _declared(schema: GraphQLSchema, document: DocumentNode) -> Iterator[tuple[str, GraphQLInputType]]:
    for operation in document.definitions:
        assert isinstance(operation, OperationDefinitionNode)
        assert operation.operation is OperationType.MUTATION
        for item in operation.variable_definitions or ():
            type_: Any = type_from_ast(schema, item.type)
            yield item.variable.name.value, type_


def _given(type_: Any, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(type_, GraphQLNonNull):
        type_ = type_.of_type
    if isinstance(type_, GraphQLList):
        for item in value if isinstance(value, list) else [value]:
            yield from _given(type_.of_type, item)
    elif isinstance(type_, GraphQLInputObjectType) and value is not None:
        for name, own in value.items():
            yield type_.name, name
            yield from _given(type_.fields[name].type, own)


def _written(schema: GraphQLSchema, document: DocumentNode) -> list[tuple[str, str]]:
    """What stands in the document itself: the mutations' arguments, and the fields of objects."""
    info, found = TypeInfo(schema), []

    class Noted(Visitor):
        def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
            parent, own = info.get_parent_type(), info.get_field_def()
            if parent is schema.mutation_type:
                assert parent is not None
                name = next(name for name, field in parent.fields.items() if field is own)
                found.append((f"Mutation.{name}", node.name.value))

        def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> None:
            type_: Any = get_named_type(info.get_parent_input_type())
            found.append((type_.name, node.name.value))

    visit(document, TypeInfoVisitor(info, Noted()))
    return found
