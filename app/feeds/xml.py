"""Writing XML through lxml: imported late, since it takes 10 ms and 5 MB that a site without readers of it saves."""

import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

# XML 1.0 has no way to write these, not even as references
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

XML_SPACE = "http://www.w3.org/XML/1998/namespace"


def fit(text: str) -> str:
    """The text without characters that XML forbids."""
    return _NOT_IN_XML.sub("", text)


def root_of(tag: str, spaces: Mapping[str | None, str], attributes: Mapping[str, str] | None = None) -> Any:
    """The element in which a document begins; `tag` carries its namespace in braces."""
    return etree.Element(tag, _fit(attributes), nsmap=dict(spaces))


def add(parent: Any, tag: str, text: str | None = None, attributes: Mapping[str, str] | None = None) -> Any:
    """A new last child with a text."""
    child = etree.SubElement(parent, tag, _fit(attributes))
    if text is not None:
        child.text = fit(text)
    return child


def written(root: Any) -> bytes:
    """The whole document in UTF-8."""
    document: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return document


def _fit(attributes: Mapping[str, str] | None) -> dict[str, str]:
    return {name: fit(value) for name, value in (attributes or {}).items()}
