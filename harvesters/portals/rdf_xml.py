"""RDF/XML read as a stream of elements: each described thing goes into the store and out of memory. Pure.

All of the grammar that catalogues use: typed nodes, property attributes, nested and flat descriptions, rdf:ID,
rdf:nodeID, parseType Resource, Literal and Collection, xml:lang and xml:base. Reified statements (rdf:ID on a property)
and rdf:li counters are read as plain facts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urljoin

from ckanext.kielce.common.http_errors import safe_url
from ckanext.kielce.harvest.records import SourceError
from lxml import etree

from .rdf_store import DCAT, RDF, TYPE, Row, Store

Element: TypeAlias = Any  # lxml brings no types
XML = "{http://www.w3.org/XML/1998/namespace}"
LANG, BASE = XML + "lang", XML + "base"
ABOUT, NODE_ID, ID, RESOURCE, DATATYPE, PARSE_TYPE = (
    f"{{{RDF}}}{name}" for name in ("about", "nodeID", "ID", "resource", "datatype", "parseType")
)
ROOT, DESCRIPTION = f"{{{RDF}}}RDF", f"{{{RDF}}}Description"
DATASET_TAG, MEMBER_TAG = f"{{{DCAT}}}Dataset", f"{{{DCAT}}}dataset"
RESERVED = frozenset([ABOUT, NODE_ID, ID, RESOURCE, DATATYPE, PARSE_TYPE, LANG, BASE, f"{{{RDF}}}bagID"])
#: Nodes at which reading stops to put what was read away; all others wait for the end of the page.
STOPS = (
    *(
        DATASET_TAG,
        DESCRIPTION,
        f"{{{DCAT}}}Distribution",
        f"{{{DCAT}}}CatalogRecord",
        f"{{{DCAT}}}DataService",
    ),
    *("{http://xmlns.com/foaf/0.1/}Agent", "{http://xmlns.com/foaf/0.1/}Organization"),
    *("{http://www.w3.org/2006/vcard/ns#}Organization", "{http://www.w3.org/2006/vcard/ns#}Kind"),
    *(f"{{http://purl.org/dc/terms/}}{name}" for name in ("PeriodOfTime", "Location", "MediaTypeOrExtent")),
    *("{http://www.w3.org/2004/02/skos/core#}Concept", "{http://spdx.org/rdf/terms#}Checksum"),
)


def _name(tag: str) -> str:
    """The address that a tag in Clark's notation stands for."""
    return tag[1:].replace("}", "", 1) if tag[:1] == "{" else tag


class _Reader:
    def __init__(self, store: Store, base: str) -> None:
        self.store, self.base, self.made = store, base, 0
        self.names: dict[str, str] = {}
        self.local_base = ""

    def blank(self) -> str:
        self.made += 1
        return f"_:g{self.made}"

    def name(self, tag: str) -> str:
        found = self.names.get(tag)
        if found is None:
            found = self.names[tag] = _name(tag)
        return found

    def resolved(self, reference: str) -> str:
        if "://" in reference or reference[:4] == "urn:" or reference[:7] == "mailto:":
            return reference
        return urljoin(self.local_base or self.base, reference)

    def subject(self, element: Element) -> str:
        about = element.get(ABOUT)
        if about is not None:
            return self.resolved(about)
        if (node := element.get(NODE_ID)) is not None:
            return f"_:n{node}"
        if (given := element.get(ID)) is not None:
            return self.resolved(f"#{given}")
        return self.blank()

    def node(self, element: Element, lang: str) -> str:
        """Read a described thing into the store; its name. One that was put away before is only named."""
        if element.get("put-away") is not None:
            return str(element.get("put-away"))
        lang = element.get(LANG, lang)
        subject, rows = self.subject(element), list[Row]()
        if element.tag != DESCRIPTION:
            rows.append((TYPE, "u", self.name(element.tag), ""))
        for key, value in element.attrib.items():
            if key not in RESERVED and key[:1] == "{":
                name = self.name(key)
                rows.append(
                    (name, "u", self.resolved(value), "") if name == TYPE else _literal(name, value, lang)
                )
        for child in element:
            if isinstance(child.tag, str):
                rows.append(self.fact(child, lang))
        self.store.add(subject, rows)
        return subject

    def fact(self, element: Element, lang: str) -> Row:
        """The fact that a property element states."""
        name, attributes = self.name(element.tag), element.attrib
        if attributes:
            if (reference := attributes.get(RESOURCE)) is not None:
                return (name, "u", self.resolved(reference), "")
            if (node := attributes.get(NODE_ID)) is not None:
                return (name, "b", f"_:n{node}", "")
            lang = attributes.get(LANG, lang)
            how = attributes.get(PARSE_TYPE)
            if how is not None:
                return self.parsed(element, name, how, lang)
            if (datatype := attributes.get(DATATYPE)) is not None:
                return (name, "l", element.text or "", self.resolved(datatype))
        if len(element):
            for child in element:
                if isinstance(child.tag, str):
                    subject = self.node(child, lang)
                    return (name, "b" if subject[:2] == "_:" else "u", subject, "")
        extra = [key for key in attributes if key not in RESERVED and key[:1] == "{"]
        if extra:  # <dct:publisher foaf:name="…"/> describes a nameless thing
            subject = self.blank()
            self.store.add(subject, [_literal(self.name(key), attributes[key], lang) for key in extra])
            return (name, "b", subject, "")
        return _literal(name, element.text or "", lang)

    def parsed(self, element: Element, name: str, how: str, lang: str) -> Row:
        if how == "Resource":
            subject = self.blank()
            rows = [self.fact(child, lang) for child in element if isinstance(child.tag, str)]
            self.store.add(subject, rows)
            return (name, "b", subject, "")
        if how == "Collection":
            tail: Row = (RDF + "rest", "u", RDF + "nil", "")
            for child in reversed([child for child in element if isinstance(child.tag, str)]):
                member, cell = self.node(child, lang), self.blank()
                kind = "b" if member[:2] == "_:" else "u"
                self.store.add(cell, [(RDF + "first", kind, member, ""), tail])
                tail = (RDF + "rest", "b", cell, "")
            return (name, tail[1], tail[2], "")
        inner = (element.text or "") + "".join(etree.tostring(child, encoding="unicode") for child in element)
        return (name, "l", inner, RDF + "XMLLiteral")


