"""What companies, their locations and their people have in common: names, and addresses without a name in them.

A company, and a place of one, is known by its external id, which no two may share; those without one by their name,
which several may have.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ..keys import Key
from ..outcomes import Reason
from ..references import Target
from ..resource import Ask, Fields, Ids, Result, Talk
from ..shapes import Match, Maybe, Object, OneOf, Shape, Text
from ._common import quoted
from ._shapes import SHORT

ID, NAME = "id", "name"
NAMED = "name externalId"
OF_COMPANY = f"company {{ {NAMED} }}"
MAX_NOTE = 5_000  # as a real store was seen to refuse more

KEY: tuple[Shape, ...] = (OneOf(ID, NAME), Text("a name or an external id", least=1, most=255))
EXTERNAL_ID = Maybe(Match("an external id (1 to 64 letters, digits and signs, no blanks)", re.compile(r"[!-~]{1,64}")))
_COUNTRY = Match("the code of a country, such as DE", re.compile(r"[A-Z]{2}"))
ADDRESS_PARTS = (
    *("firstName", "lastName", "recipient", "address1", "address2", "city", "zip", "countryCode", "zoneCode", "phone"),
)
ADDRESS = Maybe(Object("an address", {**dict.fromkeys(ADDRESS_PARTS, SHORT), "countryCode": _COUNTRY}))
REMOVED = "Note removed."

OWNERLESS = "What it belongs to is not in the target store, or several there have its name."


def key_of(node: Mapping[str, Any]) -> Key:
    """The key of a company or a location, read with `NAMED`."""
    return (ID, node["externalId"]) if node.get("externalId") else (NAME, node["name"])


def term(key: Key) -> str:
    """The search term that finds it among others."""
    return f"{'external_id' if key[0] == ID else 'name'}:{quoted(key[1])}"


def said_by(key: Key, fields: Fields) -> Fields:
    """With what the key of a company or a location says of it already."""
    own = {} if len(key) != 2 else {"externalId": key[1]} if key[0] == ID else {"name": key[1]}
    return {**fields, **{name: value for name, value in own.items() if fields.get(name) is None}}


def named(fields: Fields) -> Key | None:
    return key_of({"name": fields.get("name"), **fields}) if fields.get("externalId") or fields.get("name") else None


def same(key: Key, other: Key) -> bool:
    """Whether keys that begin with a company's may be of one record: of one that goes by its id and by its name."""
    return key == other or (key[2:] == other[2:] and {key[0], other[0]} == {ID, NAME})


def contradiction(key: Key, fields: Fields) -> str | None:
    if key_of(fields) == key:
        return None
    return "the key must be id and the externalId, or where it has none name and the name."


# -- whose it is


_OF_NAME = f"""
query CompaniesOfName($query: String!) {{ companies(first: 50, query: $query) {{ nodes {{ id {NAMED} }} }} }}
"""


def company_gid(key: Key, ids: Ids) -> Talk[str | None]:
    """The company of this key in the store that is written to; of two that share their name, none."""
    gid = ids.gid(Target("companies", key))
    if gid is None or key[0] == ID:
        return gid
    nodes = (yield Ask(_OF_NAME, {"query": term(key)}))["companies"]["nodes"]
    return gid if sum(key_of(node) == key for node in nodes) < 2 else None


def ownerless(key: Key) -> Result:
    return Result(key, reason=Reason.MISSING_OWNER, detail=OWNERLESS)


# -- nobody's


def alias_of(key: Key, noun: str, alias: Callable[[str], str]) -> Key:
    """Whoever had an external id has one, whoever had none has none."""
    return (ID, alias(key[1])) if key[0] == ID else (NAME, _called(key[1], noun, alias))


def nameless(fields: Fields, noun: str, alias: Callable[[str], str]) -> Fields:
    """Name, external id and note of a company or a location, without anybody in them."""
    external, note = fields.get("externalId"), fields.get("note")
    return {
        "name": _called(fields["name"], noun, alias),
        "externalId": alias(external) if external else None,
        "note": REMOVED if note else None,
    }


def _called(name: str, noun: str, alias: Callable[[str], str]) -> str:
    return f"{noun} {alias(name)}"


def anonymous(address: Fields | None) -> Fields | None:
    """Country and region stay, because taxes and markets depend on them."""
    if not address:
        return None
    kept = {name: address.get(name) for name in ("countryCode", "zoneCode")}
    return {**dict.fromkeys(ADDRESS_PARTS), "address1": "1 Example Street", "city": "Example", **kept}
