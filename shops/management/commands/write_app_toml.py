"""``manage.py write_app_toml``: writes the app's configuration for Shopify's CLI."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings

from shopify_client.client import API_VERSION
from shops.commands import Broken, Sentences
from shops.scopes import app_toml

PLACEHOLDER = "https://example.com"
_URL = re.compile(r"https://[A-Za-z0-9.-]+(:\d+)?/?\Z")
_CLIENT_ID = re.compile(r"[A-Za-z0-9-]{0,100}\Z")


class Command(Sentences):
    help = "Writes shopify.app.toml: the scopes that the resources need, the webhooks, the addresses."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--client-id", help="default: SHOPIFY_API_KEY")
        parser.add_argument("--url", help="of the app; default: APP_URL")
        parser.add_argument(
            "--out", metavar="FILE", help="default: the committed one, which names no app and no address"
        )

    def handle(self, **options: Any) -> None:
        """A file of one's own is for one's own app; only the committed one may leave it open which."""
        out, url, client_id = options["out"], options["url"], options["client_id"]
        url = settings.APP_URL if url is None else url
        client_id = settings.SHOPIFY_API_KEY if client_id is None else client_id
        if out is not None and (not url or (not client_id and options["client_id"] is None)):
            raise Broken(
                "Set APP_URL and SHOPIFY_API_KEY, or give --url and --client-id: the file says where the app is."
            )
        if not _URL.match(url or PLACEHOLDER) or not _CLIENT_ID.match(client_id):
            raise Broken("Give the app's address as https://name, and its client id as the dashboard shows it.")
        path = Path(out or Path(settings.BASE_DIR) / "shopify.app.toml")
        try:
            path.write_text(
                app_toml(client_id=client_id, url=url or PLACEHOLDER, version=API_VERSION), encoding="utf-8"
            )
        except OSError as problem:
            raise Broken(f"{path} cannot be written: {problem.strerror}.") from None
        self.stdout.write(f"{path} is written{'' if url else f', with {PLACEHOLDER} for an address'}.")
