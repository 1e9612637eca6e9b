"""Errors as Shopify words them: top-level ones, and `userErrors`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import GraphQLError


def top_level(message: str, code: str, **extensions: Any) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code, **extensions})


def user_error(field: Sequence[str] | None, message: str, code: str | None = None, **more: Any) -> dict[str, Any]:
    """One of `userErrors`. `more`: elementIndex, elementKey."""
    return {"field": list(field) if field is not None else None, "message": message, "code": code, **more}


class Refusal(Exception):
    """Ends a mutation with one user error."""

    def __init__(self, field: Sequence[str] | None, message: str, code: str | None = None, **more: Any) -> None:
        super().__init__(message)
        self.error = user_error(field, message, code, **more)

    def said(self, codes: Mapping[str, str]) -> dict[str, Any]:
        """The error in the words of a mutation: rules are shared, but every mutation has an enum of its own."""
        code = self.error["code"]
        return {**self.error, "code": codes.get(code, code)}
