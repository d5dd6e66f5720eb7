"""The stand-in of Stripe on loopback, and our provider in front of it."""

from collections.abc import Iterator

import pytest

from tests.local.stripe_standin.world import World, running_world


@pytest.fixture
def world() -> Iterator[World]:
    with running_world() as world:
        yield world
