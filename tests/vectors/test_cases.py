"""Every published case comes out as printed."""

import pytest

from tests.vectors.cases import Case
from tests.vectors.running import NoAdapter, outcome, report
from umlauf.kernel.errors import UmlaufError


def test_case(case: Case) -> None:
    try:
        got = outcome(case)
    except NoAdapter as unknown:
        pytest.fail(str(unknown), pytrace=False)
    except (
        UmlaufError,
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ) as bad:
        pytest.fail(report(case, f"{type(bad).__name__}: {bad}"), pytrace=False)
    if got != case.expected:
        pytest.fail(report(case, got), pytrace=False)
