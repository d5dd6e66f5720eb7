"""The guide to the catalog file is true: its examples are read, and no model is left out."""

import re
from pathlib import Path
from typing import get_args

import pytest
import yaml

from umlauf.catalog.document.nodes import Node
from umlauf.catalog.document.prices import read_prices
from umlauf.catalog.model import PlanItem
from umlauf.catalog.price_models.rating import PriceModel

GUIDE = (Path(__file__).resolve().parents[3] / "docs" / "catalog.md").read_text(encoding="utf-8")
KINDS = {model.KIND for model in get_args(PriceModel)}
EXAMPLES = {
    name: written
    for name, written in re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", GUIDE, re.MULTILINE)
    if name in KINDS
}


def test_every_price_model_and_kind_of_item_is_explained() -> None:
    assert {*EXAMPLES, "volume"} == KINDS
    assert "| `volume` | as `graduated` |" in GUIDE
    for kind in get_args(PlanItem):
        assert f"| `{kind.KIND}` | " in GUIDE


@pytest.mark.parametrize("model", sorted(EXAMPLES))
def test_the_example_of_a_price_model_is_read(model: str) -> None:
    (price,) = read_prices(Node({"EUR": {model: yaml.safe_load(EXAMPLES[model])}}, ""))
    assert model == price.model.KIND


def test_the_example_of_a_price_book_is_read() -> None:
    (example,) = re.findall(r"```yaml\nprices:\n(.*?)```", GUIDE, re.DOTALL)
    prices = read_prices(Node(yaml.safe_load(example), ""))
    assert [price.site for price in prices] == [None, None, "hamburg"]
