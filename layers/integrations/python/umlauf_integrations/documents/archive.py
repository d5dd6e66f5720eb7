"""What makes a PDF a PDF/A-3b that carries an e-invoice: metadata, colours and the attachment.

ISO 19005-3, and Factur-X 1.0 section 6: XMP metadata with an extension schema, an output intent, an
embedded file that the document names as its alternative.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass
from datetime import date
from hashlib import md5
from importlib.resources import files
from typing import Any, Final, cast
from xml.sax.saxutils import escape

from reportlab.pdfbase.pdfdoc import (
    PDFArray,
    PDFDictionary,
    PDFName,
    PDFStream,
    PDFString,
    PDFZCompress,
)
from reportlab.pdfgen.canvas import Canvas

ATTACHMENT: Final = "factur-x.xml"
PRODUCER: Final = "Umlauf"
CONFORMANCE: Final = "EN 16931"
_END_OF_STREAM: Final = re.compile(rb"endstream\nendobj\n")
_ENTRY: Final = re.compile(rb"(\d{10}) 00000 n ")
_START: Final = re.compile(rb"startxref\n(\d+)")


@dataclass(frozen=True, slots=True)
class Archived:
    """What the file says of itself."""

    title: str
    author: str
    language: str
    created_on: date
    xml: bytes


def prepare(canvas: Canvas, about: Archived) -> None:
    """Put into the file what an archive asks for. Call it before anything is drawn."""
    canvas.setTitle(about.title)
    canvas.setAuthor(about.author)
    canvas.setSubject(about.title)
    canvas.setCreator(PRODUCER)
    canvas.setProducer(PRODUCER)
    canvas.setDateFormatter(lambda *_: f"D:{about.created_on:%Y%m%d}000000+00'00'")
    document = cast("Any", canvas)._doc  # noqa: SLF001 - there is no other way to the catalog
    # The identity of the file comes from what is in it besides its drawings.
    document.updateSignature(about.xml)
    catalog = document.Catalog
    attachment = document.Reference(_attachment(document, about))
    catalog.Lang = PDFString(about.language)
    catalog.Metadata = _metadata(about)
    catalog.ViewerPreferences = PDFDictionary({"DisplayDocTitle": "true"})
    catalog.Names = PDFDictionary(
        {"EmbeddedFiles": PDFDictionary({"Names": PDFArray([PDFString(ATTACHMENT), attachment])})}
    )
    catalog.OutputIntents = PDFArray([_output_intent(document)])
    catalog.AF = PDFArray([attachment])
    catalog.__NoDefault__ = [*catalog.__NoDefault__, "OutputIntents", "AF"]


def ends_of_streams(pdf: bytes) -> bytes:
    """Put each `endstream` on a line of its own, as PDF/A demands and reportlab does not.

    Everything behind it moves by a byte, so the cross-reference table is written anew.
    """
    body, table, rest = pdf.rpartition(b"xref\n0 ")
    ends = [found.start() for found in _END_OF_STREAM.finditer(body)]

    def moved(offset: bytes) -> int:
        return int(offset) + bisect_left(ends, int(offset))

    rest = _ENTRY.sub(lambda entry: b"%010d 00000 n " % moved(entry[1]), rest)
    rest = _START.sub(lambda start: b"startxref\n%d" % moved(start[1]), rest)
    return _END_OF_STREAM.sub(b"\n\\g<0>", body) + table + rest


def _attachment(document: Any, about: Archived) -> PDFDictionary:
    file = PDFStream(
        PDFDictionary(
            {
                "Type": PDFName("EmbeddedFile"),
                "Subtype": "/text#2Fxml",  # PDFName would escape the escape
                "Params": PDFDictionary(
                    {
                        "ModDate": PDFString(f"D:{about.created_on:%Y%m%d}000000+00'00'"),
                        "Size": len(about.xml),
                        "CheckSum": PDFString(
                            md5(about.xml, usedforsecurity=False).digest(), enc="raw"
                        ),
                    }
                ),
            }
        ),
        about.xml,
        filters=[PDFZCompress],
    )
    reference = document.Reference(file)
    return PDFDictionary(
        {
            "Type": PDFName("Filespec"),
            "F": PDFString(ATTACHMENT),
            "UF": PDFString(ATTACHMENT),
            "Desc": PDFString("Factur-X / ZUGFeRD"),
            "AFRelationship": PDFName("Alternative"),
            "EF": PDFDictionary({"F": reference, "UF": reference}),
        }
    )


def _output_intent(document: Any) -> PDFDictionary:
    profile = (files("umlauf_integrations.documents") / "fonts" / "srgb.icc").read_bytes()
    stream = PDFStream(PDFDictionary({"N": 3}), profile, filters=[PDFZCompress])
    return PDFDictionary(
        {
            "Type": PDFName("OutputIntent"),
            "S": PDFName("GTS_PDFA1"),
            "OutputConditionIdentifier": PDFString("sRGB"),
            "Info": PDFString("sRGB IEC61966-2.1"),
            "DestOutputProfile": document.Reference(stream),
        }
    )


def _metadata(about: Archived) -> PDFStream:
    xmp = _XMP.format(
        title=escape(about.title),
        author=escape(about.author),
        language=about.language,
        created=f"{about.created_on:%Y-%m-%d}T00:00:00+00:00",
        producer=PRODUCER,
        file=ATTACHMENT,
        conformance=CONFORMANCE,
    )
    return PDFStream(
        PDFDictionary({"Type": PDFName("Metadata"), "Subtype": PDFName("XML")}),
        xmp.encode(),  # in the clear: whoever searches an archive need not unpack it
    )


_XMP: Final = """\
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>3</pdfaid:part>
<pdfaid:conformance>B</pdfaid:conformance>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<pdf:Producer>{producer}</pdf:Producer>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<xmp:CreatorTool>{producer}</xmp:CreatorTool>
<xmp:CreateDate>{created}</xmp:CreateDate>
<xmp:ModifyDate>{created}</xmp:ModifyDate>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>fx</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>
<rdf:li rdf:parseType="Resource"><pdfaProperty:name>DocumentFileName</pdfaProperty:name>
<pdfaProperty:valueType>Text</pdfaProperty:valueType>
<pdfaProperty:category>external</pdfaProperty:category>
<pdfaProperty:description>The name of the embedded XML document</pdfaProperty:description></rdf:li>
<rdf:li rdf:parseType="Resource"><pdfaProperty:name>DocumentType</pdfaProperty:name>
<pdfaProperty:valueType>Text</pdfaProperty:valueType>
<pdfaProperty:category>external</pdfaProperty:category>
<pdfaProperty:description>The type of the hybrid document</pdfaProperty:description></rdf:li>
<rdf:li rdf:parseType="Resource"><pdfaProperty:name>Version</pdfaProperty:name>
<pdfaProperty:valueType>Text</pdfaProperty:valueType>
<pdfaProperty:category>external</pdfaProperty:category>
<pdfaProperty:description>The version of the standard</pdfaProperty:description></rdf:li>
<rdf:li rdf:parseType="Resource"><pdfaProperty:name>ConformanceLevel</pdfaProperty:name>
<pdfaProperty:valueType>Text</pdfaProperty:valueType>
<pdfaProperty:category>external</pdfaProperty:category>
<pdfaProperty:description>The profile of the embedded document</pdfaProperty:description></rdf:li>
</rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#">
<fx:DocumentType>INVOICE</fx:DocumentType>
<fx:DocumentFileName>{file}</fx:DocumentFileName>
<fx:Version>1.0</fx:Version>
<fx:ConformanceLevel>{conformance}</fx:ConformanceLevel>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""
