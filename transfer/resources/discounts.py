"""Discounts: those that a code gives and those that apply by themselves, each an amount off, buy X get Y, or free
shipping.

A discount is never written wider than it is: one that would come to apply to nothing, or to nobody, is not written at
all, and one that waits for what failed is not written either. It is active when its dates say so, in every store.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from shopify_client import AccessDenied

from ..by_hand import moment_of
from ..diff import Change
from ..keys import Key
from ..outcomes import Reason
from ..references import Target
from ..resource import (
    Ask,
    Conceded,
    Fields,
    Ids,
    Job,
    Page,
    Place,
    Reading,
    Resource,
    Result,
    Scopes,
    Selection,
    Stream,
    Talk,
)
from . import _discount_by_hand as by_hand
from . import _discount_documents as documents
from . import _discount_fields as discount
from . import _discount_inputs as inputs
from ._common import POLLS, by_alias, by_listing, paged, read_nodes, refused
from ._discount_documents import AUTOMATIC, CODE
from ._discount_shapes import KEY, SHAPE
from ._shapes import STATE

CODES = 250  # added with one request
LOOKS = 50  # codes looked up with one request
_FEW = 5
TITLE_TAKEN = (
    "The target store has an automatic discount of this title: one that no import can read, such as an app's or one "
    "for a segment of customers, or one that somebody has just made. Give it another title, then import again."
)


class Discounts(Resource):
    name = "discounts"
    label = "Discounts"
    key_is = "code or automatic; the first code in lower case, or the title"
    key_like = "code/summer24"
    shape = SHAPE
    key_shape = KEY
    leaves = {
        "discounts that an app's function makes": "only the app itself can make them; they are named with the function",
        "discounts for a segment of customers": "segments are not carried, and without one it would be for everybody",
        "how often a discount was used": "it tells what happened in the store where it was",
        "the currency of an amount": "it is the store's own, as that of prices is",
    }
    lasting = {
        "cycles": STATE,
    }
    scopes = Scopes(read=("read_discounts", "read_products"), write=("write_discounts", "read_products"))
    gid_types = ("DiscountCodeNode", "DiscountAutomaticNode")
    identify = documents.IDENTIFY
    refers_to = ("products", "variants", "collections", "markets", "customers")
    read_batch = 15
    exclusive = holds_many = True
    claimed = "code"
    freed = "Take it off there, or give both discounts the same first code; then import again."
    points = 14.0

    # -- reading

    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        return [Stream(self.name, _read)]

    def read_back(self, gids: Sequence[str]) -> Talk[list[Reading]]:
        nodes: list[Mapping[str, Any]] = []
        try:
            yield from read_nodes(documents.BACK, gids, lambda node: nodes.append(node))
        except AccessDenied:
            yield from read_nodes(documents.BACK_BARE, gids, lambda node: nodes.append(node))
        readings = []
        for node in nodes:
            readings.append(_reading((yield from _whole(node))))
        return [reading for reading in readings if reading is not None]

    def locate(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        codes = [target for target in targets if target.key[0] == CODE]
        found = yield from by_alias(
            codes,
            "String!",
            documents.BY_CODE,
            lambda target: target.key[1],
            lambda target, node: node["id"] if discount.key_of(node["discount"]) == target.key else None,
        )
        others = [target for target in targets if target.key[0] == AUTOMATIC]
        found |= yield from by_listing(others, documents.TITLES, "automaticDiscountNodes", _key_or_none)
        return found

    def identified(self, gid_type: str, node: Mapping[str, Any]) -> Target | None:
        key = discount.key_of(node["discount"])
        return Target(self.name, key) if key is not None else None

    # -- meaning

    def rewrite(self, fields: Fields, translate: Callable[[str], str | None]) -> Fields:
        return discount.rewrite(fields, translate)

    def places(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[Place]:
        return discount.places(fields)

    def normalise(self, fields: Fields) -> Fields:
        return discount.normalise(fields)

    def changes(self, before: Fields, after: Fields) -> list[Change]:
        """Codes that only the target has stay."""
        present, wanted = ({code.lower() for code in fields.get("codes", ())} for fields in (before, after))
        found = [c for c in super().changes(before, after) if c.path != "codes" or wanted - present]
        if discount.everywhere(before, after):
            found.append(Change("shipping.countries", before["shipping"]["countries"], None))
        return found

    def beyond(self, before: Fields, after: Fields) -> str:
        """A code that is out is in somebody's hands, so a person has to take it away."""
        more = discount.more_codes(before, after)
        named = f"{', '.join(more[:_FEW])}{f' and {len(more) - _FEW:,} more' if len(more) > _FEW else ''}"
        codes = "the code" if len(more) == 1 else "the codes"
        return f"Only the discount in the target store has {codes} {named}, which no import takes away." if more else ""

    def concede(self, before: Fields, after: Fields) -> Conceded | None:
        if before["kind"] == after["kind"]:
            return None
        sentence = (
            f"It is of the kind {before['kind']} in the target store and {after['kind']} in the archive; Shopify "
            "cannot change the kind of a discount."
        )
        return Conceded(None, (sentence,))

    def filled(self, key: Key, fields: Fields) -> Fields:
        return super().filled(key, by_hand.whole(key, fields))

    def dated(self, fields: Fields, seconds: float) -> Fields:
        """It begins at once, where nobody says when."""
        return {**fields, "startsAt": fields.get("startsAt") or moment_of(seconds)}

    def named(self, fields: Fields) -> Key | None:
        return by_hand.named(fields)

    def contradiction(self, key: Key, fields: Fields) -> str | None:
        return discount.contradiction(key, fields)

    def vain(self, fields: Fields) -> bool:
        return bool(discount.empty(fields))

    def claims(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[tuple[str, ...]]:
        """Every code. What is updated keeps all that it has, so that only what is deleted makes way."""
        yield from ((code.lower(),) for code in fields.get("codes") or ())

    def unclaimed(self, key: Key, fields: Fields, claims: Collection[tuple[str, ...]]) -> Fields | None:
        """Without the codes behind the first that are another's."""
        if key[1:] in claims:
            return None
        return {**fields, "codes": [code for code in fields["codes"] if (code.lower(),) not in claims]}

    def refuse(self, job: Job) -> Result | None:
        nothing = discount.empty(job.after)
        if not nothing:
            return None
        detail = f"Nothing is left of {nothing}: none of it is in this store. It would be another discount without."
        return Result(job.key, reason=Reason.MISSING_REQUIRED, detail=detail)

    # -- writing

    def write(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        (job,) = jobs
        refusal = self.refuse(job)
        if refusal is not None:
            return [refusal]
        if job.without:
            detail = "A record that it names was not written; without it, it would be another discount."
            return [Result(job.key, reason=Reason.DEPENDS_ON_FAILED, detail=detail)]
        result = yield from _written(job, ids)
        if not result.ok or result.gid is None or job.key[0] != CODE:
            return [result]
        present = {job.key[1], *(code.lower() for code in (job.before or {}).get("codes", ()))}
        missing = {code.lower(): code for code in job.after["codes"] if code.lower() not in present}
        bad = yield from _add(result.gid, list(missing.values()))
        if not bad:
            return [result]
        named = [f"{code}: {why.rstrip('.')}." for code, why in bad[:_FEW]]
        rest = [f"And {len(bad) - _FEW} more codes."] if len(bad) > _FEW else []
        detail = " ".join(["The discount stands, but not all of its codes.", *named, *rest])
        return [Result(job.key, reason=Reason.REFUSED, detail=detail)]

    def make_way(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        removed = yield from self.remove({job.key: job.gid for job in jobs if job.gid is not None})
        return [replace(result, gid=None) for result in removed]

    def remove(self, gids: Mapping[Key, str]) -> Talk[list[Result]]:
        results = []
        for key, gid in gids.items():
            (payload,) = (yield Ask(documents.DELETE[key[0]], {"id": gid})).values()
            results.append(refused(key, payload["userErrors"]) if payload["userErrors"] else Result(key, gid))
        return results


def _read(after: str | None, changed_since: str | None) -> Talk[Page]:
    """A page; where the store does not show whom its discounts are for, the page without that."""
    try:
        return (yield from _FULL(after, changed_since))
    except AccessDenied:
        return (yield from _BARE(after, changed_since))


def _whole(node: Mapping[str, Any]) -> Talk[Mapping[str, Any]]:
    """The node with all of its codes."""
    own = node.get("discount") or {}
    if "codes" not in own:
        return node
    codes, page = list(own["codes"]["nodes"]), own["codes"]["pageInfo"]
    while page["hasNextPage"]:
        data = yield Ask(documents.MORE_CODES, {"id": node["id"], "after": page["endCursor"]})
        if data["codeDiscountNode"] is None:
            break  # deleted while we read
        more = data["codeDiscountNode"]["codeDiscount"]["codes"]
        codes, page = [*codes, *more["nodes"]], more["pageInfo"]
    return {**node, "discount": {**own, "codes": {"nodes": codes}}}


def _reading(node: Mapping[str, Any]) -> Reading | None:
    own = node.get("discount")
    if not own or discount.whole(own):
        return None
    key = discount.key_of(own)
    return Reading("discounts", key, node["id"], discount.fields_of(own), own["updatedAt"]) if key else None


def _skipped(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    why = discount.whole(node["discount"])
    if why:
        yield node["discount"]["title"], why


_FULL = paged(documents.READ, "discountNodes", _reading, skipped=_skipped, more=_whole)
_BARE = paged(documents.READ_BARE, "discountNodes", _reading, skipped=_skipped, more=_whole)


def _key_or_none(node: Mapping[str, Any]) -> Key:
    return discount.key_of(node["discount"]) or ()


def _written(job: Job, ids: Ids) -> Talk[Result]:
    """Made or changed, all but the codes behind the first."""
    own, given = (job.key[0], job.after["kind"]), inputs.of(job, ids)
    if job.gid is None:
        (payload,) = (yield Ask(documents.CREATE[own], {"discount": given})).values()
    else:
        wanted = {"id": job.gid, "discount": given}
        (payload,) = (yield Ask(documents.UPDATE[own], wanted, repeatable=True)).values()
    if payload["userErrors"]:
        # A new automatic discount is one of whose title the snapshot has none.
        if job.gid is None and job.key[0] == AUTOMATIC and payload["userErrors"][0]["code"] == "TAKEN":
            return Result(job.key, reason=Reason.REFUSED, detail=TITLE_TAKEN)
        return refused(job.key, payload["userErrors"])
    return Result(job.key, job.gid or payload[f"{job.key[0]}DiscountNode"]["id"])


def _add(gid: str, codes: Sequence[str]) -> Talk[list[tuple[str, str]]]:
    """Adds codes, and waits until Shopify is through with them. (code, why not) of those that it refused."""
    bad: list[tuple[str, str]] = []
    for start in range(0, len(codes), CODES):
        some = codes[start : start + CODES]
        wanted = {"id": gid, "codes": [{"code": code} for code in some]}
        added = (yield Ask(documents.ADD_CODES, wanted, repeatable=True))["discountRedeemCodeBulkAdd"]
        if added["userErrors"]:
            bad += [(code, added["userErrors"][0]["message"]) for code in some]
        else:
            bad += yield from _refused_of(added["bulkCreation"]["id"])
    ours = (yield from _ours(gid, [code for code, _ in bad])) if bad else set()
    return [(code, why) for code, why in bad if code not in ours]


def _refused_of(creation: str) -> Talk[list[tuple[str, str]]]:
    """What Shopify is not through with in the end is left to the read-back."""
    for _ in range(POLLS):
        state = (yield Ask(documents.ADDING, {"id": creation}))["discountRedeemCodeBulkCreation"]
        if state["done"]:
            return [(node["code"], node["errors"][0]["message"]) for node in state["codes"]["nodes"] if node["errors"]]
    return []


def _ours(gid: str, codes: Sequence[str]) -> Talk[set[str]]:
    """Of codes that are taken, those that this very discount has: they were added, and the answer was lost."""
    found: set[str] = set()
    for start in range(0, len(codes), LOOKS):
        targets = [Target("discounts", (CODE, code)) for code in codes[start : start + LOOKS]]
        held = yield from by_alias(
            targets,
            "String!",
            "codeDiscountNodeByCode(code: $v) { id }",
            lambda target: target.key[1],
            lambda target, node: node["id"],
        )
        found |= {target.key[1] for target, holder in held.items() if holder == gid}
    return found


RESOURCE = Discounts()
