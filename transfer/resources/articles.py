"""Articles, known by their blog's handle and their own. Authors travel by name: staff accounts belong to one store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..diff import Change
from ..keys import Key
from ..outcomes import Reason
from ..references import Target
from ..resource import Fields, Ids, Job, Place, Reading, Result, Scopes, owned_by
from ..shapes import Object
from . import _images as images
from ._common import given, quoted, touches
from ._content import normal_moment, visibility
from ._plain import Documents, Plain
from ._shapes import ADDRESS, HANDLE, HTML, IMAGE, NAME, OF_THE_FILE, TAGS, TEXT, VISIBLE, handle
from .metafields import REFERRED

MAX_BODY = 1_048_576  # bytes, as a real store was seen to refuse more

_FIELDS = f"""
  id handle title body summary tags templateSuffix publishedAt updatedAt
  author {{ name }} blog {{ id handle }} {images.FIELDS}
"""
_READ = f"""
query Articles($after: String, $query: String) {{
  articles(first: 100, after: $after, query: $query, sortKey: ID) {{
    nodes {{ {_FIELDS} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
_BACK = f"query ArticlesById($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Article {{ {_FIELDS} }} }} }}"
_CREATE = """
mutation CreateArticle($article: ArticleCreateInput!) {
  articleCreate(article: $article) { article { id } userErrors { field message code } }
}
"""
_UPDATE = """
mutation UpdateArticle($id: ID!, $article: ArticleUpdateInput!) {
  articleUpdate(id: $id, article: $article) { article { id } userErrors { field message code } }
}
"""
_DELETE = """
mutation DeleteArticle($id: ID!) { articleDelete(id: $id) { deletedArticleId userErrors { field message code } } }
"""
_OWN = ("title", "body", "summary", "tags", "templateSuffix")


class Articles(Plain):
    name = "articles"
    label = "Articles"
    key_is = "blog handle, handle"
    key_like = "news/our-first-year"
    keyed_by = "blogs"
    shape = Object(
        "an article",
        {
            "title": NAME,
            "body": HTML,
            "summary": HTML,
            "author": TEXT,
            "tags": TAGS,
            "templateSuffix": TEXT,
            "publishedAt": VISIBLE,
            "image": IMAGE,
            "source": ADDRESS,
        },
    )
    key_shape = (HANDLE, handle(265))
    lowered = (0, 1)
    leaves = {
        "authors' staff accounts": "they belong to one store; the author's name is carried",
        "comments": "they are what readers of the other store wrote; Shopify lets no app write them",
    }
    lasting = {
        "author": "an article has one",
        "image": "another can be chosen",
        "image.name": "another can be chosen",
        "image.thumbhash": OF_THE_FILE,
        "source": "it says where the bytes come from",
    }
    scopes = Scopes(read=("read_content",), write=("write_content",))
    gid_types = ("Article",)
    translated = "ARTICLE"
    text_paths, seo_in = {"body_html": "body", "summary_html": "summary"}, "article_metafields"
    refers_to = ("blogs", *REFERRED)
    identify = {"Article": "handle blog { handle }"}
    documents = Documents(_READ, _BACK, _CREATE, _UPDATE, _DELETE)
    connection, noun, selection = "articles", "article", "handle blog { handle }"
    html = ("body", "summary")
    sourced = True

    def key_of(self, node: Mapping[str, Any]) -> Key:
        return (node["blog"]["handle"], node["handle"])

    def fields_of(self, node: Mapping[str, Any]) -> Fields:
        own = {name: node[name] for name in (*_OWN, "publishedAt")}
        return {
            **own,
            "tags": sorted(node["tags"]),
            "author": node["author"]["name"] if node["author"] else None,
            "image": images.portable(node),
        }

    def reading(self, node: Mapping[str, Any]) -> Reading | None:
        found = super().reading(node)
        return replace(found, source=images.source(node)) if found is not None else None

    def term(self, target: Target) -> str:
        return f"handle:{quoted(target.key[1])}"

    def identified(self, gid_type: str, node: Mapping[str, Any]) -> Target | None:
        return Target(self.name, self.key_of(node))

    # -- meaning

    def owners(self, key: Key) -> Iterator[Target]:
        yield Target("blogs", key[:1])

    def places(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[Place]:
        yield from owned_by(self.owners(key))
        yield from super().places(key, fields, governor)

    def normalise(self, fields: Fields) -> Fields:
        return images.normalise({**normal_moment(fields), "tags": sorted(fields.get("tags") or ())})

    def changes(self, before: Fields, after: Fields) -> list[Change]:
        return images.changes(before, after, super().changes(before, after))

    def fetches(self, changed: Sequence[str]) -> bool:
        return touches(changed, "image")

    def refuse(self, job: Job) -> Result | None:
        size = len((job.after.get("body") or "").encode("utf-8", "surrogatepass"))
        if size > MAX_BODY:
            detail = f"The article has {size} bytes, and Shopify takes at most {MAX_BODY}."
            return Result(job.key, reason=Reason.TOO_LARGE, detail=detail)
        if job.creates and not (job.after.get("author") or "").strip():
            detail = "It has no author, and Shopify makes no article without one; name one in the column author."
            return Result(job.key, reason=Reason.MISSING_REQUIRED, detail=detail)
        return images.refusal(job)

    # -- writing

    def created(self, job: Job, ids: Ids) -> dict[str, Any]:
        own = given({name: job.after.get(name) for name in _OWN})
        return {
            "article": {
                "blogId": ids.gid(Target("blogs", job.key[:1])),
                "handle": job.key[1],
                **own,
                "author": {"name": job.after.get("author")},
                **visibility(job.after),
                **images.inputs(job, "url"),
            }
        }

    def updated(self, job: Job, ids: Ids) -> dict[str, Any]:
        own = given({name: job.after.get(name) for name in _OWN if touches(job.changed, name)})
        author = {"author": {"name": job.after["author"]}} if touches(job.changed, "author") else {}
        seen = visibility(job.after) if touches(job.changed, "publishedAt") else {}
        return {"article": {**own, **author, **seen, **images.inputs(job, "url")}}


RESOURCE = Articles()
