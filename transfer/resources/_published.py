"""On which sales channels a record is, and from when on.

A record of its own for each owner, written last of all: what is half made is shown to nobody. Its GID is the owner's
with a suffix, so that the two are told apart. A moment that has passed says no more than that it is there; only one to
come is compared. A channel that only the target has is left alone, save by a mirror.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ..diff import Change
from ..keys import Key
from ..outcomes import Reason
from ..references import Target, parse
from ..resource import (
    Ask,
    Fields,
    Ids,
    Job,
    Page,
    Place,
    Reading,
    Resource,
    Result,
    Selection,
    Stream,
    Talk,
    owned_by,
)
from ..shapes import Flag, ListOf, Maybe, Moment, Object, Reference
from ._common import given, paged, read_nodes, refused
from ._shapes import HANDLE

SUFFIX = "?channels"
_PLACES = "nodes { publishDate publication { id } } pageInfo { hasNextPage endCursor }"
_ON = "resourcePublicationsV2(first: %d, catalogType: APP, onlyPublished: false%s)"
FIELDS = f"id handle updatedAt {_ON % (10, '')} {{ {_PLACES} }}"
_REST = f"""
query MoreChannels($id: ID!, $after: String) {{
  node(id: $id) {{ ... on Publishable {{ {_ON % (250, ", after: $after")} {{ {_PLACES} }} }} }}
}}
"""
_PUBLISH = """
mutation Publish($id: ID!, $input: [PublicationInput!]!) {
  publishablePublish(id: $id, input: $input) { userErrors { field message } }
}
"""
_UNPUBLISH = """
mutation Unpublish($id: ID!, $input: [PublicationInput!]!) {
  publishableUnpublish(id: $id, input: $input) { userErrors { field message } }
}
"""


_CHANNEL = Object(
    "a channel",
    {"channel": Reference("sales_channels"), "published": Flag(), "publishDate": Maybe(Moment(empty=True))},
)


def _once(fields: Fields) -> str | None:
    """Each channel is named once."""
    names = [item["channel"] for item in fields["channels"]]
    return "channels must name each channel once." if len(set(names)) < len(names) else None


class Published(Resource):
    """A subclass says whose records these are."""

    shape = Object("a publication", {"channels": ListOf(_CHANNEL, "a list of channels", least=1)}, also=_once)
    key_shape = (HANDLE,)
    document: str
    back: str
    nothing = {"channels": []}  # what is on no channel has no record
    upsert = True
    unique = True
    gid_types = ()
    keyed_lists = {"channels": "channel"}
    read_batch = 250
    points = 11.0
    removal = 15.0

    def filled(self, key: Key, fields: Fields) -> Fields:
        """Whoever writes a channel into a row means that it is there."""
        channels = [{"published": True, **item} for item in fields.get("channels") or ()]
        return super().filled(key, {**fields, "channels": channels} if channels else fields)

    # -- reading

    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        return [Stream(self.name, paged(self.document, self.hangs_on, self._reading, more=_whole))]

    def read_back(self, gids: Sequence[str]) -> Talk[list[Reading]]:
        nodes: list[Mapping[str, Any]] = []
        yield from read_nodes(self.back, [self.node(gid) for gid in gids], lambda node: nodes.append(node))
        readings = []
        for node in nodes:
            readings.append(self._reading((yield from _whole(node))))
        return [reading for reading in readings if reading is not None]

    def owned(self, gids: Sequence[str]) -> Talk[Page]:
        return Page(tuple((yield from self.read_back(gids))), None)

    def node(self, gid: str) -> str:
        return gid.removesuffix(SUFFIX)

    def locate(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        """Nothing refers to these, and publishing twice is harmless, so none is ever looked for."""
        return {}
        yield  # makes this a conversation, if a silent one

    def _reading(self, node: Mapping[str, Any]) -> Reading | None:
        """What is on no channel has no record."""
        found = node["resourcePublicationsV2"]["nodes"]
        if not found:
            return None
        channels = [
            {"channel": one["publication"]["id"], "published": True, "publishDate": one["publishDate"]} for one in found
        ]
        return Reading(self.name, (node["handle"],), f"{node['id']}{SUFFIX}", {"channels": channels}, node["updatedAt"])

    # -- meaning

    def rewrite(self, fields: Fields, translate: Callable[[str], str | None]) -> Fields:
        """In the order of their names; of two that the source calls alike, the first."""
        channels: dict[str, Fields] = {}
        for item in fields["channels"]:
            channel = translate(item["channel"])
            if channel is not None:
                channels.setdefault(channel, {**item, "channel": channel})
        return {**fields, "channels": [channels[name] for name in sorted(channels)]}

    def owners(self, key: Key) -> Iterator[Target]:
        yield Target(self.hangs_on, key)

    def places(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[Place]:
        yield from owned_by(self.owners(key))
        for item in fields["channels"]:
            target = parse(item["channel"])
            if target is not None:
                yield Place("channels", target)

    def changes(self, before: Fields, after: Fields) -> list[Change]:
        present = {item["channel"]: _said(item) for item in before["channels"]}
        found = []
        for item in after["channels"]:
            wanted, own = _said(item), present.get(item["channel"], NOT_THERE)
            if wanted != own:
                found.append(Change(f"channels.{_title(item['channel'])}", own, wanted))
        return found

    def replaced(self, before: Fields, said: Fields) -> Fields:
        """REPLACE takes the record off the channels that the row does not name."""
        return {**said, "channels": [*(said.get("channels") or ()), *_off(before, said)]}

    def surplus(self, before: Fields, wanted: Fields) -> Fields:
        gone = _off(before, wanted)
        return {"channels": gone} if gone else {}

    def vain(self, fields: Fields) -> bool:
        return not fields["channels"]

    # -- writing

    def write(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        (job,) = jobs
        gid = ids.gid(Target(self.hangs_on, job.key))
        if gid is None:
            return [
                Result(job.key, reason=Reason.MISSING_OWNER, detail="What is published is not in the target store.")
            ]
        before = job.before or {"channels": []}
        moved = {change.path for change in self.changes(before, job.after)}
        items = [item for item in job.after["channels"] if f"channels.{_title(item['channel'])}" in moved]
        wanted = {name: own for item in items if (own := _own(item, ids)) for name in [_title(item["channel"])]}
        on = {name: own for name, (own, published) in wanted.items() if published}
        off = {name: {"publicationId": own["publicationId"]} for name, (own, stays) in wanted.items() if not stays}
        problems = [*(yield from _each(_PUBLISH, gid, on)), *(yield from _each(_UNPUBLISH, gid, off))]
        if problems:
            return [Result(job.key, reason=Reason.REFUSED, detail=" ".join(problems))]
        return [Result(job.key, f"{gid}{SUFFIX}")]

    def remove(self, gids: Mapping[Key, str]) -> Talk[list[Result]]:
        """Takes it off every channel that it is on."""
        results = []
        for key, gid in gids.items():
            found = yield from self.read_back([gid])
            channels = found[0].fields["channels"] if found else []
            ids = {item["channel"]: {"publicationId": item["channel"]} for item in channels}
            problems = yield from _each(_UNPUBLISH, self.node(gid), ids)
            results.append(Result(key, gid, *((Reason.REFUSED, " ".join(problems)) if problems else ())))
        return results


NOT_THERE = "not published"


def _whole(node: Mapping[str, Any]) -> Talk[Mapping[str, Any]]:
    """With all of its channels."""
    own = node["resourcePublicationsV2"]
    nodes, page = list(own["nodes"]), own["pageInfo"]
    while page["hasNextPage"]:
        data = yield Ask(_REST, {"id": node["id"], "after": page["endCursor"]})
        if data["node"] is None:
            break  # deleted while we read: it is not there any more when that is asked
        nodes += data["node"]["resourcePublicationsV2"]["nodes"]
        page = data["node"]["resourcePublicationsV2"]["pageInfo"]
    return {**node, "resourcePublicationsV2": {"nodes": nodes}}


def _off(before: Fields, said: Fields) -> list[Fields]:
    """The channels that are not said, as ones that it is not on."""
    named = {item.get("channel") for item in said.get("channels") or ()}
    others = (item for item in before["channels"] if item["channel"] not in named)
    return [{**item, "published": False, "publishDate": None} for item in others]


def _said(item: Fields) -> str:
    """What is compared: a moment to come, or whether it is there."""
    if not item.get("published"):
        return NOT_THERE
    text = item.get("publishDate")
    moment = datetime.fromisoformat(text).astimezone(UTC) if text else None
    return f"from {moment.isoformat()} on" if moment is not None and moment > datetime.now(UTC) else "published"


def _title(channel: str) -> str:
    target = parse(channel)
    return target.key[-1] if target is not None else channel


def _own(item: Fields, ids: Ids) -> tuple[dict[str, Any], bool] | None:
    """The input for one channel of the target, and whether it is to be published there."""
    target = parse(item["channel"])
    gid = ids.gid(target) if target is not None else None
    if gid is None:
        return None
    return given({"publicationId": gid, "publishDate": item.get("publishDate") or None}), item["published"]


def _each(document: str, gid: str, wanted: Mapping[str, Mapping[str, Any]]) -> Talk[list[str]]:
    """Shopify takes all or nothing: a channel that it refuses is named and left out, and the others are sent again."""
    rest, problems = dict(wanted), []
    while rest:
        (payload,) = (yield Ask(document, {"id": gid, "input": list(rest.values())}, repeatable=True)).values()
        errors = payload["userErrors"]
        if not errors:
            break
        name = _named(list(rest), errors[0].get("field") or ())
        problems.append(f"{name}: {errors[0]['message']}" if name else refused((), errors).detail)
        rest = {other: own for other, own in rest.items() if name and other != name}
    return problems


def _named(names: Sequence[str], field: Sequence[str]) -> str | None:
    """Which channel an error is about."""
    places = [int(part) for part in field if part.isdigit()]
    return names[places[0]] if places and places[0] < len(names) else None
