"""Reading XML that strangers send: no entities, no DTD, no network, and complaints that say what came instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from ckanext.kielce.harvest.records import SourceError
from lxml import etree

NS = {
    "gmd": "http://www.isotc211.org/2005/gmd",
    "gco": "http://www.isotc211.org/2005/gco",
    "gmx": "http://www.isotc211.org/2005/gmx",
    "srv": "http://www.isotc211.org/2005/srv",
    "xlink": "http://www.w3.org/1999/xlink",
    "csw": "http://www.opengis.net/cat/csw/2.0.2",
    "xsd": "http://www.w3.org/2001/XMLSchema",
}
HTML = re.compile(
    rb"^\s*(<\?xml[^>]*>\s*)?(<!--(?:(?!-->).)*-->\s*)*(<!doctype\s+html|<html)", re.IGNORECASE | re.DOTALL
)
PROLOG = re.compile(rb"(?:\s|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)  # what may stand before a root element
BOMS = (b"\xef\xbb\xbf",)
MOST_PIECES = 5000  # records in one broken answer; a page has a thousand at most
WIDE = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)")
Element: TypeAlias = Any  # lxml brings no types


class NotXmlError(SourceError):
    """What came is no usable XML."""


class DocumentTypeError(NotXmlError):
    """It declares a document type: refused as a whole, for what it defines may stand in any part."""


def parse(body: bytes, where: str) -> Element:
    """The root element. Raises NotXmlError, and SourceError when the service reports an exception."""
    if HTML.match(body[:4096]):
        raise NotXmlError(
            f"{where} answered with a web page instead of data (a log-in or error page?). Check the address in a "
            "browser.",
            f"{where} odpowiada stroną WWW zamiast danymi (logowanie albo komunikat o błędzie?). Sprawdź adres w "
            "przeglądarce.",
        )
    if declares_type(body):
        raise _typed(where)
    try:
        root = etree.fromstring(body, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:  # ValueError: nothing at all, or an unknown encoding
        reason = getattr(error, "msg", None) or str(error)
        raise NotXmlError(
            f"The answer of {where} is not correct XML ({reason}). Ask the source's owner.",
            f"Odpowiedź {where} nie jest poprawnym XML ({reason}). Zapytaj właściciela źródła.",
        ) from error
    if (
        root.getroottree().docinfo.internalDTD is not None
    ):  # however it was hidden from the look at the prolog
        raise _typed(where)
    if local(root) in {"ExceptionReport", "ServiceExceptionReport"}:
        text = " ".join(" ".join(root.itertext()).split())[:300]
        raise SourceError(
            f"The service {where} reports an error: {text}", f"Usługa {where} zgłasza błąd: {text}"
        )
    return root


def _typed(where: str) -> DocumentTypeError:
    return DocumentTypeError(
        f"The answer of {where} declares a document type, which is not accepted for safety. The source's owner "
        "must remove it.",
        f"Odpowiedź {where} zawiera deklarację typu dokumentu, której ze względów bezpieczeństwa nie "
        "przyjmujemy. Właściciel źródła musi ją usunąć.",
    )


def declares_type(body: bytes) -> bool:
    """Whether a document type (DTD) is declared before the root element, where alone it may stand, in any encoding.

    With none there are no entities to expand. Text that only speaks of a DOCTYPE (an escaped one, in CDATA) is fine.
    """
    wide = next((codec for mark, codec in WIDE.items() if body.startswith(mark)), None)
    start = body.removeprefix(BOMS[0])
    if wide or b"\0" in body[:64]:
        start = body.decode(wide or "utf-32", "replace").lstrip("\ufeff").encode()
    match = PROLOG.match(start)
    return start[match.end() : match.end() + 2] == b"<!" if match else False


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def recovered(body: bytes) -> Element | None:
    """What can be read of a document that is not correct, for its identifier only."""
    return etree.fromstring(body, etree.XMLParser(recover=True, resolve_entities=False, no_network=True))


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return etree.QName(element).localname


def children(element: Element, name: str) -> list[Element]:
    """Direct children by local name, whatever the namespace (WFS 1.1.0 and 2.0.0 differ only in it)."""
    return [child for child in element if isinstance(child.tag, str) and local(child) == name]


def descendants(element: Element, name: str) -> Iterator[Element]:
    """Descendants by local name, whatever the namespace."""
    return element.iter(f"{{*}}{name}")


def text_of(element: Element | None) -> str:
    """The text of an element and what is inside it, spaces collapsed."""
    return " ".join("".join(map(str, element.itertext())).split()) if element is not None else ""


def child_text(element: Element, name: str) -> str:
    """The text of the first direct child of that local name, or ""."""
    found = children(element, name)
    return text_of(found[0]) if found else ""


def records_apart(body: bytes, tag: str = "M[DI]_Metadata") -> list[bytes]:
    """The records of an answer as separate documents, for an answer that does not parse as a whole.

    ``tag`` is a pattern of their local name. Each piece runs from its start tag to the last matching end tag before the
    next record, and gets the namespace declarations of the whole answer, so that one malformed record harms only itself.
    """
    encoding = DECLARED.match(body.lstrip())
    if (
        encoding and encoding.group(1).lower() != b"utf-8"
    ):  # the pieces carry no declaration, so they must be UTF-8
        try:
            body = body.decode(encoding.group(1).decode("ascii"), "replace").encode()
        except LookupError:
            return []
    starts = [match.start() for match in re.finditer(rb"<(?:[\w.-]+:)?%s[\s>]" % tag.encode(), body)]
    if not 0 < len(starts) <= MOST_PIECES:
        return []
    head = body[: starts[0]]
    declared = dict(re.findall(rb'(xmlns(?::[\w.-]+)?)\s*=\s*("[^"]*"|\'[^\']*\')', head))
    pieces = []
    for start, end in zip(starts, [*starts[1:], len(body)], strict=True):
        piece = body[start:end]
        closing = list(re.finditer(rb"</(?:[\w.-]+:)?%s\s*>" % tag.encode(), piece))
        if closing:
            piece = piece[: closing[-1].end()]
        head_end = piece.find(b">")
        own = piece[:head_end]
        extra = b"".join(b" %s=%s" % item for item in declared.items() if item[0] + b"=" not in own)
        pieces.append(re.sub(rb"^<([\w.:-]+)", lambda m, e=extra: b"<" + m.group(1) + e, piece, count=1))  # type: ignore[misc]
    return pieces
