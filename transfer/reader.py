"""What has been read of a shop, and is not saved yet."""

from __future__ import annotations

from dataclasses import dataclass, field

from .archive.parts import write_part
from .jsonl import dumps
from .references import Target
from .resource import Reading
from .work import Cursor, Desk, Id

EXAMPLES = 20  # of what is not carried, per reason, in the manifest


@dataclass(slots=True)
class Reader:
    """What has been read but not saved yet. `cursor`: that of the reading, which counts and names parts."""

    desk: Desk
    cursor: Cursor
    lines: dict[str, list[bytes]] = field(default_factory=dict)
    size: int = 0

    def line(self, reading: Reading, mark: str = "") -> None:
        self.cursor["reading"] += 1
        number = self.cursor["reading"]
        line = dumps(
            {
                "key": list(reading.key),
                "gid": reading.gid,
                "fields": reading.fields,
                "updatedAt": reading.updated_at,
                "source": reading.source,
                "reading": number,
            }
        )
        self.lines.setdefault(reading.resource, []).append(line)
        self.size += len(line)
        self.desk.ids.put([Id(reading.gid, Target(reading.resource, reading.key), number, mark)])
        self.desk.ids.put(Id(gid, Target(kind, key), number) for kind, key, gid in reading.also)

    def note(self, resource: str, what: str, why: str, count: int = 1) -> None:
        """Something that stands in the shop, or was asked for, and is not carried. `count`: how many of it."""
        note = self.cursor["skipped"].setdefault(resource, {}).setdefault(why, {"count": 0, "examples": []})
        note["count"] += count
        note["examples"] = sorted({*note["examples"], what})[:EXAMPLES]  # whatever order pages came in

    def save(self) -> list[tuple[str, str]]:
        """Writes what is held as parts, (resource, name); only then may a cursor name them."""
        parts = []
        for resource, lines in sorted(self.lines.items()):
            self.cursor["part"] += 1
            name = f"{self.desk.prefix}parts/{resource}/{self.cursor['part']:05}.{self.desk.ticket}"
            write_part(self.desk.storage, name, lines)
            self.cursor["parts"].setdefault(resource, []).append(name)
            parts.append((resource, name))
        self.lines, self.size = {}, 0
        return parts
