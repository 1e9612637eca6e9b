"""The life of a run: every status, and every way from one to the next."""

from __future__ import annotations

from django.db import models


class Status(models.TextChoices):
    QUEUED = "queued"  # in its shop's line
    WORKING = "working"  # has been worked on; still in line between two slices
    WAITING = "waiting"  # for a person's decision; out of line
    CANCELLING = "cancelling"  # somebody cancelled; what is under way is awaited
    CANCELLED = "cancelled"
    SUCCEEDED = "succeeded"  # everything verified
    INCOMPLETE = "incomplete"  # came to its end, and some records failed
    FAILED = "failed"  # stopped before its end; the reason says why
    PURGING = "purging"  # its files and rows are being removed


ACTIVE = frozenset({Status.QUEUED, Status.WORKING, Status.CANCELLING})
FINAL = frozenset({Status.CANCELLED, Status.SUCCEEDED, Status.INCOMPLETE, Status.FAILED})
# Statuses in which the 24 hours run: nothing is being done, and nothing will be without a person.
EXPIRING = FINAL | {Status.WAITING, Status.PURGING}

TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset(
        {
            Status.WORKING,  # a worker took it
            Status.CANCELLING,  # cancelled while a worker holds the lane
            Status.CANCELLED,  # cancelled before anybody worked on it
            Status.FAILED,  # its worker died too often
        }
    ),
    Status.WORKING: frozenset(
        {
            Status.WAITING,  # the plan is ready
            Status.CANCELLING,  # cancelled while a worker holds the lane
            Status.CANCELLED,  # cancelled between two slices
            Status.SUCCEEDED,
            Status.INCOMPLETE,
            Status.FAILED,
        }
    ),
    Status.WAITING: frozenset(
        {
            Status.QUEUED,  # confirmed: it joins the line anew
            Status.CANCELLED,
            Status.PURGING,  # nobody confirmed in time
        }
    ),
    Status.CANCELLING: frozenset({Status.CANCELLED, Status.FAILED}),  # the worker let go, or died and was seen off
    Status.CANCELLED: frozenset({Status.PURGING}),
    Status.SUCCEEDED: frozenset({Status.PURGING}),
    Status.INCOMPLETE: frozenset({Status.PURGING}),
    Status.FAILED: frozenset({Status.PURGING}),
    Status.PURGING: frozenset(),
}


def sources(target: Status) -> list[Status]:
    """The statuses from which `target` can be reached: the condition of every UPDATE that sets it."""
    return [source for source, targets in TRANSITIONS.items() if target in targets]


class FailReason(models.TextChoices):
    """Why a run stopped before its end."""

    NONE = "", "None"
    BAD_ARCHIVE = "bad_archive", "The archive is not what it should be"
    NOT_AUTHORISED = "not_authorised", "The store refuses the app"
    UNREACHABLE = "unreachable", "The store could not be reached for too long"
    NO_ROOM = "no_room", "Its files could not be written for too long"
    FILES_GONE = "files_gone", "Its files are gone"
    POISON = "poison", "Its worker died too often"
    INTERNAL = "internal", "A fault of this program"
