"""How many uploads a web process takes in at once: each holds a thread for as long as its bytes come.

Behind a proxy that takes a body in before it passes it on, that is a moment; without one it is as long as the
merchant's line is slow. What finds no room is refused before anything of it is read, and its sender comes again: so
pages, webhooks and health checks have threads of their own, always (`settings.WEB_THREADS`).
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils.log import log_response

AGAIN_SECONDS = 10
SMALL = 250_000  # bytes that even a slow line brings in seconds: a spreadsheet does not wait behind somebody's archives
FULL = "Other files are being uploaded just now. Yours is sent by itself as soon as there is room for it."


class Room:
    """Of one process. `each`: what one shop may hold of it, so that nobody keeps all the others out."""

    def __init__(self, size: int, each: int) -> None:
        self._size, self._each = size, each
        self._lock = threading.Lock()
        self._held: Counter[int] = Counter()

    def holds(self, shop: int, size: int) -> bool:
        """Whether an upload of this shop, of so many bytes, would be taken in at this moment."""
        with self._lock:
            return self._fits(shop, size)

    @contextmanager
    def taken(self, shop: int, size: int) -> Iterator[bool]:
        """A place for as long as the block lasts. False: there is none."""
        with self._lock:
            mine = self._fits(shop, size)
            counts = mine and size > SMALL
            self._held[shop] += counts
        try:
            yield mine
        finally:
            with self._lock:
                self._held[shop] -= counts
                if not self._held[shop]:
                    del self._held[shop]

    def _fits(self, shop: int, size: int) -> bool:
        return size <= SMALL or (self._held.total() < self._size and self._held[shop] < self._each)


room = Room(settings.UPLOADS_AT_ONCE, each=(settings.UPLOADS_AT_ONCE + 1) // 2)


def full(request: HttpRequest) -> JsonResponse:
    """There is no room: a sentence, and when to come again. Nothing that an operator has to mend."""
    answer = JsonResponse({"error": FULL, "retry_after": AGAIN_SECONDS}, status=503)
    answer["Retry-After"] = str(AGAIN_SECONDS)
    log_response("%s: no room for another upload", request.path, response=answer, request=request, level="warning")
    return answer
