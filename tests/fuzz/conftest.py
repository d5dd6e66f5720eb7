"""The world for the fuzzer: a customer with one of everything, and staff."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.conftest import create_tables
from tests.functions.api_world import World, build_world
from umlauf_adapters.kernel import aws_clients


@pytest.fixture(scope="module")
def fuzz_world() -> Iterator[World]:
    with mock_aws():
        aws_clients.client.cache_clear()
        create_tables()
        with build_world() as world:
            world.publish_catalog()
            yield world
    aws_clients.client.cache_clear()
