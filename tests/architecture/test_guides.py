"""What the guides point at is there: files, pictures, routes."""

import json
import re
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.tree import ROOT

MOST_BYTES_OF_A_PICTURE: Final = 150_000
GUIDES: Final = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "docs" / "decisions").glob("*.md"),
        *(ROOT / "layers" / "domain" / "python" / "umlauf").glob("*/README.md"),
    ]
)
LINK: Final = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
ELLIPSIS: Final = "\N{HORIZONTAL ELLIPSIS}"
ROUTE: Final = re.compile(rf"(?:/v1|{ELLIPSIS})/[a-z0-9{{}}_:/-]+")
PARAMETER: Final = re.compile(r"\{[^}]*\}(:\{[^}]*\})?")


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_link_leads_somewhere(guide: Path) -> None:
    links = LINK.findall(guide.read_text(encoding="utf-8"))
    assert [link for link in links if not (guide.parent / link).exists()] == []


def test_the_billing_guide_names_routes_that_there_are() -> None:
    """An ellipsis stands for the beginning of a path that was named before."""
    described = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))["paths"]
    routes = [PARAMETER.sub("{}", path) for path in described]
    guide = (ROOT / "docs" / "billing.md").read_text(encoding="utf-8")
    named = {PARAMETER.sub("{}", route) for route in ROUTE.findall(guide)}
    assert len(named) > 15
    assert [one for one in named if not any(_names(one, path) for path in routes)] == []


def _names(route: str, path: str) -> bool:
    return route == path or (route[0] == ELLIPSIS and path.endswith(route[1:]))


def test_a_picture_is_small_enough_to_be_looked_at() -> None:
    pictures = list((ROOT / "docs" / "pictures").iterdir())
    assert pictures
    assert [one.name for one in pictures if one.stat().st_size > MOST_BYTES_OF_A_PICTURE] == []
