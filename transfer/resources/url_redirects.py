"""URL redirects: from a path to an address. An address in the store itself becomes one in the target store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .. import links
from ..keys import Key
from ..references import Target
from ..resource import Fields, Ids, Job, Place, Scopes
from ..shapes import Object, Text
from ._common import quoted
from ._plain import Documents, Plain

_FIELDS = "id path target"
_READ = f"""
query UrlRedirects($after: String, $query: String) {{
  urlRedirects(first: 250, after: $after, query: $query, sortKey: ID) {{
    nodes {{ {_FIELDS} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
_BACK = f"query UrlRedirectsById($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on UrlRedirect {{ {_FIELDS} }} }} }}"
_COUNT = "query UrlRedirectsCount { urlRedirectsCount(limit: null) { count } }"
_CREATE = """
mutation CreateUrlRedirect($urlRedirect: UrlRedirectInput!) {
  urlRedirectCreate(urlRedirect: $urlRedirect) { urlRedirect { id path } userErrors { field message code } }
}
"""
_UPDATE = """
mutation UpdateUrlRedirect($id: ID!, $urlRedirect: UrlRedirectInput!) {
  urlRedirectUpdate(id: $id, urlRedirect: $urlRedirect) { urlRedirect { id } userErrors { field message code } }
}
"""
_DELETE = """
mutation DeleteUrlRedirect($id: ID!) {
  urlRedirectDelete(id: $id) { deletedUrlRedirectId userErrors { field message code } }
}
"""


class UrlRedirects(Plain):
    name = "url_redirects"
    label = "URL redirects"
    key_is = "path"
    shape = Object("a redirect", {"target": Text(least=1)})
    key_shape = (Text("the path that is redirected", least=1),)
    scopes = Scopes(read=("read_online_store_navigation",), write=("write_online_store_navigation",))
    gid_types = ()  # nothing refers to a redirect
    refers_to = ("variants",)
    documents = Documents(_READ, _BACK, _CREATE, _UPDATE, _DELETE, _COUNT)
    connection, noun, selection = "urlRedirects", "urlRedirect", "path"
    renames = True
    moves = False  # a redirect does not say when it moved
    read_batch = 250
    points = 10.0

    def key_of(self, node: Mapping[str, Any]) -> Key:
        return (node["path"],)

    def fields_of(self, node: Mapping[str, Any]) -> Fields:
        return {"target": node["target"]}

    def term(self, target: Target) -> str:
        return f"path:{quoted(target.key[0])}"

    def rewrite(self, fields: Fields, translate: Callable[[str], str | None]) -> Fields:
        return {**fields, "target": links.in_url(fields["target"], translate)}

    def places(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[Place]:
        yield from links.places("target", links.in_url, fields["target"])

    def created(self, job: Job, ids: Ids) -> dict[str, Any]:
        return {"urlRedirect": {"path": job.key[0], **self.rewrite({"target": job.after["target"]}, ids.translate)}}

    def updated(self, job: Job, ids: Ids) -> dict[str, Any]:
        return {"urlRedirect": self.rewrite({"target": job.after["target"]}, ids.translate)}


RESOURCE = UrlRedirects()
