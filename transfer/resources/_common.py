"""What resource modules share: pages in id order, look-ups by alias, and userErrors in one sentence."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from shopify_client import QueryTooCostly, ServerFault

from ..keys import Key
from ..outcomes import Reason
from ..references import Target
from ..refusals import told
from ..resource import Ask, Json, Page, Reading, Result, Talk

# Shopify pages no deeper than 25,000 objects into a connection (https://shopify.dev/docs/api/usage/limits), so that a
# long stream begins a new connection, behind the last id, well before.
DEEPEST = 20_000

# Why types and namespaces that no store shares with another are not carried.
OF_APP = "it belongs to another app"
RESERVED = "Shopify keeps its namespace to itself"

Take = Callable[[Mapping[str, Any]], Talk[Page]]


def paged(
    document: str,
    path: str,
    take: Callable[[Mapping[str, Any]], Reading | None],
    *,
    variables: Mapping[str, Json] | None = None,
    skipped: Callable[[Mapping[str, Any]], Iterable[tuple[str, str]]] = lambda node: (),
    more: Callable[[Mapping[str, Any]], Talk[Mapping[str, Any]]] | None = None,
    filters: bool = True,
    only: str | None = None,
) -> Callable[[str | None, str | None], Talk[Page]]:
    """A `Stream.read` over the connection at `path`, whose document takes ``$after`` and ``$query``.

    `take`: a node's reading, or None. `skipped`: (what, why) of a node that is not, or not wholly, carried. `more`:
    completes a node whose own lists did not fit into the page. `filters`: whether the connection takes a query.
    `only`: a search string that every page is narrowed by. A page that Shopify finds too dear, or fails at, is asked
    for in halves, and so are the pages after it.
    """
    pages = _Pages(document)

    def read(after: str | None, changed_since: str | None) -> Talk[Page]:
        depth, behind, cursor = json.loads(after) if after is not None else (0, 0, None)
        query = {"query": _query(behind, changed_since, only)} if filters else {}
        data = yield from pages.ask({**(variables or {}), "after": cursor, **query})
        connection = data[path]
        nodes = []
        for node in connection["nodes"]:
            whole = node if more is None else (yield from more(node))
            nodes.append(whole)
        readings = tuple(reading for node in nodes if (reading := take(node)) is not None)
        notes = tuple(note for node in nodes for note in skipped(node))
        return Page(readings, _next(connection, nodes, depth, behind, filters=filters), notes)

    return read


_SIZE = re.compile(r"first: (\d+)")


class _Pages:
    """A document whose page (the first size in it) shrinks where it must."""

    def __init__(self, document: str) -> None:
        self._document = document

    def ask(self, variables: Mapping[str, Json]) -> Talk[Mapping[str, Any]]:
        while True:
            try:
                return (yield Ask(self._document, variables))
            except (QueryTooCostly, ServerFault):
                if not self._shrink():
                    raise

    def _shrink(self) -> bool:
        size = _SIZE.search(self._document)
        if size is None or int(size[1]) <= 1:
            return False
        self._document = _SIZE.sub(f"first: {int(size[1]) // 2}", self._document, count=1)
        return True


def _query(behind: int, changed_since: str | None, only: str | None) -> str | None:
    terms = [f"({only})"] if only else []
    terms += [f"id:>{behind}"] if behind else []
    terms += [f"updated_at:>='{changed_since}'"] if changed_since else []
    return " AND ".join(terms) or None


def _next(
    connection: Mapping[str, Any], nodes: Sequence[Mapping[str, Any]], depth: int, behind: int, *, filters: bool
) -> str | None:
    if not connection["pageInfo"]["hasNextPage"]:
        return None
    depth += len(nodes)
    if depth >= DEEPEST and nodes and filters:
        return json.dumps([0, int(nodes[-1]["id"].rsplit("/", 1)[1]), None])
    return json.dumps([depth, behind, connection["pageInfo"]["endCursor"]])


def nothing(what: str, why: str) -> Callable[[str | None, str | None], Talk[Page]]:
    """A `Stream.read` that asks nothing and says what is not carried."""

    def read(after: str | None, changed_since: str | None) -> Talk[Page]:
        return Page((), None, ((what, why),) if changed_since is None else ())
        yield  # makes this a conversation, if a silent one

    return read


def by_alias(
    targets: Sequence[Target],
    declare: str,
    field: str,
    variable: Callable[[Target], Json],
    gid: Callable[[Target, Mapping[str, Any]], str | None],
) -> Talk[dict[Target, str]]:
    """Looks up several records by identifier in one request: ``t0: field(…$v0…) t1: …``.

    `declare`: the variables' type. `field`: the selection, with ``$v`` for the variable. `gid`: picks the id out of an
    answer, or says that it is not what was asked for.
    """
    if not targets:
        return {}
    head = ", ".join(f"$v{number}: {declare}" for number in range(len(targets)))
    body = " ".join(f"t{number}: {field.replace('$v', f'$v{number}')}" for number in range(len(targets)))
    data = yield Ask(
        f"query Locate({head}) {{ {body} }}",
        {f"v{number}": variable(target) for number, target in enumerate(targets)},
    )
    found: dict[Target, str] = {}
    for number, target in enumerate(targets):
        answer = data.get(f"t{number}")
        if answer is not None and (id_ := gid(target, answer)) is not None:
            found[target] = id_
    return found


def by_search(
    targets: Sequence[Target],
    connection: str,
    selection: str,
    term: Callable[[Target], str],
    key: Callable[[Mapping[str, Any]], Key],
    *,
    single: bool = False,
) -> Talk[dict[Target, str]]:
    """Finds records of a kind that Shopify offers no identifier for. `single`: none of those that share a key.

    Each is searched for by a `term`, which finds similar ones as well, and misses what was made a moment ago: so the
    newest are listed beside it, and only an equal `key` counts. `selection`: what `key` needs.
    """
    if not targets:
        return {}
    head = ", ".join(f"$v{number}: String!" for number in range(len(targets)))
    nodes = f"nodes {{ id {selection} }}"
    searches = (
        f"t{number}: {connection}(first: 20, query: $v{number}) {{ {nodes} }}" for number in range(len(targets))
    )
    newest = f"newest: {connection}(first: 250, sortKey: ID, reverse: true) {{ {nodes} }}"
    data = yield Ask(
        f"query Locate({head}) {{ {' '.join(searches)} {newest} }}",
        {f"v{number}": term(target) for number, target in enumerate(targets)},
    )
    wanted = {target.key: target for target in targets}
    nodes_by_id = {node["id"]: node for answer in data.values() for node in answer["nodes"]}
    found = {gid: wanted[key(node)] for gid, node in nodes_by_id.items() if key(node) in wanted}
    shared = {target for target, count in Counter(found.values()).items() if count > 1} if single else ()
    return {target: gid for gid, target in found.items() if target not in shared}


def by_listing(
    targets: Sequence[Target], document: str, connection: str, key: Callable[[Mapping[str, Any]], Key]
) -> Talk[dict[Target, str]]:
    """Finds records of a kind that are few and cannot be searched for, by listing all: `document` takes ``$after``."""
    wanted = {target.key: target for target in targets}
    found: dict[Target, str] = {}
    after = None
    while wanted:
        page = (yield Ask(document, {"after": after}))[connection]
        found |= {wanted[key(node)]: node["id"] for node in page["nodes"] if key(node) in wanted}
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    return found


def quoted(text: str) -> str:
    """A value of a search term. Backslashes and quotes would end it."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def read_nodes(
    document: str, gids: Sequence[str], take: Callable[[Mapping[str, Any]], Reading | None]
) -> Talk[list[Reading]]:
    """Reads known records with ``nodes(ids: $ids)``; in halves where all together are too dear.

    Where one of them spoils the answer, `transfer.halves` finds it.
    """
    if not gids:
        return []
    try:
        data = yield Ask(document, {"ids": list(gids)})
    except QueryTooCostly:
        if len(gids) == 1:
            raise
        middle = len(gids) // 2
        first = yield from read_nodes(document, gids[:middle], take)
        return first + (yield from read_nodes(document, gids[middle:], take))
    return [reading for node in data["nodes"] if node and (reading := take(node)) is not None]


