"""What can go wrong with a request, sorted by what the caller can do about it.

Messages are one sentence for people. They never hold a token, a header or a traceback.
"""

from __future__ import annotations


class ShopifyError(Exception):
    """Every error of this package."""


class Transient(ShopifyError):
    """Nothing was carried out, and the same request may succeed later."""

    wait = 0.0  # seconds after which trying again makes sense, as far as known


class Unavailable(Transient):
    """Shopify could not be reached or did not work: refused connections, 5xx, answers that are no JSON."""

    def __init__(self, message: str, *, wait: float = 0.0) -> None:
        super().__init__(message)
        self.wait = wait


class AccessLost(Unavailable):
    """The store refuses the app as a whole: it was uninstalled, or its access revoked. A person can mend that."""


class BudgetSpent(Transient):
    """The bucket will not hold this request's points for longer than the caller wants to wait."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"The API budget is spent for another {wait:.0f} seconds.")
        self.wait = wait


class DailyLimit(Transient):
    """Shopify has made as many things of a kind today as it makes a day. What was asked for was not carried out."""


class TooLate(Transient):
    """The moment after which nothing may be sent any more has passed. Nothing was sent."""

    def __init__(self) -> None:
        super().__init__("The time in which requests may be sent is over.")


class AnswerLost(ShopifyError):
    """A write that must not be repeated was sent and not answered: it may have happened."""

    def __init__(self) -> None:
        super().__init__("The connection broke after the write was sent; it may have happened.")


class Refused(ShopifyError):
    """Shopify answered, and the answer will not change by asking again."""


class ServerFault(Refused):
    """Shopify itself fails at this very request, however often it is made. What is smaller may succeed."""


class TokenRefused(Refused):
    """The access token is invalid, and no new one could be had: the app must be opened in the store again."""


class AccessDenied(Refused):
    """The app lacks a scope for (a part of) the request."""


class ShopGone(Refused):
    """The store is unknown, frozen or locked."""


class Incomplete(Refused):
    """The answer came with errors beside its data, so that parts of what was asked for are missing from it."""


class QueryTooCostly(Refused):
    """One request asks for more points than Shopify allows in one (1,000)."""


class BadRequest(Refused):
    """Shopify does not accept the request as it is."""


class UploadFailed(Refused):
    """A file could not be carried: it is not where it should be, or its host may not be asked."""
