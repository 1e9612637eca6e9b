"""Where the app's pages are for whoever looks at them: in the admin of a store, under the app's name.

So does Shopify's own library (`redirect_to_embed_app_in_admin` of the gem shopify_app): the admin opens the app at the
path and with the query that stand behind its name.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils.encoding import escape_uri_path

from shopify_client import is_shop

GIVEN = ("embedded", "shop", "host", "locale", "session", "timestamp", "id_token", "hmac", "bounced")


def home_in_admin(domain: str) -> str:
    """The app in the admin of a store, without a slash at its end; empty where that is no store's domain."""
    if not is_shop(domain):
        return ""
    name = domain.removesuffix(".myshopify.com")
    return f"{settings.SHOPIFY_ADMIN_ORIGIN}/store/{name}/apps/{settings.SHOPIFY_API_KEY}"


def page_in_admin(domain: str, request: HttpRequest) -> str:
    """The page that is asked for, in the admin of a store. What only one document was given is not passed on."""
    query = request.GET.copy()
    for name in GIVEN:
        query.pop(name, None)
    path = "" if request.path == "/" else escape_uri_path(request.path)
    return home_in_admin(domain) + path + (f"?{query.urlencode()}" if query else "")
