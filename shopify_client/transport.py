"""HTTP, and nothing about Shopify but its address.

A transport sends one request and gives one response, or says whether the request can have arrived. It is an argument
of the client, so that tests need no sockets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
)

_SHOP = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com\Z")


class NotSent(Exception):
    """The request did not leave this machine: repeating it is always safe."""


class NoAnswer(Exception):
    """The request was sent, at least in part, and no whole answer came back."""


@dataclass(frozen=True, slots=True)
class Response:
    """`headers` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    def __call__(self, url: str, headers: Mapping[str, str], body: bytes, timeout: float) -> Response:
        """POSTs `body`. Raises NotSent or NoAnswer."""


@dataclass(slots=True)
class PooledTransport:
    """urllib3 with connections kept open. Retries and redirects are off: they are the client's decisions."""

    size: int = 64
    connect_timeout: float = 5.0
    _pool: urllib3.PoolManager = field(init=False)

    def __post_init__(self) -> None:
        self._pool = urllib3.PoolManager(num_pools=16, maxsize=self.size, block=False)

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes, timeout: float) -> Response:
        limits = urllib3.Timeout(connect=min(self.connect_timeout, timeout), read=timeout)
        try:
            answer = self._pool.request(
                "POST", url, body=body, headers=dict(headers), timeout=limits, retries=False, redirect=False
            )
        except (NewConnectionError, ConnectTimeoutError, NameResolutionError, MaxRetryError) as problem:
            raise NotSent from problem
        except (HTTPError, OSError) as problem:
            raise NoAnswer from problem
        return Response(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.data)


def is_shop(domain: str) -> bool:
    """Whether this is the permanent domain of a store: ``name.myshopify.com``, in lower case."""
    return _SHOP.match(domain) is not None


@dataclass(frozen=True, slots=True)
class Origins:
    """Where shops are found. `api` is a template with `{shop}`; a stand-in for Shopify has another one."""

    api: str = "https://{shop}"

    def url(self, shop: str, path: str) -> str:
        """Raises ValueError for anything that is no shop's domain: an address is never made of free text."""
        if not is_shop(shop):
            raise ValueError("A shop is named by its domain, name.myshopify.com.")
        return f"{self.api.format(shop=shop)}{path}"
