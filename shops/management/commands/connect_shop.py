"""``manage.py connect_shop DOMAIN``: makes a shop's row, and proves that its token works."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings

from shopify_client import AdminClient, Origins, ShopifyError, TokenPair
from shops.commands import Broken, Sentences, domain_of
from shops.models import Grant
from shops.services import Refused, install
from shops.tokens import ask

_SCOPES = "query GrantedScopes { currentAppInstallation { accessScopes { handle } } }"


class Command(Sentences):
    help = "Connects a store by an access token, or by client credentials (a store of the app's own organisation)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("domain", metavar="DOMAIN", help="name.myshopify.com")
        how = parser.add_mutually_exclusive_group(required=True)
        how.add_argument("--token", metavar="T", help="an Admin API access token; - reads it from standard input")
        how.add_argument("--client-credentials", action="store_true")

    def handle(self, **options: Any) -> None:
        domain = domain_of(options["domain"])
        try:
            if options["client_credentials"]:
                pair, grant = ask(lambda app: app.client_credentials(domain)), Grant.CLIENT_CREDENTIALS
            else:
                pair, grant = TokenPair(_typed(options["token"]), frozenset()), Grant.FIXED
            scopes = _granted(domain, pair.access_token)
            install(domain, TokenPair(pair.access_token, scopes, pair.expires_at), grant)
        except (ShopifyError, Refused, ValueError) as problem:
            raise Broken(f"{domain} is not connected: {problem}") from None
        self.stdout.write(f"{domain} is connected; granted: {', '.join(sorted(scopes)) or 'nothing'}.")


def _typed(token: str) -> str:
    """Raises Broken where nothing was given, or what cannot be in a header."""
    given = (sys.stdin.readline() if token == "-" else token).strip()  # noqa: S105  # the dash is no token
    if given and not (given.isascii() and given.isprintable()):
        raise Broken("That is no access token: they are letters, digits and signs of ASCII. Copy it anew, for --token.")
    if not given:
        raise Broken("There is no access token: give it with --token, or on standard input with --token -.")
    return given


def _granted(domain: str, token: str) -> frozenset[str]:
    client = AdminClient(domain, token=token, origins=Origins(settings.SHOPIFY_API_ORIGIN))
    scopes = client.ask(_SCOPES).data["currentAppInstallation"]["accessScopes"]
    return frozenset(scope["handle"] for scope in scopes)
