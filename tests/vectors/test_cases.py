"""Every published case comes out as printed."""

import pytest

from tests.vectors.cases import Case
from tests.vectors.running import NoAdapter, outcome, report


def test_case(case: Case) -> None:
    try:
        got = outcome(case)
    except NoAdapter as unknown:
        pytest.fail(str(unknown), pytrace=False)
    if got != case.expected:
        pytest.fail(report(case, got), pytrace=False)
