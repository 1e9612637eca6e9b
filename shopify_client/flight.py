"""Several requests in the air at once, landing in any order in the caller's thread.

Threads here do HTTP and nothing else: whoever submits is the only one who sees answers.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .errors import ShopifyError

if TYPE_CHECKING:
    from .answers import Answer
    from .client import AdminClient
    from .uploads import Upload


@dataclass(frozen=True, slots=True)
class Landed:
    """One answer, or the error instead of it."""

    tag: int
    answer: Answer | None = None
    error: ShopifyError | None = None


class Flight:
    """Use as a context manager: leaving it waits for what is in the air, and drops it."""

    def __init__(self, client: AdminClient, size: int) -> None:
        self._client = client
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="request")
        self._landed: queue.SimpleQueue[Landed | BaseException] = queue.SimpleQueue()
        self._halted = threading.Event()
        self.open = 0

    def __enter__(self) -> Self:
        self._client.pacer.busy(True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._client.pacer.busy(False)

    def submit(
        self,
        document: str,
        variables: Mapping[str, Any],
        *,
        tag: int,
        repeatable: bool | None = None,
        until: float | None = None,
        faults: int | None = None,
    ) -> None:
        """The same arguments as those of `AdminClient.ask`."""
        self.open += 1
        halted = self._halted.is_set
        ask = partial(
            self._client.ask, document, variables, repeatable=repeatable, until=until, faults=faults, halted=halted
        )
        self._threads.submit(self._land, tag, ask)

    def carry(self, upload: Upload, *, tag: int) -> None:
        """Carries a file; it lands as an answer without data."""
        self.open += 1
        self._threads.submit(self._land, tag, lambda: self._client.carry(upload, halted=self._halted.is_set))

    def _land(self, tag: int, call: Callable[[], Answer]) -> None:
        try:
            answer = call()
        except ShopifyError as problem:
            self._landed.put(Landed(tag, error=problem))
        except BaseException as fault:  # a fault of ours: it belongs into the caller's thread
            self._landed.put(fault)
        else:
            self._landed.put(Landed(tag, answer))

    def halt(self) -> None:
        """Nothing is sent any more: what still waits for points, or to be repeated, ends with TooLate."""
        self._halted.set()

    def landed(self, *, wait: float | None = None) -> list[Landed]:
        """What has landed by now. Waits for at least one, if anything is open, for `wait` seconds or for ever."""
        found: list[Landed] = []
        while self.open and (not found or not self._landed.empty()):
            try:
                item = self._landed.get(timeout=wait)
            except queue.Empty:
                break
            self.open -= 1
            if isinstance(item, BaseException):
                raise item
            found.append(item)
        return found
