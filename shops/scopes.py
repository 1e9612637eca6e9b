"""The scopes that the app declares to Shopify, derived from what its resources need.

Installing grants what reading the heart of a store takes. Everything else, all writing included, is optional: it is
asked for when a merchant ticks something that needs it, so that a store that is only read never grants more.
"""

from __future__ import annotations

from collections.abc import Collection

from transfer.naming import listed, owners
from transfer.registry import RESOURCES, scopes, withheld, withheld_parts

HEART = ("metaobject_definitions", "metafield_definitions", "metaobjects", "products")
WEBHOOKS = ("app/uninstalled", "app/scopes_update", "bulk_operations/finish")
COMPLIANCE = ("customers/data_request", "customers/redact", "shop/redact")

_TOML = """\
# Derived from the resources by `manage.py write_app_toml`; a test holds the committed file to what they need.
# docs/partner-setup.md says what to do with it.
client_id = "{client_id}"
name = "shopsync"
application_url = "{url}/"
embedded = true

[build]
automatically_update_urls_on_dev = true
include_config_on_deploy = true

[access_scopes]
scopes = "{required}"
optional_scopes = [
{optional}
]

[auth]
redirect_urls = ["{url}/auth/bounce"]

[webhooks]
api_version = "{version}"

[[webhooks.subscriptions]]
topics = [{topics}]
uri = "/webhooks"

[[webhooks.subscriptions]]
compliance_topics = [{compliance}]
uri = "/webhooks"
"""


def required() -> list[str]:
    """What installing the app grants."""
    return sorted(scopes(HEART).read)


def optional() -> list[str]:
    """What the app may ask for later: for reading what is not the heart, and for writing anything."""
    every = scopes()
    parts = [own for resource in RESOURCES.values() for own in resource.parts.values()]
    wanted = {*every.read, *every.write, *(scope for own in parts for scope in (*own.read, *own.write))}
    return sorted(wanted - set(required()))


def parts_to_grant(granted: Collection[str], verb: str) -> list[tuple[str, tuple[str, ...]]]:
    """(whose, scopes) of the parts of kinds that the app may not `verb` yet, of kinds that it may."""
    whole = withheld(granted, verb)
    found: dict[tuple[str, ...], list[str]] = {}
    for name, parts in withheld_parts(granted, verb).items():
        for part, needed in parts.items() if name not in whole else ():
            found.setdefault(needed, []).append(owners(part))
    return [(_capital(listed(list(dict.fromkeys(names)))), needed) for needed, names in found.items()]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def app_toml(*, client_id: str, url: str, version: str) -> str:
    """The app's configuration, as Shopify's CLI deploys it."""
    return _TOML.format(
        client_id=client_id,
        url=url.rstrip("/"),
        version=version,
        required=",".join(required()),
        optional="\n".join(f'  "{scope}",' for scope in optional()),
        topics=", ".join(f'"{topic}"' for topic in WEBHOOKS),
        compliance=", ".join(f'"{topic}"' for topic in COMPLIANCE),
    )
