"""Line ends of texts that went through a spreadsheet.

In a cell a line ends with a line feed; programs that save a sheet write no other (LibreOffice, Excel for Mac). Shopify
keeps what browsers send, a carriage return before it. Nobody means the difference, so that it is no edit.
"""

from __future__ import annotations

from typing import Any


def kept(present: Any, wanted: Any) -> Any:
    """`wanted`, with the target's own text wherever the two differ in line ends alone."""
    if isinstance(wanted, str) and isinstance(present, str):
        return present if _plain(wanted) == _plain(present) else wanted
    if isinstance(wanted, dict) and isinstance(present, dict):
        return {name: kept(present.get(name), value) for name, value in wanted.items()}
    if isinstance(wanted, list) and isinstance(present, list) and len(wanted) == len(present):
        return [kept(own, value) for own, value in zip(present, wanted, strict=True)]
    return wanted


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")
