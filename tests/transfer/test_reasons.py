"""What is said of many records is said of a single one in the singular."""

from __future__ import annotations

import re

import pytest

from transfer.outcomes import Reason
from transfer.reasons import REASONS, of_one

PLURAL = re.compile(r"\b(they|them|their|each other|were|are|break|require)\b")


@pytest.mark.parametrize("word", REASONS)
def test_one_record_is_not_many(word: str) -> None:
    said = of_one(REASONS[word][0])
    assert not PLURAL.search(said) and not said.startswith("have "), said


def test_what_the_policy_left_was_left_as_it_is() -> None:
    assert of_one(REASONS[Reason.POLICY][0]) == "was left as it is, as you chose"
