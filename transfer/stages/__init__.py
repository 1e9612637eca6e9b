"""The steps of an export, of an import and of what else runs, one after the other.

A stage gets the last cursors of the stages before it (`past`) and the choices of whoever started the run (`options`),
and is a step as `transfer.work` describes. The Django engine and `transfer.local` run the same lists.
"""

from __future__ import annotations

from .comparing import COMPARISON
from .exporting import EXPORT, changed, manifest_of
from .importing import IMPORT
from .step import Options, Past, Stage, Steps
from .writing_sheets import SPREADSHEET

__all__ = [
    "COMPARISON",
    "EXPORT",
    "IMPORT",
    "SPREADSHEET",
    "Options",
    "Past",
    "Stage",
    "Steps",
    "changed",
    "manifest_of",
]
