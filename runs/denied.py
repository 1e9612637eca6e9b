"""What a run says that ends because its store does not let the app do something (any more)."""

from __future__ import annotations

import re

from shopify_client import AccessDenied
from transfer.naming import permissions

_SCOPE = re.compile(r"`((?:read|write)_\w+)`")


def sentence(refusal: AccessDenied, domain: str) -> str:
    """What is missing, and what to do; Shopify's own words where they name no scope."""
    scopes = list(dict.fromkeys(_SCOPE.findall(str(refusal))))
    if not scopes:
        return f"{refusal} Open the app in {domain}, allow it that, and start anew."
    return f"The app may not {permissions(scopes)} in {domain} any more. Open it there, allow it that, and start anew."
