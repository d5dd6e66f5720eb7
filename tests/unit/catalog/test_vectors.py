"""Published cases of price models."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from umlauf.catalog.price_models.graduated import Graduated
from umlauf.catalog.price_models.rating import Price, rate
from umlauf.catalog.price_models.tiers import Tier

_FILE = Path(__file__).parents[2] / "vectors" / "catalog.json"
CASES: list[dict[str, Any]] = json.loads(_FILE.read_text(encoding="utf-8"))


def _graduated(case: dict[str, Any]) -> list[str]:
    tiers = tuple(
        Tier(None if up_to is None else Decimal(up_to), Decimal(price) * 100)
        for up_to, price in case["inputs"]["tiers"]
    )
    price = Price("USD", Graduated(tiers))
    return [str(rate(price, quantity)).removesuffix(" USD") for quantity in case["inputs"]["q"]]


RUNNERS = {"graduated on the same tiers": _graduated}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_published_case_comes_out_as_printed(case: dict[str, Any]) -> None:
    assert RUNNERS[case["topic"]](case) == case["expected"]
