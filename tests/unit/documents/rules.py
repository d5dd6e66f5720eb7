"""The official rules of EN 16931, as the standard's own schema and stylesheet check them."""

from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import facturx
from saxonche import PySaxonProcessor, PyXslt30Processor, PyXsltExecutable

RULES = Path(facturx.__file__).parent / "xsd_and_schematron" / "facturx-en16931"
SVRL = "{http://purl.oclc.org/dsdl/svrl}"


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
