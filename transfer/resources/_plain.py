"""Kinds that Shopify serves in the plainest way: one connection to page through, and a mutation each to create, to
update and to delete one. A subclass says which fields there are and what they mean."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .. import links
from ..keys import Key
from ..outcomes import Reason
from ..references import Target
from ..relative import page
from ..resource import Ask, Fields, Ids, Job, Place, Reading, Resource, Result, Selection, Stream, Talk
from ._common import by_search, paged, read_nodes, refused


@dataclass(frozen=True, slots=True)
class Documents:
    """The GraphQL documents of a kind. `read` takes $after (and $query), `back` $ids, the mutations what `created` and
    `updated` give, `delete` $id; `count` is a query without variables."""

    read: str
    back: str
    create: str
    update: str
    delete: str
    count: str = ""


class Plain(Resource):
    documents: Documents
    connection: str  # "pages": the field of the connection
    noun: str  # "page": the field of the payloads that holds the record
    selection: str  # what `key_of` needs of a node
    unique = True
    html: tuple[str, ...] = ()  # fields whose value is HTML, with links in it
    filters = True  # whether the connection can be searched by id
    renames = False  # whether Shopify silently gives another name where one is taken; the payload must tell the name
    moves = True  # whether it can be searched by updated_at

    # -- reading

    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        read = paged(
            self.documents.read,
            self.connection,
            self.reading,
            skipped=self.skipped,
            more=self.whole,
            filters=self.filters,
        )
        return [Stream(self.name, read if self.moves else lambda after, _: read(after, None), moves=self.moves)]

    def read_back(self, gids: Sequence[str]) -> Talk[list[Reading]]:
        nodes: list[Mapping[str, Any]] = []
        yield from read_nodes(self.documents.back, gids, lambda node: nodes.append(node))
        readings = []
        for node in nodes:
            readings.append(self.reading((yield from self.whole(node))))
        return [reading for reading in readings if reading is not None]

    def whole(self, node: Mapping[str, Any]) -> Talk[Mapping[str, Any]]:
        """The node with all of what did not fit into its page."""
        return node
        yield  # makes this a conversation, if a silent one

    def locate(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        return (yield from by_search(targets, self.connection, self.selection, self.term, self.key_of))

    def total(self) -> Talk[int | None]:
        if not self.documents.count:
            return None
        (count,) = (yield Ask(self.documents.count)).values()
        return int(count["count"])

    def reading(self, node: Mapping[str, Any]) -> Reading | None:
        """A node as a record; None where it is not carried."""
        return Reading(self.name, self.key_of(node), node["id"], self.fields_of(node), node.get("updatedAt") or "")

    def skipped(self, node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """(what, why) of a node that is not, or not wholly, carried."""
        return iter(())

    @abstractmethod
    def key_of(self, node: Mapping[str, Any]) -> Key: ...

    @abstractmethod
    def fields_of(self, node: Mapping[str, Any]) -> Fields: ...

    def term(self, target: Target) -> str:
        """The search term that finds it among others."""
        raise NotImplementedError(f"{self.name} are not searched for")

    # -- meaning

    def rewrite(self, fields: Fields, translate: Callable[[str], str | None]) -> Fields:
        return self.texts(fields, translate)

    def texts(self, fields: Fields, translate: Callable[[str], str | None]) -> Fields:
        """With the links in its HTML rewritten."""
        walk = links.on(page(self.name))
        own = {name: fields[name] for name in self.html if isinstance(fields.get(name), str)}
        return {**fields, **{name: walk(text, translate) for name, text in own.items()}}

    def places(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[Place]:
        for name in self.html:
            yield from links.places(name, links.on(page(self.name, key)), fields.get(name))

    # -- writing

    def begun(self, job: Job) -> Fields:
        """Texts whose links name by its id what is not there yet go without that at first."""
        walk = links.on(page(self.name))
        own = {name: links.without_ids(walk, job.after[name]) for name in self.html if name in job.without}
        return {**job.after, **own}

    @abstractmethod
    def created(self, job: Job, ids: Ids) -> dict[str, Any]:
        """The variables of the creating mutation."""

    @abstractmethod
    def updated(self, job: Job, ids: Ids) -> dict[str, Any]:
        """The variables of the updating mutation but $id: only what the plan says differs."""

    def write(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        job = replace(jobs[0], after=self.texts(Plain.begun(self, jobs[0]), ids.translate))
        return [(yield from (self.create(job, ids) if job.gid is None else self.update(job, ids)))]

    def create(self, job: Job, ids: Ids) -> Talk[Result]:
        (payload,) = (yield Ask(self.documents.create, self.created(job, ids))).values()
        if payload["userErrors"]:
            return refused(job.key, payload["userErrors"])
        made = payload[self.noun]
        return (yield from self.kept(job.key, made["id"], self.key_of(made) if self.renames else job.key))

    def kept(self, wanted: Key, gid: str, named: Key) -> Talk[Result]:
        """What we made under another name than we asked for, because that one is taken, is nobody's: it goes again."""
        if named == wanted:
            return Result(wanted, gid)
        yield from self.remove({wanted: gid})
        detail = f"The name is taken in the target store: Shopify would have made it {' / '.join(named)}."
        return Result(wanted, reason=Reason.CHANGED_MEANWHILE, detail=detail)

    def update(self, job: Job, ids: Ids) -> Talk[Result]:
        variables = {"id": job.gid, **self.updated(job, ids)}
        (payload,) = (yield Ask(self.documents.update, variables, repeatable=True)).values()
        return refused(job.key, payload["userErrors"]) if payload["userErrors"] else Result(job.key, job.gid)

    def remove(self, gids: Mapping[Key, str]) -> Talk[list[Result]]:
        results = []
        for key, gid in gids.items():
            (payload,) = (yield Ask(self.documents.delete, {"id": gid}, repeatable=True)).values()
            errors = payload["userErrors"]
            gone = not errors or (yield Ask(_STILL, {"id": gid}))["node"] is None
            results.append(Result(key, gid) if gone else refused(key, errors))
        return results


# Not every kind has a code for what is not there any more, as after a lost answer.
_STILL = "query Still($id: ID!) { node(id: $id) { id } }"
