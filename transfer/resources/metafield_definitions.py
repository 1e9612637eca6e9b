"""Metafield definitions, one stream per kind of owner."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..diff import Change
from ..keys import Key
from ..outcomes import Reason
from ..references import Target, parse
from ..resource import Conceded, Fields, Ids, Job, Place, Reading, Resource, Result, Scopes, Selection, Stream, Talk
from ..shapes import Always, Flag, Lacking, Maybe, Object, OneOf, Text
from . import _metafield_definition_reading as reading
from . import _metafield_definition_writing as writing
from . import _other_type as other_type
from . import _validations as validations
from ._common import by_alias, touches
from ._metafield_definition_reading import CAPABILITIES, foreign
from ._owners import OF_APPS, OWNERS
from ._shapes import STATE, TEXTS, TYPE, WORD

OWN = ("access", "capabilities")  # what a store may choose about a standard definition
OF_A_TYPE = ("type", "validations", "capabilities")

_STOREFRONT = OneOf("NONE", "PUBLIC_READ", enum="MetafieldStorefrontAccess")
_CUSTOMER = OneOf("NONE", "READ", "READ_WRITE", enum="MetafieldCustomerAccountAccess")


class MetafieldDefinitions(Resource):
    name = "metafield_definitions"
    label = "Metafield definitions"
    key_is = "owner type, namespace, key"
    key_like = "PRODUCT/custom/care"
    shape = Object(
        "a metafield definition",
        {
            "name": Maybe(Text()),
            "description": Maybe(Text()),
            "type": TYPE,
            "validations": validations.SHAPE,
            "access": Object("access", {"storefront": Maybe(_STOREFRONT), "customerAccount": Maybe(_CUSTOMER)}),
            "capabilities": Object("capabilities", {name: Maybe(Flag()) for name in CAPABILITIES}),
            "constraints": Maybe(Object("constraints", {"key": Maybe(Text()), "values": TEXTS})),
            "standard": Lacking(Always()),
        },
    )
    key_shape = (OneOf(*OWNERS), WORD, WORD)
    made_at_once = True
    leaves = {
        "other apps' definitions": "Shopify lets nobody else create them",
        "definitions in namespaces that Shopify keeps to itself": "no app may write them",
        "values on orders, draft orders and transfers": "they belong to what was sold and moved; only how many is told",
        "definitions on selling plans, functions and gift card transactions": "only apps can use them",
    }
    lasting = {
        "name": "a definition has one",
        "access.storefront": STATE,
        "access.customerAccount": STATE,
        "capabilities.adminFilterable": STATE,
        "capabilities.analyticsQueryable": STATE,
        "capabilities.cartToOrderCopyable": STATE,
        "capabilities.smartCollectionCondition": STATE,
        "capabilities.uniqueValues": STATE,
    }
    scopes = Scopes(
        read=("read_products", "read_metaobject_definitions"), write=("write_products", "write_metaobject_definitions")
    )
    gid_types = ("MetafieldDefinition",)
    unique = True
    refers_to = ("metaobject_definitions",)
    owner_types = tuple(OWNERS)
    parts = OWNERS
    bound = frozenset(OF_A_TYPE)
    deletable = False  # deleting one may delete the values of every owner
    identify = {"MetafieldDefinition": "ownerType namespace key"}

    # -- reading

    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        own = [Stream(f"metafield_definitions/{owner}", reading.read_of(owner), moves=False) for owner in OWNERS]
        apps = (Stream(f"metafield_definitions/{owner}", reading.of_apps(owner), moves=False) for owner in OF_APPS)
        return [*own, *apps]

    def part(self, key: Key) -> str:
        return key[0] if key else ""

    def read_back(self, gids: Sequence[str]) -> Talk[list[Reading]]:
        return (yield from reading.back(gids))

    def locate(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        return (
            yield from by_alias(
                targets,
                "MetafieldDefinitionIdentifierInput!",
                "metafieldDefinition(identifier: $v) { id }",
                lambda target: dict(zip(("ownerType", "namespace", "key"), target.key, strict=True)),
                lambda target, node: node["id"],
            )
        )

    def identified(self, gid_type: str, node: Mapping[str, Any]) -> Target | None:
        return Target(self.name, (node["ownerType"], node["namespace"], node["key"]))

    def value_of(self, key: Key) -> tuple[str, str]:
        return key[0], key[1]

    # -- meaning

    def rewrite(self, fields: Fields, translate: Callable[[str], str | None]) -> Fields:
        rewritten = validations.rewrite(fields["validations"], translate)
        return {**fields, "validations": rewritten if rewritten is not None else {}}

    def places(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[Place]:
        for target in validations.targets(fields["validations"]):
            yield Place("validations", target, hard=True)

    def normalise(self, fields: Fields) -> Fields:
        constraints = fields.get("constraints")
        return {
            **fields,
            "validations": validations.normalise(fields["validations"]),
            "constraints": {**constraints, "values": sorted(constraints["values"])} if constraints else None,
        }

    def changes(self, before: Fields, after: Fields) -> list[Change]:
        """Of a standard definition, only what a store may choose about it."""
        found = super().changes(before, after)
        if not any((fields.get("constraints") or {}).get("key") for fields in (before, after)):
            found = [c for c in found if not touches(["constraints"], c.path)]  # what is lifted reads back as none
        return [c for c in found if touches(OWN, c.path.split(".")[0])] if after.get("standard") else found

    def concede(self, before: Fields, after: Fields) -> Conceded | None:
        """A type stays the target's, with the rules and uses that are of the type; the rest is written."""
        here, there = before["type"], after["type"]
        if here == there:
            return self._other_entries(before, after)
        sentence = (
            f"It is of type {here} in the target store and of type {there} in the archive; Shopify "
            "cannot change the type of a definition."
        )
        rest = {
            **after,
            "type": here,
            "validations": other_type.rules(here, there, before["validations"], after["validations"]),
            "capabilities": other_type.uses(here, before["capabilities"], after["capabilities"]),
        }
        return Conceded(rest, (sentence,), other_type.left_of(self.changes(before, after), self.changes(before, rest)))

    def _other_entries(self, before: Fields, after: Fields) -> Conceded | None:
        """What a metaobject reference may lead to is fixed when its definition is created."""
        here, there = (fields["validations"].get(validations.ONE) for fields in (before, after))
        if here is None or there is None or here == there or not after["type"].endswith("metaobject_reference"):
            return None
        sentence = (
            f"Its values are {_type_of(here)} in the target store and {_type_of(there)} in the archive; Shopify cannot "
            "change which metaobjects a definition refers to."
        )
        return Conceded({**after, "validations": {**after["validations"], validations.ONE: here}}, (sentence,))

    def refuse(self, job: Job) -> Result | None:
        why = foreign(job.key[1])
        if why is not None:
            return Result(job.key, reason=Reason.NOT_PERMITTED, detail=f"Not written: {why}.")
        if job.key[0] not in OWNERS:
            detail = f"Definitions on {job.key[0][:40]} are not carried by this version."
            return Result(job.key, reason=Reason.NOT_PERMITTED, detail=detail)
        return None

    # -- writing

    def write(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        (job,) = jobs
        if job.gid is not None:
            return [(yield from writing.update(job, ids))]
        if job.after.get("standard"):
            return [(yield from writing.enable(job))]
        return [(yield from writing.create(job, ids))]


def _type_of(text: str) -> str:
    target = parse(text)
    return target.key[0] if target is not None else text


RESOURCE = MetafieldDefinitions()
