"""The primary language of a store, in which its texts stand: nothing can be translated into it."""

from __future__ import annotations

from .resources.locales import read_locales
from .talk import ask_shown
from .work import Desk

LOCALES = "locales"


def primary_language(desk: Desk) -> str:
    """The code of the language; empty where the app may not ask."""
    if LOCALES not in desk.reachable:
        return ""
    nodes = ask_shown(desk, {LOCALES: read_locales()}).get(LOCALES, [])
    return next((str(node["locale"]) for node in nodes if node["primary"]), "")
