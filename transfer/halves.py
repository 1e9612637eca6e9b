"""Asking about many things at once, of which one may spoil the answer about all.

Shopify answers with an error where it fails at one of the records that a request names, or may not show a part of it,
and a partial answer is never taken for a whole one. What fails together is asked for in halves, down to the ones that
fail alone: these, and no others, come back with their reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from shopify_client import ShopifyError

from .resource import Talk
from .talk import WHOLE_SHOP

X = TypeVar("X")
T = TypeVar("T")

PATIENT = 3  # that may fail alone, before anything else succeeds, with as many attempts as any other request


def by_halves(
    ask: Callable[[Sequence[X]], Talk[T]], items: Sequence[X], *, alike: tuple[type[ShopifyError], ...] = ()
) -> Talk[tuple[list[T], dict[X, ShopifyError]]]:
    """What `ask` gave of the items, piece by piece and in their order, and the items that it fails at, with the error.

    An error that is about the whole shop is raised. `alike`: errors that are taken for the answer about all others as
    well, once some items have met them alone and nothing has succeeded: a kind that the store does not show.
    """
    answers: list[T] = []
    errors: dict[X, ShopifyError] = {}
    pieces = [list(items)]
    while pieces:
        piece = pieces.pop()
        hasty = len(piece) > 1 or (len(errors) >= PATIENT and not answers)
        try:
            answers.append((yield from _once(ask(piece)) if hasty else ask(piece)))
        except WHOLE_SHOP:
            raise
        except ShopifyError as error:
            if len(piece) == 1 or (isinstance(error, alike) and len(errors) >= PATIENT and not answers):
                errors |= dict.fromkeys(piece, error)
            else:
                middle = len(piece) // 2
                pieces += [piece[middle:], piece[:middle]]
    return answers, errors


def _once(talk: Talk[T]) -> Talk[T]:
    """The same conversation, in which Shopify may fail but once: smaller pieces are tried next, without pauses."""
    try:
        ask = next(talk)
        while True:
            try:
                answer = yield replace(ask, faults=1)
            except ShopifyError as error:
                ask = talk.throw(error)
            else:
                ask = talk.send(answer)
    except StopIteration as end:
        value: T = end.value
        return value


def whole(ask: Callable[[Sequence[X]], Talk[T]], items: Sequence[X]) -> Talk[list[T]]:
    """What `ask` gave of all items, in as many pieces as it took. Raises the first error about one of them."""
    answers, errors = yield from by_halves(ask, items)
    for error in errors.values():
        raise error
    return answers
