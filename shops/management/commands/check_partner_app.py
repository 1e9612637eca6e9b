"""``manage.py check_partner_app``: whether what a Partner app needs is set, before anything is started."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from shops.commands import Broken, Sentences


class Command(Sentences):
    help = "Says what is missing in .env for a real Partner app, or where to open the app."

    def handle(self, **options: Any) -> None:
        problems = list(_problems())
        if problems:
            lines = [".env is not complete (docs/partner-setup.md says where each value comes from):", *problems]
            raise Broken("\n".join(lines))
        where = f"{settings.SHOPIFY_ADMIN_ORIGIN}/store/YOUR-STORE/apps/{settings.SHOPIFY_API_KEY}"
        self.stdout.write(f"Shopify reaches the app at {settings.APP_URL}; open it at {where}")


def _problems() -> Iterator[str]:
    if not settings.SHOPIFY_API_KEY:
        yield "  SHOPIFY_API_KEY: the app's client id is missing."
    if not any(settings.SHOPIFY_API_SECRETS):
        yield "  SHOPIFY_API_SECRET: the app's client secret is missing."
    address = urlsplit(settings.APP_URL)
    if address.scheme == "http" and address.hostname:
        yield f"  APP_URL: Shopify opens only https addresses, and {settings.APP_URL} begins with http."
    elif address.scheme == "https" and address.hostname and address.path not in ("", "/"):
        yield f"  APP_URL: the app answers at the root of its address; leave out the path of {settings.APP_URL}."
    elif address.query or address.fragment:
        yield f"  APP_URL: an address of an app has nothing behind its name; leave that out of {settings.APP_URL}."
    elif address.scheme == "https" and address.hostname and not _public(address.hostname):
        yield f"  APP_URL: nobody but this network reaches {settings.APP_URL}; Shopify needs a public name."
    elif address.scheme != "https" or not address.hostname:
        yield "  APP_URL: the https address under which Shopify reaches this program is missing, like https://my.example.com."


def _public(host: str) -> bool:
    """Whether others may find it: a name with a dot in it, or an address of the internet's."""
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host.strip(".")
