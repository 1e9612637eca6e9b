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
        parser.add_argument("--client-id", default=settings.SHOPIFY_API_KEY, help="default: SHOPIFY_API_KEY")
        parser.add_argument("--url", default=settings.APP_URL or PLACEHOLDER, help="of the app; default: APP_URL")
        parser.add_argument("--out", default=str(Path(settings.BASE_DIR) / "shopify.app.toml"), metavar="FILE")

    def handle(self, **options: Any) -> None:
        if not _URL.match(options["url"]) or not _CLIENT_ID.match(options["client_id"]):
            raise Broken("Give the app's address as https://name, and its client id as the dashboard shows it.")
        text = app_toml(client_id=options["client_id"], url=options["url"], version=API_VERSION)
        try:
            Path(options["out"]).write_text(text, encoding="utf-8")
        except OSError as problem:
            raise Broken(f"{options['out']} cannot be written: {problem.strerror}.") from None
        self.stdout.write(f"{options['out']} is written.")
