"""Validations of definitions: a map of options, two of which refer to metaobject definitions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..json_text import compact
from ..paths import Translate
from ..references import Target, parse
from ..shapes import MapOf, Text
from ..values import references

ONE = "metaobject_definition_id"
MANY = "metaobject_definition_ids"


def as_map(validations: list[Mapping[str, Any]]) -> dict[str, str]:
    return {item["name"]: item["value"] for item in validations if item["value"] is not None}


def as_list(validations: Mapping[str, str], translate: Translate) -> list[dict[str, str | None]]:
    """The input form, with the target's GIDs. An empty text is a rule that is to be no more."""
    rewritten = rewrite(validations, translate)
    return [{"name": name, "value": value} for name, value in sorted((rewritten or {}).items()) if value]


def beside(present: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    """What to write over rules that are there: Shopify takes all together, and forgets what is not among them."""
    return {**present, **wanted}


def rewrite(validations: Mapping[str, str], translate: Translate) -> dict[str, str] | None:
    """With every reference replaced; None where a reference that must be there is gone."""
    result = dict(validations)
    if ONE in result:
        one = translate(result[ONE])
        if one is None:
            return None
        result[ONE] = one
    if MANY in result:
        many = [new for item in json.loads(result[MANY]) if (new := translate(item)) is not None]
        if not many:
            return None
        result[MANY] = compact(many)
    return result


def targets(validations: Mapping[str, str]) -> Iterator[Target]:
    """The definitions that portable validations name."""
    texts = [validations[ONE]] if ONE in validations else []
    texts += json.loads(validations[MANY]) if MANY in validations else []
    for text in texts:
        target = parse(text)
        if target is not None:
            yield target


def stranger(type_: str, value: str | None, validations: Mapping[str, str]) -> str | None:
    """The type of an entry that a portable value names, and that these rules do not let it name."""
    allowed = {target.key[0] for target in targets(validations)}
    if not allowed or not value:
        return None
    named = (target for text in references(type_, value) if (target := parse(text)) is not None)
    return next((t.key[0] for t in named if t.resource == "metaobjects" and t.key[0] not in allowed), None)


def normalise(validations: Mapping[str, str]) -> dict[str, str]:
    """JSON options are compared as what they say."""
    return {name: _canonical(text) for name, text in validations.items()}


def _canonical(text: str) -> str:
    try:
        return json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        return text


def _problem(validations: Mapping[str, Any]) -> str | None:
    """`metaobject_definition_ids` is the JSON text of a list of references."""
    if MANY not in validations:
        return None
    try:
        many = json.loads(validations[MANY])
    except (ValueError, RecursionError):
        many = None
    if not isinstance(many, list) or not all(isinstance(item, str) for item in many):
        return f"{MANY} must be the JSON text of a list of references."
    return None


SHAPE = MapOf(Text(), "an object of texts", also=_problem, lasting=frozenset({ONE, MANY}))
