"""The only package that talks to Shopify: one request, many in the air, and the budget they share."""

from .answers import Answer, Cost, GraphQLError
from .client import API_VERSION, AdminClient
from .errors import (
    AccessDenied,
    AccessLost,
    AnswerLost,
    BadRequest,
    BudgetSpent,
    DailyLimit,
    Incomplete,
    QueryTooCostly,
    Refused,
    ServerFault,
    ShopGone,
    ShopifyError,
    TokenRefused,
    TooLate,
    Transient,
    Unavailable,
    UploadFailed,
)
from .flight import Flight, Landed
from .pacer import BucketState, Pacer, Spending
from .tokens import App, FixedToken, TokenPair, TokenSource
from .transport import Origins, PooledTransport, Transport, is_shop
from .uploads import FileHosts, Upload

__all__ = [
    "API_VERSION",
    "AccessDenied",
    "AccessLost",
    "AdminClient",
    "Answer",
    "AnswerLost",
    "App",
    "BadRequest",
    "BucketState",
    "BudgetSpent",
    "Cost",
    "DailyLimit",
    "FileHosts",
    "FixedToken",
    "Flight",
    "GraphQLError",
    "Incomplete",
    "Landed",
    "Origins",
    "Pacer",
    "PooledTransport",
    "QueryTooCostly",
    "Refused",
    "ServerFault",
    "ShopGone",
    "ShopifyError",
    "Spending",
    "TokenPair",
    "TokenRefused",
    "TokenSource",
    "TooLate",
    "Transient",
    "Transport",
    "Unavailable",
    "Upload",
    "UploadFailed",
    "is_shop",
]
