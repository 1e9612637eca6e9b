"""The kernel without Django: a ledger and an id store in SQLite, and a loop that runs stages to their end.

For scripts, notebooks and tests. One process, one folder; nothing survives it but the files.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from shopify_client import AdminClient, Transient

from .keys import Key, key_of, sort_key
from .outcomes import Outcome, Reason, State, Verdict
from .references import Target
from .registry import RESOURCES
from .stages import Options, Stage
from .storage import LocalStorage
from .work import Checkpoint, Cursor, Desk, Id, Row, Where

_SCHEMA = """
CREATE TABLE row (
  resource TEXT, sort BLOB, number INTEGER, verdict TEXT, outcome TEXT, state TEXT, reason TEXT, wave INTEGER,
  linkable INTEGER, tightenable INTEGER, stepping INTEGER, lost INTEGER, verified INTEGER, data TEXT,
  PRIMARY KEY (resource, sort, number)
);
CREATE INDEX row_work ON row (state, wave, resource, sort, number);
CREATE TABLE id (gid TEXT PRIMARY KEY, resource TEXT, key BLOB, reading INTEGER, mark TEXT);
CREATE INDEX id_target ON id (resource, key);
"""
# Nothing goes on after a crash here, so nothing has to be safe against one; and nobody else opens the file, so that it
# need not be locked and looked at anew for every statement.
_UNSAFE = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;"
LEDGER = ".ledger.sqlite3"
_FIELDS = tuple(field.name for field in fields(Row))
_MANY = 500  # SQLite's variables in one statement


class LocalLedger:
    """Implements `work.Ledger`."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def put(self, rows: Iterable[Row]) -> None:
        self._database.executemany(
            "INSERT OR REPLACE INTO row VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)", [_values(row) for row in rows]
        )

    def get(self, resource: str, keys: Sequence[Key]) -> dict[Key, Row]:
        found: dict[Key, Row] = {}
        for start in range(0, len(keys), _MANY):
            some = [sort_key(key) for key in keys[start : start + _MANY]]
            marks = ",".join("?" * len(some))
            query = f"SELECT data FROM row WHERE resource=? AND sort IN ({marks}) ORDER BY number DESC"  # noqa: S608
            for (data,) in self._database.execute(query, [resource, *some]):
                row = _row(data)
                found[row.key] = row
        return found

    def select(self, where: Where, *, limit: int, after: tuple[str, Key, int] | None = None) -> list[Row]:
        condition, values = _condition(where)
        if after is not None:
            condition += " AND (resource, sort, number) > (?,?,?)"
            values += [after[0], sort_key(after[1]), after[2]]
        query = f"SELECT data FROM row WHERE {condition} ORDER BY resource, sort, number LIMIT ?"  # noqa: S608
        return [_row(data) for (data,) in self._database.execute(query, [*values, limit])]

    def waves(self, where: Where) -> list[int]:
        condition, values = _condition(where)
        query = f"SELECT DISTINCT wave FROM row WHERE {condition} AND wave IS NOT NULL ORDER BY wave"  # noqa: S608
        return [wave for (wave,) in self._database.execute(query, values)]

    def tally(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {}
        names = "resource, verdict, outcome, reason, verified, linkable, lost"
        query = f"SELECT {names}, count(*) FROM row GROUP BY {names}"  # noqa: S608
        for resource, verdict, outcome, reason, verified, linkable, lost, count in self._database.execute(query):
            own = found.setdefault(resource, {})
            words = [f"verdict:{verdict}", f"outcome:{outcome}", f"{verdict}:{outcome}"]
            words += [f"reason:{reason}"] if reason else []
            words += ["verified"] if verified else []
            words += ["open"] if linkable else []
            words += ["lost"] if lost else []
            for word in words:
                own[word] = own.get(word, 0) + count
        return found


def _values(row: Row) -> tuple[Any, ...]:
    return (
        row.resource,
        sort_key(row.key),
        row.number,
        row.verdict,
        row.outcome,
        row.state,
        row.reason,
        row.wave,
        bool(row.open),
        bool(row.relaxed),
        row.aside is not None and not row.stepped,
        bool(row.lost),
        row.verified,
        json.dumps({name: getattr(row, name) for name in _FIELDS}),
    )


def _row(data: str) -> Row:
    own = json.loads(data)
    tuples = {name: tuple(own[name]) for name in ("key", "changed", "open", "lost", "relaxed", "theirs")}
    words = {
        "verdict": Verdict(own["verdict"]),
        "outcome": Outcome(own["outcome"]),
        "state": State(own["state"]),
        "reason": Reason(own["reason"]),
    }
    return Row(**{**own, **tuples, **words})


def _condition(where: Where) -> tuple[str, list[Any]]:
    parts, values = ["1"], []
    for name, one in (("resource", where.resource), ("wave", where.wave)):
        if one is not None:
            parts.append(f"{name} = ?")
            values.append(one)
    many: dict[str, frozenset[Any] | None] = {
        "verdict": where.verdicts,
        "outcome": where.outcomes,
        "state": where.states,
    }
    for name, words in many.items():
        if words is not None:
            parts.append(f"{name} IN ({','.join('?' * len(words))})")
            values += sorted(words)
    flags = (("linkable", where.linkable), ("tightenable", where.tightenable), ("stepping", where.stepping))
    for name, flag in flags:
        if flag is not None:
            parts.append(f"{name} = ?")
            values.append(int(flag))
    if where.verified is not None:
        choices = ["verified IS NULL" if one is None else f"verified = {int(one)}" for one in where.verified]
        parts.append(f"({' OR '.join(choices)})")
    return " AND ".join(parts), values


class LocalIds:
    """Implements `work.IdStore`."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def put(self, ids: Iterable[Id]) -> None:
        self._database.executemany(
            "INSERT OR REPLACE INTO id VALUES (?,?,?,?,?)",
            [(one.gid, one.target.resource, sort_key(one.target.key), one.reading, one.mark) for one in ids],
        )

    def by_gid(self, gids: Iterable[str]) -> dict[str, Id]:
        wanted = list(gids)
        found: dict[str, Id] = {}
        for start in range(0, len(wanted), _MANY):
            some = wanted[start : start + _MANY]
            query = f"SELECT gid, resource, key, reading, mark FROM id WHERE gid IN ({','.join('?' * len(some))})"  # noqa: S608
            for gid, resource, key, reading, mark in self._database.execute(query, some):
                found[gid] = Id(gid, Target(resource, key_of(key)), reading, mark)
        return found

    def by_target(self, targets: Iterable[Target]) -> dict[Target, str]:
        found: dict[Target, str] = {}
        for target in targets:
            query = "SELECT gid FROM id WHERE resource=? AND key=? ORDER BY reading DESC LIMIT 1"
            row = self._database.execute(query, (target.resource, sort_key(target.key))).fetchone()
            if row is not None:
                found[target] = row[0]
        return found


def local_desk(client: AdminClient, folder: Path, *, settling: float = 25.0, in_flight: int = 16) -> Desk:
    """A desk whose files live in `folder`; so do its ledger and ids, because no store has to fit into memory."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / LEDGER
    path.unlink(missing_ok=True)
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript(_UNSAFE + _SCHEMA)
    return Desk(
        client=client,
        storage=LocalStorage(folder),
        ledger=LocalLedger(database),
        ids=LocalIds(database),
        registry=RESOURCES,
        prefix="run/",
        in_flight=in_flight,
        settling=settling,
    )


def offline_desk(folder: Path) -> Desk:
    """A desk for work on files, which asks no store anything."""
    return local_desk(AdminClient("offline.myshopify.com", token=""), folder)


Listener = Callable[[Stage, Checkpoint], None]


@dataclass(slots=True)
class LocalRun:
    """Runs stages on a desk; `past` is what they left behind. `sleep`: waits, for a limit of a day hour by hour."""

    desk: Desk
    options: Options
    past: dict[str, Cursor]
    sleep: Callable[[float], None] = time.sleep

    def work(self, stages: Sequence[Stage], listen: Listener = lambda stage, checkpoint: None) -> dict[str, Cursor]:
        """Works through `stages`, waiting where there is nothing to do but wait. Gives up on what does not pass."""
        for stage in stages:
            cursor: Cursor = {}
            attempts = 0
            while True:
                try:
                    checkpoint = self._once(stage, cursor, listen)
                except Transient as trouble:
                    attempts += 1
                    if attempts > 5:
                        raise
                    self.sleep(max(trouble.wait, 1.0))
                    continue
                cursor = checkpoint.cursor
                if checkpoint.done:
                    self.past[stage.name] = cursor
                    break
                self.sleep(checkpoint.pause)
        return self.past

    def _once(self, stage: Stage, cursor: Cursor, listen: Listener) -> Checkpoint:
        """Runs a stage until it says that it is done, or stops."""
        last = Checkpoint(cursor)
        for last in stage.work(self.desk, cursor, self.past, self.options):
            saved = dict(last.cursor)  # a step that goes on from a cursor may hand back the very same one
            cursor.clear()
            cursor.update(saved)
            listen(stage, last)
        return last


def run(desk: Desk, stages: Sequence[Stage], options: Options, listen: Listener | None = None) -> dict[str, Cursor]:
    """Runs all stages. A plan that waits for a person is not waited for: `options` hold the decision already."""
    return LocalRun(desk, options, {}).work(stages, listen or (lambda stage, checkpoint: None))
