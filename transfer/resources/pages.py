"""Pages of the online store. Their SEO title and description are the metafields ``global.title_tag`` and
``global.description_tag``, and travel with the page metafields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..keys import Key
from ..outcomes import Reason
from ..references import Target
from ..resource import Fields, Ids, Job, Result, Scopes
from ..shapes import Object
from ._common import given, quoted, touches
from ._content import normal_moment, visibility
from ._plain import Documents, Plain
from ._shapes import HANDLE, HTML, NAME, TEXT, VISIBLE
from .metafields import REFERRED

MAX_BODY = 524_287  # bytes, as a real store was seen to refuse more

_FIELDS = "id handle title body templateSuffix publishedAt updatedAt"
_READ = f"""
query Pages($after: String, $query: String) {{
  pages(first: 100, after: $after, query: $query, sortKey: ID) {{
    nodes {{ {_FIELDS} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
_BACK = f"query PagesById($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Page {{ {_FIELDS} }} }} }}"
_COUNT = "query PagesCount { pagesCount(limit: null) { count } }"
_CREATE = """
mutation CreatePage($page: PageCreateInput!) {
  pageCreate(page: $page) { page { id } userErrors { field message code } }
}
"""
_UPDATE = """
mutation UpdatePage($id: ID!, $page: PageUpdateInput!) {
  pageUpdate(id: $id, page: $page) { page { id } userErrors { field message code } }
}
"""
_DELETE = """
mutation DeletePage($id: ID!) { pageDelete(id: $id) { deletedPageId userErrors { field message code } } }
"""
_OWN = ("title", "body", "templateSuffix")


class Pages(Plain):
    name = "pages"
    label = "Pages"
    key_is = "handle"
    key_like = "about-us"
    handle_from = "title"
    shape = Object(
        "a page",
        {"title": NAME, "body": HTML, "templateSuffix": TEXT, "publishedAt": VISIBLE},
    )
    key_shape = (HANDLE,)
    lowered = (0,)
    scopes = Scopes(read=("read_content",), write=("write_content",))
    gid_types = ("Page",)
    translated = "PAGE"
    text_paths, seo_in = {"body_html": "body"}, "page_metafields"
    identify = {"Page": "handle"}
    documents = Documents(_READ, _BACK, _CREATE, _UPDATE, _DELETE, _COUNT)
    connection, noun, selection = "pages", "page", "handle"
    refers_to = REFERRED
    html = ("body",)

    def key_of(self, node: Mapping[str, Any]) -> Key:
        return (node["handle"],)

    def fields_of(self, node: Mapping[str, Any]) -> Fields:
        return {name: node[name] for name in (*_OWN, "publishedAt")}

    def term(self, target: Target) -> str:
        return f"handle:{quoted(target.key[0])}"

    def identified(self, gid_type: str, node: Mapping[str, Any]) -> Target | None:
        return Target(self.name, self.key_of(node))

    def normalise(self, fields: Fields) -> Fields:
        return normal_moment(fields)

    def refuse(self, job: Job) -> Result | None:
        size = len((job.after.get("body") or "").encode("utf-8", "surrogatepass"))
        if size <= MAX_BODY:
            return None
        return Result(
            job.key, reason=Reason.TOO_LARGE, detail=f"The page has {size} bytes, and Shopify takes at most {MAX_BODY}."
        )

    def created(self, job: Job, ids: Ids) -> dict[str, Any]:
        own = given({name: job.after.get(name) for name in _OWN})
        return {"page": {"handle": job.key[0], **own, **visibility(job.after)}}

    def updated(self, job: Job, ids: Ids) -> dict[str, Any]:
        own = given({name: job.after.get(name) for name in _OWN if touches(job.changed, name)})
        seen = visibility(job.after) if touches(job.changed, "publishedAt") else {}
        return {"page": {**own, **seen}}


RESOURCE = Pages()
