"""What a look at the late streams no longer showed: translations that somebody took away while the store was read.

They leave no trace: they have no time, no id of their own, and their record is there still. A list that was paged
through while others worked in it may have left one out by mistake, so each is asked for by itself before it is taken
for gone.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from .archive.parts import read_part
from .halves import whole as in_pieces
from .jsonl import loads
from .passes import chosen, mark_of, note_moved, seen
from .reader import Reader
from .references import dangling
from .resource import Reading, Resource, Selection
from .selection import hanging
from .talk import ask_all
from .work import Checkpoint, Cursor, Desk, Id


def missed(desk: Desk, cursor: Cursor, selection: Selection) -> Generator[Checkpoint, None, Cursor]:
    """Goes through what was read of late streams, part by part; `unlooked` names the parts that are left.

    What is gone loses its name, and comes into `moved`; what is there after all is as it was read just now.
    """
    if "unlooked" not in cursor:
        late = [one.name for one in chosen(desk, selection) if one.of_others and not hanging(selection, one)]
        cursor = {**cursor, "unlooked": [[name, part] for name in late for part in cursor["parts"].get(name, ())]}
    while cursor["unlooked"] and not desk.stopping():
        name, part = cursor["unlooked"][0]
        _look(desk, cursor, desk.registry[name], part)
        cursor = {**cursor, "unlooked": cursor["unlooked"][1:]}
        yield Checkpoint(cursor)
    return cursor


def _look(desk: Desk, cursor: Cursor, resource: Resource, part: str) -> None:
    lines = [loads(line) for line in read_part(desk.storage, part)]
    known = desk.ids.by_gid(line["gid"] for line in lines)
    own = [known[line["gid"]] for line in lines if known[line["gid"]].reading == line["reading"]]
    unseen = [one for one in own if seen(one) < cursor["look"] and not one.target.unknown]
    found = {reading.gid: reading for reading in _read(desk, resource, unseen)}
    reader = Reader(desk, cursor)
    for one in unseen:
        if one.gid in found:
            reader.line(found[one.gid], mark_of(found[one.gid], cursor["look"]))
            continue
        desk.ids.put([replace(one, target=dangling(one.gid))])
        note_moved(cursor, [one.target])
    reader.save()


def _read(desk: Desk, resource: Resource, unseen: list[Id]) -> list[Reading]:
    starts = range(0, len(unseen), resource.read_batch)
    gids = {start: [one.gid for one in unseen[start : start + resource.read_batch]] for start in starts}
    answers = ask_all(desk, {start: in_pieces(resource.read_back, some) for start, some in gids.items()})
    return [reading for answer in answers.values() for page in answer for reading in page]
