"""URL redirects: from a path to an address. An address in the store itself becomes one in the target store.

Few are written one by one, many new ones by Shopify's own import (`_redirect_import`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .. import links
from ..keys import Key
from ..outcomes import Reason
from ..paths import NAMED
from ..references import Target
from ..resource import Fields, Ids, Job, Place, Result, Scopes, Talk
from ..shapes import Object, Text
from ._common import POLLS, quoted
from ._plain import Documents, Plain
from ._redirect_import import PLAIN, finished, newest, present, submit

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


# Of an import, whatever it holds: what is there already, four requests, two looks at it, and the list of the newest.
PRICE = 100.0
PATIENT = POLLS  # looks at an import, one after the other; what takes longer is waited for like files
KEPT = "Somebody made a redirect of this path after the plan was made, and that was kept."
OVERTAKEN = "Somebody else made it after the plan was made; it leads now to where the archive says."
NOT_TAKEN = "Shopify's import of redirects did not make it; import again, and what is missing is tried one by one."


class UrlRedirects(Plain):
    name = "url_redirects"
    label = "URL redirects"
    key_is = "path"
    key_like = "/old-page"
    shape = Object("a redirect", {"target": Text(least=1)})
    key_shape = (Text("the path that is redirected", least=1),)
    scopes = Scopes(read=("read_online_store_navigation",), write=("write_online_store_navigation",))
    gid_types = ()  # nothing refers to a redirect
    refers_to = NAMED
    documents = Documents(_READ, _BACK, _CREATE, _UPDATE, _DELETE, _COUNT)
    connection, noun, selection = "urlRedirects", "urlRedirect", "path"
    renames = True
    moves = False  # a redirect does not say when it moved
    read_batch = 250
    points = 10.0
    batch = 150
    least = 20  # from here on an import is cheaper by far
    settles = True

    def price(self, creates: int, updates: int, removals: int = 0) -> float:
        files, rest = divmod(creates, self.batch)
        last = PRICE if rest >= self.least else self.points * rest
        return PRICE * files + last + super().price(0, updates, removals)

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

    def refuse(self, job: Job) -> Result | None:
        if job.creates and not job.key[0].startswith("/"):
            detail = "A path that is redirected begins with a slash and names no store, such as /old-page."
            return Result(job.key, reason=Reason.INVALID, detail=detail)
        return None

    def alone(self, job: Job) -> bool:
        return job.gid is not None or PLAIN.match(job.key[0]) is None

    def write(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        if len(jobs) < self.least:
            return (yield from self._one_by_one(jobs, ids))
        targets = {job.key: self.created(job, ids)["urlRedirect"]["target"] for job in jobs}
        there = yield from present([job.key[0] for job in jobs])
        results = [_there(key, gid, target == targets[key]) for key, (gid, target) in there.items()]
        return results + (yield from self._import([job for job in jobs if job.key not in there], targets, ids))

    def _import(self, jobs: Sequence[Job], targets: Mapping[Key, str], ids: Ids) -> Talk[list[Result]]:
        if not jobs:
            return []
        rows = [(job.key[0], targets[job.key]) for job in jobs]
        gid = yield from submit(rows)
        if gid is None:
            return (yield from self._one_by_one(jobs, ids))
        if not (yield from finished(gid, PATIENT)):
            return [Result(job.key, gid, pending=True) for job in jobs]
        made = yield from newest([path for path, _ in rows])
        results = [Result(key, own) for key, own in made.items()]
        for job in jobs:
            if job.key not in made:
                results.append((yield from self._left(job, ids)))
        return results

    def _one_by_one(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        results: list[Result] = []
        for job in jobs:
            results += yield from super().write([job], ids)
        return results

    def _left(self, job: Job, ids: Ids) -> Talk[Result]:
        """What an import did not make: it was there already, or Shopify says why if it is asked once more."""
        there = yield from self.locate([Target(self.name, job.key)])
        for gid in there.values():
            return Result(job.key, gid, detail=OVERTAKEN)
        (result,) = yield from super().write([job], ids)
        return result

    def settled(self, gids: Mapping[Key, str]) -> Talk[list[Result]]:
        """`gids`: the imports that these are in, which took longer than anybody waited for them."""
        results: list[Result] = []
        for gid in sorted(set(gids.values())):
            if (yield from finished(gid, 1)):
                own = [key for key, other in gids.items() if other == gid]
                made = yield from newest([key[0] for key in own])
                results += [
                    Result(key, made[key]) if key in made else Result(key, reason=Reason.REFUSED, detail=NOT_TAKEN)
                    for key in own
                ]
        return results

    def created(self, job: Job, ids: Ids) -> dict[str, Any]:
        return {"urlRedirect": {"path": job.key[0], **self.rewrite({"target": job.after["target"]}, ids.translate)}}

    def updated(self, job: Job, ids: Ids) -> dict[str, Any]:
        return {"urlRedirect": self.rewrite({"target": job.after["target"]}, ids.translate)}


def _there(key: Key, gid: str, same: bool) -> Result:
    """Shopify's import would overwrite what somebody made since the plan."""
    return Result(key, gid) if same else Result(key, reason=Reason.CHANGED_MEANWHILE, detail=KEPT)


RESOURCE = UrlRedirects()
