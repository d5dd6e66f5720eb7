"""A whole platform per module: the real template in the local cloud, Stripe beside it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from local.platform import Platform
from tests.scenarios.town import Town
from umlauf_adapters.kernel import aws_clients
from umlauf_adapters.kernel.items import ClaimItem, ContextItem, EventItem, shared_connection

# Tales assert like tests do, and shall say as much when they fail.
pytest.register_assert_rewrite("tests.scenarios.years")

ROOT = Path(__file__).resolve().parents[2]
OPENING = datetime(2026, 8, 31, 8, tzinfo=UTC)


@contextmanager
def running_platform(
    state_dir: Path, start: datetime = OPENING, **parameters: str
) -> Iterator[Platform]:
    """A fresh platform, which this process's own repositories read while it runs."""
    with ExitStack() as undo:
        platform = undo.enter_context(
            Platform(ROOT, start=start, state_dir=state_dir, parameters=parameters)
        )
        environment = undo.enter_context(pytest.MonkeyPatch.context())
        environment.setenv("TABLE_PREFIX", platform.cloud.outputs["TablePrefix"])
        _forget_connections()
        undo.callback(_forget_connections)
        yield platform


def _forget_connections() -> None:
    """Connections live as long as the process, platforms do not: the next has another port."""
    aws_clients.client.cache_clear()
    shared_connection.cache_clear()
    models: list[Any] = [*ContextItem.__subclasses__(), EventItem, ClaimItem]
    for model in models:
        model._connection = None  # noqa: SLF001 - PynamoDB has no other way


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with running_platform(tmp_path_factory.mktemp("platform")) as running:
        yield running


@pytest.fixture(scope="module")
def town(platform: Platform) -> Iterator[Town]:
    here = Town(platform)
    yield here
    here.close()
