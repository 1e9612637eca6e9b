"""Shopify's published schema, read once."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, build_client_schema


@pytest.fixture(scope="session")
def published(schema_file: Path) -> dict[str, Any]:
    with gzip.open(schema_file) as file:
        data: dict[str, Any] = json.load(file)
    return data


@pytest.fixture(scope="session")
def schema(published: dict[str, Any]) -> GraphQLSchema:
    introspection: Any = {"__schema": published["data"]["__schema"]}
    return build_client_schema(introspection, assume_valid=True)  # deprecations of interface fields do not match
