"""The closed words of plan and report, as a merchant reads them."""

from __future__ import annotations

import re

from transfer.outcomes import Outcome, Policy, Verdict

VERDICTS = {
    Verdict.CREATE: "Create",
    Verdict.UPDATE: "Update",
    Verdict.UNCHANGED: "Unchanged",
    Verdict.FULLER: "More here",
    Verdict.DELETE: "Delete",
    Verdict.EXTRA: "Only here",
    Verdict.CONFLICT: "Conflict",
    Verdict.CANNOT: "Cannot",
}
OUTCOMES = {
    Outcome.CREATED: "Created",
    Outcome.UPDATED: "Updated",
    Outcome.DELETED: "Deleted",
    Outcome.UNCHANGED: "Unchanged",
    Outcome.SKIPPED: "Skipped",
    Outcome.FAILED: "Failed",
    Outcome.LEFT: "Left alone",
}
POLICIES = {
    Policy.UPDATE: (
        "Update them",
        "What only this store has is left alone: records, variants, and single values. A text or a list that is empty "
        "in the archive, such as a description or tags, is emptied.",
    ),
    Policy.CREATE_ONLY: ("Leave them as they are", "Only what is missing is created."),
    Policy.MIRROR: (
        "Update them, and delete the rest",
        "What only this store has is deleted from it: records, variants, and values that the archive leaves empty.",
    ),
}

_OF_COPIES = (
    (re.compile(r"\bImport (?:the|this) archive again"), "Copy again"),
    (re.compile(r"\b(?:import (?:the|this) archive|import|export) again"), "copy again"),
    (re.compile(r"\bExport that (?:record )?with them, or create"), "Create"),
    (re.compile(r"\bthe archive\b"), "the other store"),
    (re.compile(r"\bThe archive\b"), "The other store"),
)
_OF_SOURCES = (
    (re.compile(r"\byour store\. Your runs\b"), "the other store. Its runs"),
    (re.compile(r"\b(?:the|this|your) store\b"), "the other store"),
    (re.compile(r"\bThe store\b"), "The other store"),
)


def of_source(text: str) -> str:
    """What is said of a run to the merchant whose store it reads, to the merchant of the store that copies it."""
    for pattern, words in _OF_SOURCES:
        text = pattern.sub(words, text)
    return text


def of_copy(text: str) -> str:
    """What is said of an archive, to the merchant of a linked store, who copies and sees none."""
    for pattern, words in _OF_COPIES:
        text = pattern.sub(words, text)
    return text
