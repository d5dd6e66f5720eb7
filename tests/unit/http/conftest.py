"""The sample API, fresh for each test, and a gateway in front of it."""

import pytest

from tests.functions.gateway import Gateway, customer_claims
from tests.unit.http.sample_app import Sample, build


@pytest.fixture
def sample() -> Sample:
    return build()


@pytest.fixture
def anna(sample: Sample) -> Gateway:
    return Gateway((sample.app,), customer_claims("cus_anna", "pool-1"))


@pytest.fixture
def public(anna: Gateway) -> Gateway:
    return anna.as_(None)
