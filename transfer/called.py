"""What the target has, called as the archive calls it where the two name the same thing otherwise (`same_variants`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from .keys import Key
from .references import Target, parse
from .resource import Fields, Resource
from .work import Desk, Id, IdStore


class Naming:
    """Calls records, what they hang on and what they refer to by the names that the archive has."""

    def __init__(self, registry: Mapping[str, Resource], same: Mapping[Target, Target]) -> None:
        self._registry, self._same = registry, same
        self._kinds = {target.resource for target in same}
        self._sizes = sorted({(target.resource, len(target.key)) for target in same})

    def touches(self, resource: Resource) -> bool:
        """Whether records of a kind may be called by such a name, or refer to what is."""
        return resource.of_others or bool(self._kinds & {resource.hangs_on, *resource.refers_to})

    def target(self, target: Target) -> Target:
        return self._same.get(target) or Target(target.resource, self.key(target.resource, target.key))

    def key(self, name: str, key: Key) -> Key:
        """A record's key: what it hangs on stands first in it."""
        resource = self._registry.get(name)
        if resource is None:
            return key
        if resource.of_others:
            return (*key[:1], *self.key(key[0], key[1:]))
        for kind, size in self._sizes:
            found = self._same.get(Target(kind, key[:size])) if kind == resource.hangs_on else None
            if found is not None:
                return (*found.key, *key[size:])
        return key

    def text(self, text: str) -> str:
        target = parse(text)
        return str(self.target(target)) if target is not None and target.resource in self._kinds else text

    def fields(self, resource: Resource, fields: Fields) -> Fields:
        return resource.rewrite(fields, self.text)


class SameIds:
    """Implements `work.IdStore`: whoever says what a shop calls something says what the archive calls it."""

    def __init__(self, store: IdStore, naming: Naming) -> None:
        self._store, self._naming = store, naming

    def put(self, ids: Iterable[Id]) -> None:
        self._store.put(replace(one, target=self._naming.target(one.target)) for one in ids)

    def by_gid(self, gids: Iterable[str]) -> dict[str, Id]:
        return self._store.by_gid(gids)

    def by_target(self, targets: Iterable[Target]) -> dict[Target, str]:
        asked = {target: self._naming.target(target) for target in targets}
        found = self._store.by_target(set(asked.values()))
        return {target: found[named] for target, named in asked.items() if named in found}


def by_archive(desk: Desk, same: Mapping[Target, Target]) -> Desk:
    """A desk that calls what both sides have as the archive does."""
    return replace(desk, same=same, ids=SameIds(desk.ids, Naming(desk.registry, same))) if same else desk
