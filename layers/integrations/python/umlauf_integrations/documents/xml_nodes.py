"""XML elements as nested expressions, so that code reads in the order of the schema.

Prefixes are written as they are (`ram:ID`) and declared once, on the root: ElementTree would invent
its own, and a document must come out byte for byte the same every time.
"""

import re
from collections.abc import Mapping
from typing import Final
from xml.etree.ElementTree import Element, tostring

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def node(tag: str, *content: str | Element | None, **attributes: str) -> Element:
    """An element with text and children, in order; None is left out."""
    element = Element(tag, attributes)
    for part in content:
        if isinstance(part, str):
            element.text = _NOT_XML.sub("", part)
        elif part is not None:
            element.append(part)
    return element


def node_if(tag: str, text: str, **attributes: str) -> Element | None:
    """The element, unless it would be empty: EN 16931 forbids empty elements."""
    return node(tag, text, **attributes) if text.strip() else None


def serialize(root: Element, namespaces: Mapping[str, str]) -> bytes:
    for prefix, uri in namespaces.items():
        root.set(f"xmlns:{prefix}", uri)
    xml: bytes = tostring(root, encoding="UTF-8", xml_declaration=True)
    return xml
