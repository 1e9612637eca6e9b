"""The closed words of plan and report, as a merchant reads them."""

from __future__ import annotations

from transfer.outcomes import Outcome, Policy, Verdict

VERDICTS = {
    Verdict.CREATE: "Create",
    Verdict.UPDATE: "Update",
    Verdict.UNCHANGED: "Unchanged",
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
    Policy.UPDATE: ("Update them", "What only this store has is left alone, single fields of a record included."),
    Policy.CREATE_ONLY: ("Leave them as they are", "Only what is missing is created."),
    Policy.MIRROR: (
        "Update them, and delete the rest",
        "Records that the archive does not have are deleted from this store. Fields that it leaves empty stay filled.",
    ),
}