_REASONS = {
    "TAKEN": Reason.CHANGED_MEANWHILE,
    "HANDLE_NOT_UNIQUE": Reason.CHANGED_MEANWHILE,
    "CHANGE_FROM_QUANTITY_STALE": Reason.CHANGED_MEANWHILE,
    "CAPABILITY_VIOLATION": Reason.TAKEN,  # of metafields: the only capability that a value can violate
    "STALE_OBJECT": Reason.CHANGED_MEANWHILE,
    "INVALID_COMPARE_DIGEST": Reason.GONE,  # there is none any more to compare with
    "APP_NOT_AUTHORIZED": Reason.NOT_PERMITTED,
    "NOT_AUTHORIZED": Reason.NOT_PERMITTED,
    "RESERVED_NAMESPACE_KEY": Reason.NOT_PERMITTED,
    "MAX_DEFINITIONS_EXCEEDED": Reason.TOO_LARGE,
    "RESOURCE_TYPE_LIMIT_EXCEEDED": Reason.TOO_LARGE,
    "TOO_LONG": Reason.TOO_LARGE,
}


def refused(key: Key, errors: Sequence[Mapping[str, Any]]) -> Result:
    """The result of a write that Shopify refused, in Shopify's words."""
    reason = _REASONS.get(str(errors[0].get("code") or ""), Reason.REFUSED)
    return Result(key, reason=reason, detail=told(errors))


def given(fields: Mapping[str, Json]) -> dict[str, Json]:
    """Without what is None: for Shopify, null may mean "clear it", and absent means "leave it"."""
    return {name: value for name, value in fields.items() if value is not None}


def beside(theirs: Mapping[str, Json] | None, own: Mapping[str, Json] | None) -> dict[str, Json]:
    """An object that Shopify takes as a whole: what the source has none of stays in it as the target (`theirs`) has it.

    Left out, or null, it would be cleared, or might be: Shopify does not say it of every object.
    """
    return {**given(theirs or {}), **given(own or {})}


def emptied(inputs: Mapping[str, Json], names: Iterable[str]) -> dict[str, Json]:
    """With null for those that are to have no value, which a record says by an empty text."""
    own = frozenset(names)
    return {name: None if value == "" and name in own else value for name, value in inputs.items()}


def touches(changed: Iterable[str], path: str) -> bool:
    """Whether one of the changed paths is `path`, or lies in it."""
    return any(one == path or one.startswith(f"{path}.") for one in changed)


_JOB = "query Job($id: ID!) { job(id: $id) { id done } }"
POLLS = 40  # of a job, one request after the other; what is not done by then is left to the read-back


def job_done(job: Mapping[str, Any] | None) -> Talk[bool]:
    """Asks until a job of Shopify is done. Whether it is."""
    for _ in range(POLLS):
        if job is None or job["done"]:
            return True
        job = (yield Ask(_JOB, {"id": job["id"]}))["job"]
    return False
