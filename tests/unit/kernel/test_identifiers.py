"""Identifiers are derived, so that a replay names the same thing again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.identifiers import derive_id, require_identifier

PARTS = st.lists(st.text(max_size=20), min_size=1, max_size=4)


@given(parts=PARTS)
def test_the_same_command_names_the_same_thing(parts: list[str]) -> None:
    assert derive_id("sub", *parts) == derive_id("sub", *parts)
    assert require_identifier(derive_id("sub", *parts), "id")


@given(one=PARTS, other=PARTS)
def test_different_commands_name_different_things(one: list[str], other: list[str]) -> None:
    assert (derive_id("sub", *one) == derive_id("sub", *other)) == (one == other)


def test_what_is_a_different_kind_of_thing_has_another_id() -> None:
    assert derive_id("sub", "key")[4:] != derive_id("inv", "key")[4:]


@pytest.mark.parametrize("value", ["", "a#b", "a/b", "ä", "a b", "_x", "x" * 129, "a\n"])
def test_an_identifier_that_would_break_a_key_is_refused(value: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        require_identifier(value, "asset_id")
    assert refused.value.field == "asset_id"
