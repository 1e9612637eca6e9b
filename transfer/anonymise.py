"""Records without anybody's name in them, for staging stores: the end of sorting an export, or of checking an archive.

Who a customer is becomes a stable alias, made with a secret of this installation: the same customer has the same alias
in every archive, so that references hold, a second import finds what the first one made, and nobody can guess
backwards. An export rewrites its records before the archive is made; an import, before anything is planned: ledger,
report and before-images know the aliases only. What was made nameless once is not renamed again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any

from . import partial
from .archive.check import facts_of
from .archive.manifest import Manifest
from .archive.members import Line, MemberSet
from .archive.merge import merge
from .archive.parts import write_part
from .json_text import compact
from .jsonl import dumps
from .keys import Key, sort_key
from .references import Target, parse
from .resource import Fields, Resource
from .work import Checkpoint, Cursor, Desk

WINDOW = 2_000  # records in one part, or a few more: those of one key stay together
LEFT_OUT = "left out, because nobody can say which values tell of a person"
Alias = Callable[[str], str]


def alias_with(secret: str) -> Alias:
    """Text -> 16 hexadecimal digits."""
    key = secret.encode()
    return lambda text: hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:16]


def anonymise(desk: Desk, cursor: Cursor, *, checked: Cursor, secret: str) -> Iterator[Checkpoint]:
    """Goes on where sorting an export or checking an archive ended with `checked`; its last cursor has the same shape.

    That has ``"left"`` besides: resource -> how many records were left out. Of rewritten kinds, nothing is kept beside
    the records but where an image of a collection or an article is: an id in the source store tells of somebody too.
    """
    cursor = cursor or {"at": 0, "after": None, "parts": {}, "made": 0, "left": {}, "merge": {}}
    archive = MemberSet.from_cursor(desk.storage, checked)
    touched = [name for name in archive.resources if name in desk.registry and _touched(desk, name)]
    rewriting = _Rewriting(desk, alias_with(secret))
    while cursor["at"] < len(touched):
        _part(desk, cursor, archive, rewriting, touched[cursor["at"]])
        yield Checkpoint(cursor)
        if desk.stopping():
            return
    parts = {name: cursor["parts"].get(name, []) for name in touched}
    beside = lambda name: _shown_beside(desk.registry[name])  # noqa: E731
    for checkpoint in merge(desk, cursor["merge"], parts=parts, fold=_lines, side=beside, folder="anonymous/"):
        if checkpoint.done:
            yield Checkpoint(_ended(desk, checked, cursor, checkpoint.cursor["members"]), done=True)
            return
        yield Checkpoint({**cursor, "merge": checkpoint.cursor})


def _touched(desk: Desk, name: str) -> bool:
    """Whether records of a kind tell of people, or may refer to them."""
    resource = desk.registry[name]
    return resource.personal or any(desk.registry[one].personal for one in resource.refers_to if one in desk.registry)


def _shown_beside(resource: Resource) -> bool:
    """Whether archives tell beside the records of a kind where bytes are, and these tell of nobody."""
    return resource.sourced and not resource.personal


def _strings(value: Any, rewrite: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {name: _strings(own, rewrite) for name, own in value.items()}
    if isinstance(value, list):
        return [_strings(own, rewrite) for own in value]
    return rewrite(value) if isinstance(value, str) else value


def _named(text: str, rename: Callable[[str], str]) -> str:
    """A reference, or a list of them as JSON."""
    if not text.startswith("["):
        return rename(text)
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        return text
    made = [rename(item) for item in items]
    return compact(made) if made != items else text


class _Rewriting:
    def __init__(self, desk: Desk, alias: Alias) -> None:
        self._registry, self._alias = desk.registry, alias

    def record(self, resource: Resource, line: Line) -> tuple[Key, Fields] | None:
        """The record without a name; None where it is left out."""
        if resource.of_others and line.key[0] in self._registry and self._registry[line.key[0]].personal:
            return None
        fields = self._fields(resource, line)
        if not resource.personal:
            return line.key, fields
        nobody = resource.anonymous(line.key, fields, self._alias)
        if nobody is None:
            return None
        return resource.anonymous_key(line.key, self._alias), nobody if line.fields else {}

    def _fields(self, resource: Resource, line: Line) -> Fields:
        if not line.command:
            return resource.rewrite(line.fields, self.reference)
        # It may say a part, and that without the type by which references in it are found. None is renamed twice.
        made: set[str] = set()

        def once(text: str) -> str:
            if text not in made:
                text = self.reference(text)
                made.add(text)
            return text

        said = partial.rewritten(resource, line.fields, lambda whole: resource.rewrite(whole, once))
        named: Fields = _strings(said, lambda text: _named(text, once))
        return named

    def reference(self, text: str) -> str:
        target = parse(text)
        if target is None or target.unknown or target.resource not in self._registry:
            return text
        resource = self._registry[target.resource]
        return (
            str(Target(target.resource, resource.anonymous_key(target.key, self._alias))) if resource.personal else text
        )


def _part(desk: Desk, cursor: Cursor, archive: MemberSet, rewriting: _Rewriting, name: str) -> None:
    """Rewrites the next window of a resource into a sorted part."""
    resource = desk.registry[name]
    after = tuple(cursor["after"]) if cursor["after"] is not None else None
    lines: list[tuple[bytes, bytes]] = []
    read = 0
    for key, group in groupby(archive.records(name, after=after), lambda line: line.key):
        for line in group:
            read += 1
            made = rewriting.record(resource, line)
            if made is None:
                cursor["left"][name] = cursor["left"].get(name, 0) + 1
                continue
            source = line.source if _shown_beside(resource) else ""
            record = {"key": list(made[0]), "fields": made[1], "gid": "", "command": line.command, "source": source}
            lines.append((sort_key(made[0]), dumps(record)))
        cursor["after"] = list(key)
        if read >= WINDOW:
            break
    else:
        cursor["at"], cursor["after"] = cursor["at"] + 1, None
    if lines:
        cursor["made"] += 1
        stored = f"{desk.prefix}anonymous/parts/{name}/{cursor['made']:05}.{desk.ticket}"
        write_part(desk.storage, stored, (text for _, text in sorted(lines)))
        cursor["parts"].setdefault(name, []).append(stored)


def _lines(resource: str, lines: list[dict[str, Any]]) -> Iterable[Line]:
    return (Line(tuple(line["key"]), line["fields"], "", "", line.get("source", ""), line["command"]) for line in lines)


def _ended(desk: Desk, checked: Cursor, cursor: Cursor, members: Mapping[str, Any]) -> Cursor:
    """What was said before, of the records without names."""
    rest = {"manifest": nameless(desk, checked["manifest"], cursor["left"])} if "manifest" in checked else {}
    kept = {name: members.get(name, own) for name, own in checked["members"].items()}
    return {**checked, "members": kept, "left": cursor["left"], **rest}


def nameless_manifest(desk: Desk, manifest: Manifest, left: Mapping[str, int]) -> Manifest:
    """The manifest of an archive whose records were rewritten. `left`: resource -> how many had to be left out."""
    facts = nameless(desk, facts_of(manifest), left)
    return replace(
        manifest,
        selection=facts["selection"],
        whole=tuple(facts["whole"]),
        outside=facts["outside"],
        deleted=facts["deleted"],
        mentions=facts["mentions"],
        not_carried=facts["notCarried"],
        changed=tuple(one for one in manifest.changed if one[0] not in _telling(desk)),
        anonymised=True,
    )


def _personal(desk: Desk) -> set[str]:
    return {name for name, resource in desk.registry.items() if resource.personal}


def _telling(desk: Desk) -> set[str]:
    """The kinds whose keys may name people."""
    return _personal(desk) | {name for name, resource in desk.registry.items() if resource.of_others}


def nameless(desk: Desk, manifest: Mapping[str, Any], left: Mapping[str, int]) -> dict[str, Any]:
    """Examples are keys, and those of people name them. Nobody deletes people for an archive that names none."""
    personal, telling = _personal(desk), _telling(desk)

    def noted(notes: Mapping[str, Any]) -> dict[str, Any]:
        return {name: {**note, "examples": []} if name in telling else note for name, note in notes.items()}

    not_carried = {
        name: {why: {**note, "examples": []} for why, note in reasons.items()} if name in telling else reasons
        for name, reasons in manifest["notCarried"].items()
    }
    for name, count in left.items():
        not_carried[name] = {**not_carried.get(name, {}), LEFT_OUT: {"count": count, "examples": []}}
    chosen = [one for one in manifest["selection"].get("records", ()) if one[0] not in personal]
    return {
        **manifest,
        "selection": {**manifest["selection"], **({"records": chosen} if "records" in manifest["selection"] else {})},
        "whole": [name for name in manifest["whole"] if name not in personal and name not in left],
        "outside": noted(manifest["outside"]),
        "deleted": noted(manifest["deleted"]),
        "mentions": noted(manifest.get("mentions", {})),
        "notCarried": not_carried,
        "anonymised": True,
    }
