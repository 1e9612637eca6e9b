"""Collections: sources in place of products, as Shopify has had them since 2026-07.

Which products they hold follows from their sources and is never copied; the order that a merchant gave them is a
resource of its own (`collection_orders`), for it can only be given when everything is there that the sources look at.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..diff import Change
from ..jsonl import dumps
from ..keys import Key
from ..outcomes import Reason
from ..references import Target, parse
from ..resource import Ask, Fields, Ids, Job, Place, Reading, Result, Scopes, Talk
from ..shapes import Maybe, Object, OneOf
from . import _collection_reading as reading
from . import _collection_sources as sources
from . import _images as images
from ._collection_changes import STILL_BUSY, Step, fits, too_large, truncated
from ._collection_changes import step as next_step
from ._collection_shapes import SOURCES
from ._common import beside, by_alias, given, job_done, read_nodes, refused, touches
from ._plain import Documents, Plain
from ._shapes import ADDRESS, HANDLE, HTML, IMAGE, NAME, OF_THE_FILE, SEO, STATE, TEXT
from .metafields import REFERRED

_FIELDS = f"""
  id handle title descriptionHtml sortOrder templateSuffix seo {{ title description }} updatedAt
  {images.FIELDS} {reading.FIELDS}
"""
_READ = f"""
query Collections($after: String, $query: String) {{
  collections(first: 25, after: $after, query: $query, sortKey: ID) {{
    nodes {{ {_FIELDS} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
_BACK = f"query CollectionsById($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Collection {{ {_FIELDS} }} }} }}"
_SOURCES = (
    f"query CollectionSources($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Collection {{ id {reading.FIELDS} }} }} }}"
)
_COUNT = "query CollectionsCount { collectionsCount(limit: null) { count } }"
_CREATE = """
mutation CreateCollection($collection: CollectionCreateInput!) {
  collectionCreate(collection: $collection) { collection { id handle } userErrors { field message } }
}
"""
_UPDATE = """
mutation UpdateCollection($collection: CollectionUpdateInput!) {
  collectionUpdate(collection: $collection) { job { id done } userErrors { field message } }
}
"""
_DELETE = """
mutation DeleteCollection($id: ID!) {
  collectionDelete(input: { id: $id }) { deletedCollectionId userErrors { field message } }
}
"""
_OWN = ("title", "descriptionHtml", "sortOrder", "templateSuffix", "seo")

UNORDERED = "Its products are sorted by a rule then, and no more as somebody may have put them by hand."

SORT_ORDER = OneOf(
    *("ALPHA_ASC", "ALPHA_DESC", "BEST_SELLING", "CREATED", "CREATED_DESC", "MANUAL", "MOST_RELEVANT"),
    *("PRICE_ASC", "PRICE_DESC"),
    enum="CollectionSortOrder",
)


class Collections(Plain):
    name = "collections"
    label = "Collections"
    key_is = "handle"
    key_like = "summer"
    handle_from = "title"
    shape = Object(
        "a collection",
        {
            "title": NAME,
            "descriptionHtml": HTML,
            "sortOrder": Maybe(SORT_ORDER),
            "templateSuffix": TEXT,
            "seo": SEO,
            "image": IMAGE,
            "sources": SOURCES,
            "source": ADDRESS,
        },
    )
    key_shape = (HANDLE,)
    lowered = (0,)
    leaves = {
        "sources that another app shares": "only that app can make them",
        "conditions that the API names unknown": "it takes no such condition",
    }
    lasting = {
        "sortOrder": STATE,
        "image": "another can be chosen",
        "image.name": "another can be chosen",
        "image.thumbhash": OF_THE_FILE,
        "source": "it says where the bytes come from",
    }
    scopes = Scopes(read=("read_products",), write=("write_products",))
    gid_types = ("Collection",)
    translated = "COLLECTION"
    text_paths = {
        "body_html": "descriptionHtml",
        "meta_title": "seo.title",
        "meta_description": "seo.description",
    }
    refers_to = REFERRED
    identify = {"Collection": "handle"}
    documents = Documents(_READ, _BACK, _CREATE, _UPDATE, _DELETE, _COUNT)
    connection, noun, selection = "collections", "collection", "handle"
    html = ("descriptionHtml",)
    renames = True
    sourced = True
    nests = "sources"
    read_batch = 25
    points = 20.0

    def warning(self, changed: Sequence[str], after: Fields) -> str:
        return UNORDERED if "sortOrder" in changed and after.get("sortOrder") != "MANUAL" else ""

    # -- reading

    def key_of(self, node: Mapping[str, Any]) -> Key:
        return (node["handle"],)

    def whole(self, node: Mapping[str, Any]) -> Talk[Mapping[str, Any]]:
        return (yield from reading.whole(node))

    def fields_of(self, node: Mapping[str, Any]) -> Fields:
        own = {name: node[name] for name in _OWN}
        made = [reading.portable(one) for one in node["sources"] if not reading.obstacle(one)]
        return {**own, "image": images.portable(node), "sources": made}

    def reading(self, node: Mapping[str, Any]) -> Reading | None:
        found = super().reading(node)
        return replace(found, source=images.source(node)) if found is not None else None

    def skipped(self, node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        for source in node["sources"]:
            why = reading.obstacle(source)
            if why is not None:
                yield f"{node['handle']}: {source['title']}", f"this source {why}; the collection is carried without it"

    def locate(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        return (
            yield from by_alias(
                targets,
                "CollectionIdentifierInput!",
                "collectionByIdentifier(identifier: $v) { id handle }",
                lambda target: {"handle": target.key[0]},
                lambda target, node: node["id"] if node["handle"] == target.key[0] else None,
            )
        )

    def identified(self, gid_type: str, node: Mapping[str, Any]) -> Target | None:
        return Target(self.name, (node["handle"],))

    # -- meaning

    def rewrite(self, fields: Fields, translate: Callable[[str], str | None]) -> Fields:
        return {**self.texts(fields, translate), "sources": sources.rewrite(fields["sources"], translate)}

    def places(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[Place]:
        yield from super().places(key, fields, governor)
        yield from sources.places(fields["sources"])

    def normalise(self, fields: Fields) -> Fields:
        return {
            **images.normalise(fields),
            "sources": sorted((sources.normalise(one) for one in fields["sources"]), key=dumps),
        }

    def changes(self, before: Fields, after: Fields) -> list[Change]:
        return images.changes(before, after, super().changes(before, after))

    def fetches(self, changed: Sequence[str]) -> bool:
        return touches(changed, "image")

    def nested(self, fields: Fields) -> frozenset[Key] | None:
        found = sources.nested(fields.get("sources") or ())
        return frozenset(target.key for text in found if (target := parse(text))) if found is not None else None

    def released(self, fields: Fields, gone: Collection[Key] | None) -> Fields:
        names = {str(Target(self.name, key)) for key in gone} if gone is not None else None
        return {**fields, "sources": sources.released(fields["sources"], names)}

    def refuse(self, job: Job) -> Result | None:
        large = too_large(job.after["sources"]) if job.creates or touches(job.changed, "sources") else None
        return Result(job.key, reason=Reason.TOO_LARGE, detail=large) if large else images.refusal(job)

    # -- writing

    def begun(self, job: Job) -> Fields:
        """Sources are written all or none."""
        own = super().begun(job)
        if "sources" not in job.without:
            return own
        return {**own, "sources": job.before["sources"] if job.before is not None else []}

    def created(self, job: Job, ids: Ids) -> dict[str, Any]:
        wanted = [] if "sources" in job.without else _in_gids(job.after, ids)
        own = given({name: job.after.get(name) for name in _OWN})
        own |= images.inputs(job, "src")
        return {"collection": {"handle": job.key[0], **own, "sources": [truncated(one) for one in wanted]}}

    def updated(self, job: Job, ids: Ids) -> dict[str, Any]:
        own = {name: job.after.get(name) for name in _OWN if touches(job.changed, name)}
        if "seo" in own:
            own["seo"] = beside((job.before or {}).get("seo"), own["seo"])
        return {"id": job.gid, **given(own), **images.inputs(job, "src")}

    def create(self, job: Job, ids: Ids) -> Talk[Result]:
        result = yield from super().create(job, ids)
        if result.gid is None or all(fits(one) for one in job.after["sources"]) or "sources" in job.without:
            return result
        return (yield from self._sync(job, result.gid, {"id": result.gid}, ids))

    def update(self, job: Job, ids: Ids) -> Talk[Result]:
        assert job.gid is not None
        collection = self.updated(job, ids)
        if touches(job.changed, "sources") and "sources" not in job.without:
            return (yield from self._sync(job, job.gid, collection, ids))
        if collection.keys() == {"id"}:
            return Result(job.key, job.gid)
        data = yield Ask(_UPDATE, {"collection": collection}, repeatable=True)
        errors = data["collectionUpdate"]["userErrors"]
        return refused(job.key, errors) if errors else Result(job.key, job.gid)

    def make_way(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        """Takes collections out of this one. What else it takes stays as it is there, known to this import or not."""
        (job,) = jobs
        return [(yield from self._let_go(job, ids))]

    def _let_go(self, job: Job, ids: Ids) -> Talk[Result]:
        assert job.gid is not None
        assert job.before is not None
        before, left = (sources.nested(fields["sources"]) for fields in (job.before, job.after))
        gone = {ids.translate(text) or text for text in set(before or ()) - set(left or ())}
        present = (yield from _present(job.gid)) or []
        change = next_step(present, sources.released([own for _, own in present], None if left is None else gone))
        if change is None:
            return Result(job.key, job.gid)
        data = yield Ask(_UPDATE, {"collection": {"id": job.gid, **change.input}})
        payload = data["collectionUpdate"]
        if payload["userErrors"]:
            return refused(job.key, payload["userErrors"])
        if not (yield from job_done(payload["job"])):
            return Result(job.key, reason=STILL_BUSY[0], detail=STILL_BUSY[1])
        return Result(job.key, job.gid)

    def _sync(self, job: Job, gid: str, collection: dict[str, Any], ids: Ids) -> Talk[Result]:
        """Step by step, as many selections as a request takes; what is there is read anew before each."""
        wanted = _in_gids(job.after, ids)
        while True:
            change = yield from _next(gid, wanted)
            if change is None and collection.keys() == {"id"}:
                return Result(job.key, gid)
            data = yield Ask(_UPDATE, {"collection": {**collection, **(change.input if change else {})}})
            payload = data["collectionUpdate"]
            if payload["userErrors"]:
                return refused(job.key, payload["userErrors"])
            if change is None or change.last:
                return Result(job.key, gid)
            if not (yield from job_done(payload["job"])):
                return Result(job.key, reason=STILL_BUSY[0], detail=STILL_BUSY[1])
            collection = {"id": gid}


def _in_gids(fields: Fields, ids: Ids) -> list[Fields]:
    return sources.rewrite(fields["sources"], ids.translate)


def _next(gid: str, wanted: Sequence[Fields]) -> Talk[Step | None]:
    present = yield from _present(gid)
    return next_step(present, wanted) if present is not None else None


def _present(gid: str) -> Talk[list[tuple[str, Fields]] | None]:
    """(id, source) of what the collection has now, as far as the API can make it; None: it is gone."""
    nodes: list[Mapping[str, Any]] = []
    yield from read_nodes(_SOURCES, [gid], lambda node: nodes.append(node))
    if not nodes:
        return None
    node = yield from reading.whole(nodes[0])
    return [(one["id"], reading.portable(one)) for one in node["sources"] if not reading.obstacle(one)]


RESOURCE = Collections()
