"""Waiting for what Shopify goes on working on after a write: files that it fetches, checks and prepares.

Waiting is not work: between two looks the step offers a pause, and whoever runs it may give the worker to another shop.
A row that waits is *written* and has no open links; once Shopify is through with it, it is *done*, or has failed.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence

from shopify_client import AccessDenied, ShopifyError

from .halves import by_halves
from .keys import Key
from .outcomes import Reason, State
from .references import dangling
from .resource import Resource, Result, Talk, gather
from .talk import ask_all
from .work import Checkpoint, Cursor, Desk, Id, Row, Where
from .writing import fail

WINDOW = 250
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
PATIENCE = 1800.0  # seconds without any news, after which a record counts as lost
UNSEEN = "It was sent, and the app may not see any more what became of it."
STILL = f"Shopify was still at work on it after {PATIENCE / 60:.0f} minutes."


def wait(desk: Desk, cursor: Cursor, names: Sequence[str], checkpoint: Checkpoint) -> Generator[Checkpoint, None, bool]:
    """Looks at what is still under way. True: nothing is; False: it has to be looked at again later."""
    waited = cursor.setdefault("waited", {"looks": 0, "since": desk.now()})
    open_, news = 0, False
    for name in names:
        resource = desk.registry[name]
        if resource.settles:
            left, some = _look(desk, resource, lost=desk.now() - waited["since"] > PATIENCE)
            open_, news = open_ + left, news or some
    if not open_:
        del cursor["waited"]
        return True
    waited["looks"] = 1 if news else waited["looks"] + 1
    waited["since"] = desk.now() if news else waited["since"]
    checkpoint = Checkpoint(
        cursor, checkpoint.counts, pause=min(LONGEST_PAUSE, FIRST_PAUSE * 1.5 ** (waited["looks"] - 1))
    )
    yield checkpoint
    return False


def _look(desk: Desk, resource: Resource, *, lost: bool) -> tuple[int, bool]:
    """(how many rows still wait, whether any of them waits no more)."""
    where = Where(resource=resource.name, states=frozenset({State.WRITTEN}), linkable=False)
    after, still, news = None, 0, False
    while rows := desk.ledger.select(where, limit=WINDOW, after=after):
        after = (rows[-1].resource, rows[-1].key, rows[-1].number)
        results, unsaid = _settled(desk, resource, {row.key: row.gid for row in rows})
        denied = not results and len(unsaid) == len(rows)  # of those that are still under way, nothing is said at all
        denied = denied and all(isinstance(error, AccessDenied) for error in unsaid.values())
        for row in rows:
            result = results.get(row.key)
            if result is None and denied:
                result = Result(row.key, reason=Reason.NOT_PERMITTED, detail=f"{UNSEEN} {unsaid[row.key]}")
            elif result is None and lost:
                detail = f"{STILL} {unsaid.get(row.key, '')}".strip()
                result = Result(row.key, reason=Reason.LOST, detail=detail)
            if result is None:
                still += 1
            else:
                _take(desk, row, result)
                news = True
        desk.ledger.put(rows)
    return still, news


def _settled(
    desk: Desk, resource: Resource, gids: Mapping[Key, str]
) -> tuple[dict[Key, Result], dict[Key, ShopifyError]]:
    """What became of them, and why Shopify does not say it of some."""

    def ask(keys: Sequence[Key]) -> Talk[list[Result]]:
        return resource.settled({key: gids[key] for key in keys})

    pieces, unsaid = ask_all(desk, {"": by_halves(ask, list(gids), alike=(AccessDenied,))})[""]
    return gather(result for piece in pieces for result in piece), unsaid


def _take(desk: Desk, row: Row, result: Result) -> None:
    if result.ok:
        row.state = State.DONE
        row.gid = result.gid or row.gid
        desk.ids.put([Id(row.gid, row.target)])
        return
    if row.gid:
        desk.ids.put([Id(row.gid, dangling(row.gid))])  # nothing may point at it any more
    fail(row, Reason(result.reason), result.detail)
