"""Blogs. Their articles are a resource of their own, and so are the metafields in which their SEO texts stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..keys import Key
from ..references import Target
from ..resource import Fields, Ids, Job, Scopes
from ..shapes import Maybe, Object, OneOf
from ._common import given, quoted, touches
from ._plain import Documents, Plain
from ._shapes import HANDLE, NAME, STATE, TEXT

_FIELDS = "id handle title commentPolicy templateSuffix updatedAt"
_READ = f"""
query Blogs($after: String, $query: String) {{
  blogs(first: 250, after: $after, query: $query, sortKey: ID) {{
    nodes {{ {_FIELDS} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
_BACK = f"query BlogsById($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Blog {{ {_FIELDS} }} }} }}"
_COUNT = "query BlogsCount { blogsCount(limit: null) { count } }"
_CREATE = """
mutation CreateBlog($blog: BlogCreateInput!) {
  blogCreate(blog: $blog) { blog { id handle } userErrors { field message code } }
}
"""
_UPDATE = """
mutation UpdateBlog($id: ID!, $blog: BlogUpdateInput!) {
  blogUpdate(id: $id, blog: $blog) { blog { id } userErrors { field message code } }
}
"""
_DELETE = """
mutation DeleteBlog($id: ID!) { blogDelete(id: $id) { deletedBlogId userErrors { field message code } } }
"""
_OWN = ("title", "commentPolicy", "templateSuffix")
POLICY = OneOf("AUTO_PUBLISHED", "CLOSED", "MODERATED", enum="CommentPolicy")


class Blogs(Plain):
    name = "blogs"
    label = "Blogs"
    key_is = "handle"
    key_like = "news"
    handle_from = "title"
    shape = Object(
        "a blog",
        {"title": NAME, "commentPolicy": Maybe(POLICY), "templateSuffix": TEXT},
    )
    key_shape = (HANDLE,)
    lowered = (0,)
    lasting = {
        "commentPolicy": STATE,
    }
    scopes = Scopes(read=("read_content",), write=("write_content",))
    gid_types = ("Blog",)
    translated = "BLOG"
    seo_in = "blog_metafields"
    identify = {"Blog": "handle"}
    documents = Documents(_READ, _BACK, _CREATE, _UPDATE, _DELETE, _COUNT)
    connection, noun, selection = "blogs", "blog", "handle"
    renames = True
    deletable = False  # deleting one deletes its articles, whoever wrote them

    def key_of(self, node: Mapping[str, Any]) -> Key:
        return (node["handle"],)

    def fields_of(self, node: Mapping[str, Any]) -> Fields:
        return {name: node[name] for name in _OWN}

    def term(self, target: Target) -> str:
        return f"handle:{quoted(target.key[0])}"

    def identified(self, gid_type: str, node: Mapping[str, Any]) -> Target | None:
        return Target(self.name, self.key_of(node))

    def created(self, job: Job, ids: Ids) -> dict[str, Any]:
        return {"blog": {"handle": job.key[0], **given({name: job.after.get(name) for name in _OWN})}}

    def updated(self, job: Job, ids: Ids) -> dict[str, Any]:
        return {"blog": given({name: job.after.get(name) for name in _OWN if touches(job.changed, name)})}


RESOURCE = Blogs()
