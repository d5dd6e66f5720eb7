"""Each test gets a world of its own: a fresh account, a clock at rest, an empty endpoint."""

from collections.abc import Iterator

import pytest

from tests.local.stripe_standin.world import World, running_world


@pytest.fixture
def world() -> Iterator[World]:
    with running_world() as world:
        yield world
