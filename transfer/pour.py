"""Conversations in a steady stream: the one loop behind writing, linking, tightening, deleting and proving.

A `Task` supplies batches and takes what became of them. Batches are handed out in windows; the intents of a window are
saved before the first of its requests is sent, so that after a crash the ledger names everything that may have
happened. While answers come in, the next window is prepared, so that the budget is never idle between windows.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Generator
from dataclasses import dataclass
from typing import Generic, TypeVar

from shopify_client import ShopifyError, TooLate

from .resource import Talk
from .talk import WHOLE_SHOP, Ended, Talks
from .work import Checkpoint, Desk, Row

T = TypeVar("T")

SAVE_SECONDS = 1.0  # between two checkpoints: how stale the page may be, and how much a crash may ask again


@dataclass(slots=True)
class Batch(Generic[T]):
    """Some rows and the conversation about them."""

    rows: list[Row]
    talk: Talk[T]


class Task(ABC, Generic[T]):
    @abstractmethod
    def supply(self) -> list[Batch[T]]:
        """The next window of batches; marks their rows in the ledger as sent. Empty: there is nothing more."""

    @abstractmethod
    def take(self, batch: Batch[T], ended: Ended[Batch[T], T]) -> None:
        """Writes into the ledger what became of a batch: `ended.value`, or an error that is about these rows."""

    @abstractmethod
    def give_back(self, batch: Batch[T], *, begun: bool) -> None:
        """The batch could not be finished now. `begun`: some of it may have been sent, and all of that is answered."""

    @abstractmethod
    def checkpoint(self) -> Checkpoint: ...


def pour(desk: Desk, task: Task[T]) -> Generator[Checkpoint, None, bool]:
    """Runs a task until it is dry (True) or the slice ends (False).

    What concerns the whole shop (it is unreachable, the token is refused) is raised, after everything under way has
    been awaited and saved.
    """
    ready: deque[Batch[T]] = deque()
    trouble: ShopifyError | None = None
    dry = False
    saved_at = desk.clock()
    with Talks[Batch[T], T](desk) as talks:
        while True:
            halted = trouble is not None or desk.stopping()
            if not ready and not dry and not halted:
                ready.extend(task.supply())
                dry = not ready
                yield task.checkpoint()
            while ready and talks.room and not halted:
                batch = ready.popleft()
                talks.start(batch, batch.talk)
                halted = desk.stopping()
            if not talks.open and (dry or halted):
                break
            for ended in talks.ended():
                trouble = _ended(task, ended) or trouble
            if desk.clock() - saved_at > SAVE_SECONDS:
                yield task.checkpoint()
                saved_at = desk.clock()
        for batch in ready:
            batch.talk.close()
            task.give_back(batch, begun=False)
    yield task.checkpoint()
    if trouble is not None and not isinstance(trouble, TooLate):
        raise trouble
    return dry and not ready and trouble is None


def _ended(task: Task[T], ended: Ended[Batch[T], T]) -> ShopifyError | None:
    """Hands a result to the task. An error that is not about the batch comes back, and so does the batch."""
    if isinstance(ended.error, WHOLE_SHOP):
        task.give_back(ended.tag, begun=ended.begun)
        return ended.error
    task.take(ended.tag, ended)
    return None