def _literal(name: str, value: str, lang: str) -> Row:
    return (name, "l", value, f"@{lang.lower()}" if lang else "")


def read(path: Path, url: str, store: Store) -> None:
    """Read the file at ``path``, which came from ``url``, into the store. Raises SourceError for what is no RDF/XML."""
    where = safe_url(url)
    reader = _Reader(store, url)
    parse = etree.iterparse(
        str(path),
        events=("end",),
        tag=STOPS,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    checked = False
    try:
        for _event, element in parse:
            if not checked:
                _check(element, where)
                reader.local_base, checked = _base(element, url), True
            _put_away(element, reader)
        root = parse.root
        if not checked:
            _check(root, where)
            reader.local_base = _base(root, url)
        if root.tag == ROOT:
            for child in root:
                if isinstance(child.tag, str):
                    reader.node(child, root.get(LANG, ""))
        elif root.get("put-away") is None:
            reader.node(root, "")
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SourceError(
            f"The answer of {where} is no correct RDF/XML ({error}): cut off, or damaged. Run again; if it stays so, "
            "ask the source's owner.",
            f"Odpowiedź {where} nie jest poprawnym RDF/XML ({error}): urwała się albo jest uszkodzona. Uruchom "
            "pobranie ponownie, a jeśli to się powtarza, zapytaj właściciela źródła.",
        ) from error


def _put_away(element: Element, reader: _Reader) -> None:
    """Read a dataset, or a thing at the top of the file, and forget its element."""
    parent = element.getparent()
    top = parent is None or parent.tag == ROOT
    if not top and element.tag != DATASET_TAG:
        return  # part of what stands around it
    lang = element.get(LANG) or next(
        (each.get(LANG) for each in element.iterancestors() if each.get(LANG)), ""
    )
    subject = reader.node(element, lang)
    element.clear(keep_tail=False)
    element.set("put-away", subject)
    # what the catalogue lists is known from the classes: earlier members, and things at the top, are not needed again
    outer = element if top else parent
    if not top and outer.tag != MEMBER_TAG:
        return
    while (before := outer.getprevious()) is not None and _is_away(before, top):
        before.getparent().remove(before)


def _is_away(element: Element, top: bool) -> bool:
    if top:
        return element.get("put-away") is not None
    return element.tag == MEMBER_TAG and all(child.get("put-away") is not None for child in element)


def _check(element: Element, where: str) -> None:
    if element.getroottree().docinfo.internalDTD is not None:
        raise SourceError(
            f"The answer of {where} declares a document type, which is not accepted for safety. The source's owner "
            "must remove it.",
            f"Odpowiedź {where} zawiera deklarację typu dokumentu, której ze względów bezpieczeństwa nie przyjmujemy. "
            "Właściciel źródła musi ją usunąć.",
        )


def _base(element: Element, url: str) -> str:
    root = element.getroottree().getroot()
    return urljoin(url, root.get(BASE)) if root.get(BASE) else ""
