"""Access tokens at rest: encrypted by Fernet, with keys that can be rotated."""

from __future__ import annotations

import base64
import hashlib
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unreadable(Exception):
    """What is stored was encrypted with a key that is not there any more."""


@cache
def _box(keys: tuple[str, ...], secret: str) -> MultiFernet:
    derived = base64.urlsafe_b64encode(hashlib.sha256(f"shopsync tokens {secret}".encode()).digest())
    return MultiFernet([*(Fernet(key) for key in keys), Fernet(derived)])


def _own() -> MultiFernet:
    return _box(tuple(settings.TOKEN_KEYS), settings.SECRET_KEY)


def seal(text: str) -> str:
    return _own().encrypt(text.encode()).decode() if text else ""


def unseal(sealed: str) -> str:
    try:
        return _own().decrypt(sealed.encode()).decode() if sealed else ""
    except InvalidToken:
        raise Unreadable("The stored access token cannot be read.") from None
