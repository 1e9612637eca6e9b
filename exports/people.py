"""With what people are made nameless, on the way out of a store and on the way into one."""

from __future__ import annotations

from django.utils.crypto import salted_hmac


def secret() -> str:
    """What aliases are made with. It is not stored, and never changes as long as SECRET_KEY does not."""
    return salted_hmac("imports.people", "alias", algorithm="sha256").hexdigest()
