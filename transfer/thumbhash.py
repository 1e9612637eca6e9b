"""ThumbHash: a picture in some 25 bytes, as Shopify gives one of every image. https://evanw.github.io/thumbhash/

Shopify may store an image anew in another store, so neither its bytes nor their number say whether two are the same
picture. Their hashes do, as far as an eye on a thumbnail could tell.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

NEAR = 3  # of 64 steps: how far colours and scales may be apart after a picture was encoded anew
ROUGH = 1.0  # of 16 steps: how far its details may be apart on the average


@dataclass(frozen=True, slots=True)
class _Hash:
    colours: tuple[int, ...]  # brightness, two colours, and how strong the details of each are
    shape: tuple[int, ...]
    details: tuple[int, ...]


def alike(one: str | None, other: str | None) -> bool:
    """Whether two hashes may be of one picture. Where there is none, or none that can be read, nothing is said."""
    left, right = _read(one), _read(other)
    if left is None or right is None:
        return True
    if left.shape != right.shape or len(left.details) != len(right.details):
        return False
    if any(abs(a - b) > NEAR for a, b in zip(left.colours, right.colours, strict=True)):
        return False
    apart = sum(abs(a - b) for a, b in zip(left.details, right.details, strict=True))
    return apart <= ROUGH * max(1, len(left.details))


def _read(text: str | None) -> _Hash | None:
    try:
        data = base64.b64decode(text or "", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(data) < 5:
        return None
    head, more = int.from_bytes(data[:3], "little"), int.from_bytes(data[3:5], "little")
    see_through = head >> 23
    colours = (head & 63, head >> 6 & 63, head >> 12 & 63, head >> 18 & 31, more >> 3 & 63, more >> 9 & 63)
    details = tuple(half for byte in data[5 + see_through :] for half in (byte & 15, byte >> 4))
    return _Hash(colours, (see_through, more & 7, more >> 15), details)
