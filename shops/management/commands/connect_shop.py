"""``manage.py connect_shop DOMAIN``: makes a shop's row, and proves that its token works."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from shopify_client import AdminClient, Origins, ShopifyError, TokenPair
from shops.commands import Broken, fail
from shops.models import Grant
from shops.services import Refused, install
from shops.tokens import ask

_SCOPES = "query GrantedScopes { currentAppInstallation { accessScopes { handle } } }"


class Command(BaseCommand):
    help = "Connects a store by an access token, or by client credentials (a store of the app's own organisation)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("domain", metavar="DOMAIN", help="name.myshopify.com")
        how = parser.add_mutually_exclusive_group(required=True)
        how.add_argument("--token", metavar="T", help="an Admin API access token; - reads it from standard input")
        how.add_argument("--client-credentials", action="store_true")

    def handle(self, **options: Any) -> None:
        domain = options["domain"].strip().lower()
        try:
            if options["client_credentials"]:
                pair, grant = ask(lambda app: app.client_credentials(domain)), Grant.CLIENT_CREDENTIALS
            else:
                given = input() if options["token"] == "-" else options["token"]  # noqa: S105  # the dash is no token
                pair, grant = TokenPair(given.strip(), frozenset()), Grant.FIXED
            scopes = _granted(domain, pair.access_token)
            install(domain, TokenPair(pair.access_token, scopes, pair.expires_at), grant)
        except (ShopifyError, Refused, ValueError, EOFError) as problem:
            fail(self, Broken(str(problem)))
        self.stdout.write(f"{domain} is connected; granted: {', '.join(sorted(scopes)) or 'nothing'}.")


def _granted(domain: str, token: str) -> frozenset[str]:
    client = AdminClient(domain, token=token, origins=Origins(settings.SHOPIFY_API_ORIGIN))
    scopes = client.ask(_SCOPES).data["currentAppInstallation"]["accessScopes"]
    return frozenset(scope["handle"] for scope in scopes)
