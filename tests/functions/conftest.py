"""The API functions over moto, one world for the tests of a module: making one costs seconds."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.conftest import create_tables
from tests.functions.api_world import World, build_world
from umlauf_adapters.kernel import aws_clients


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with mock_aws():
        aws_clients.client.cache_clear()
        create_tables()
        with build_world() as built:
            yield built
    aws_clients.client.cache_clear()


@pytest.fixture(scope="module")
def shop(world: World) -> World:
    """The world with the catalog on sale."""
    world.publish_catalog()
    return world
