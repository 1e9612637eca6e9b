"""The archive: what it looks like (`manifest`, `members`), how it is made (`merge`, `assemble`), and how it is doubted
before it is believed (`check`). docs/archive-format.md tells the same to readers in other languages."""

from .manifest import ArchiveError, Manifest

__all__ = ["ArchiveError", "Manifest"]
