"""The referees: compiled once for all tests of a module."""

from collections.abc import Iterator

import pytest
from lxml import etree
from saxonche import PySaxonProcessor

from tests.unit.documents.rules import RULES, Schematron


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(RULES / "Factur-X_EN16931.xsd"))


@pytest.fixture(scope="module")
def schematron() -> Iterator[Schematron]:
    with PySaxonProcessor(license=False) as processor:
        yield Schematron(processor)
