"""ISO 19139 records like those of a city's catalogue: valid by the schema, Polish, with an extent and map files."""

from __future__ import annotations

import random
import uuid
from xml.sax.saxutils import escape

from benchmarks.sources.words import subject

CODES = "http://standards.iso.org/ittf/PubliclyAvailableStandards/ISO_19139_Schemas/resources/codelist/gmxCodelists.xml"
NAMESPACES = (
    'xmlns:gmd="http://www.isotc211.org/2005/gmd" xmlns:gco="http://www.isotc211.org/2005/gco" '
    'xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)


def identifier(number: int) -> str:
    """The record's identifier: the same in every run."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://gis.kielce.example/{number}"))


def _text(value: str) -> str:
    return f"<gco:CharacterString>{escape(value)}</gco:CharacterString>"


def _code(element: str, value: str) -> str:
    return f'<gmd:{element} codeList="{CODES}#{element}" codeListValue="{value}"/>'


def _party(role: str) -> str:
    return (
        f"<gmd:CI_ResponsibleParty><gmd:organisationName>{_text('Urząd Miasta Kielce')}</gmd:organisationName>"
        "<gmd:contactInfo><gmd:CI_Contact><gmd:address><gmd:CI_Address><gmd:electronicMailAddress>"
        f"{_text('gis@um.kielce.example')}</gmd:electronicMailAddress></gmd:CI_Address></gmd:address></gmd:CI_Contact>"
        f"</gmd:contactInfo><gmd:role>{_code('CI_RoleCode', role)}</gmd:role></gmd:CI_ResponsibleParty>"
    )


def _online(url: str, protocol: str, name: str) -> str:
    return (
        f"<gmd:onLine><gmd:CI_OnlineResource><gmd:linkage><gmd:URL>{escape(url)}</gmd:URL></gmd:linkage>"
        f"<gmd:protocol>{_text(protocol)}</gmd:protocol><gmd:name>{_text(name)}</gmd:name></gmd:CI_OnlineResource></gmd:onLine>"
    )


def _decimal(element: str, value: float) -> str:
    return f"<gmd:{element}><gco:Decimal>{value:.5f}</gco:Decimal></gmd:{element}>"


def record(number: int, *, changed: bool = False) -> tuple[str, str]:
    """(identifier, XML) of one record.

    They name one or two map files and no service: ours would read a service's capabilities and the peer would not, and it is
    the catalogue that is measured.
    """
    chance = random.Random(number)
    theme, place = subject(number)
    west, south = 20.50 + chance.random() * 0.15, 50.80 + chance.random() * 0.10
    east, north = west + 0.005 + chance.random() * 0.03, south + 0.005 + chance.random() * 0.02
    date = "2026-11-20" if changed else f"2024-{1 + number % 12:02d}-{1 + number % 28:02d}"
    title = f"{theme.capitalize()} – {place} – warstwa {number:06d}" + (" (zmieniona)" if changed else "")
    abstract = (
        f"Warstwa przestrzenna „{theme}” dla obszaru {place} w Kielcach, nr {number}. Dane prowadzi Wydział Gospodarki "
        "Nieruchomościami i Geodezji Urzędu Miasta Kielce. Zawiera obiekty powierzchniowe, liniowe i punktowe w układzie "
        "PL-2000 (EPSG:2178), aktualizowane raz w miesiącu na podstawie zgłoszeń i pomiarów terenowych. Dokładność położenia "
        f"{chance.randint(1, 90) / 10} m, liczba obiektów {chance.randint(10, 9000)}."
    )
    address = f"https://gis.kielce.example/pliki/{number}"
    links = _online(f"{address}.gml", "WWW:DOWNLOAD-1.0-http--download", f"GML {theme}")
    if number % 2:
        links += _online(f"{address}.gpkg", "WWW:DOWNLOAD-1.0-http--download", f"GeoPackage {theme}")
    keywords = "".join(f"<gmd:keyword>{_text(word)}</gmd:keyword>" for word in (theme, "Kielce", place))
    box = (
        _decimal("westBoundLongitude", west) + _decimal("eastBoundLongitude", east)
        + _decimal("southBoundLatitude", south) + _decimal("northBoundLatitude", north)
    )  # fmt: skip
    uid = identifier(number)
    return uid, (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<gmd:MD_Metadata {NAMESPACES}>"
        f"<gmd:fileIdentifier>{_text(uid)}</gmd:fileIdentifier>"
        '<gmd:language><gmd:LanguageCode codeList="http://www.loc.gov/standards/iso639-2/" codeListValue="pol">pol'
        "</gmd:LanguageCode></gmd:language>"
        f"<gmd:characterSet>{_code('MD_CharacterSetCode', 'utf8')}</gmd:characterSet>"
        f"<gmd:hierarchyLevel>{_code('MD_ScopeCode', 'dataset')}</gmd:hierarchyLevel>"
        f"<gmd:contact>{_party('pointOfContact')}</gmd:contact>"
        f"<gmd:dateStamp><gco:Date>{date}</gco:Date></gmd:dateStamp>"
        f"<gmd:metadataStandardName>{_text('ISO 19115')}</gmd:metadataStandardName>"
        "<gmd:referenceSystemInfo><gmd:MD_ReferenceSystem><gmd:referenceSystemIdentifier><gmd:RS_Identifier><gmd:code>"
        f"{_text('EPSG:2178')}</gmd:code></gmd:RS_Identifier></gmd:referenceSystemIdentifier></gmd:MD_ReferenceSystem>"
        "</gmd:referenceSystemInfo>"
        "<gmd:identificationInfo><gmd:MD_DataIdentification><gmd:citation><gmd:CI_Citation>"
        f"<gmd:title>{_text(title)}</gmd:title><gmd:date><gmd:CI_Date><gmd:date><gco:Date>{date}</gco:Date></gmd:date>"
        f"<gmd:dateType>{_code('CI_DateTypeCode', 'publication')}</gmd:dateType></gmd:CI_Date></gmd:date>"
        f"</gmd:CI_Citation></gmd:citation><gmd:abstract>{_text(abstract)}</gmd:abstract>"
        f"<gmd:pointOfContact>{_party('owner')}</gmd:pointOfContact>"
        f"<gmd:descriptiveKeywords><gmd:MD_Keywords>{keywords}</gmd:MD_Keywords></gmd:descriptiveKeywords>"
        f"<gmd:resourceConstraints><gmd:MD_LegalConstraints><gmd:useLimitation>{_text('CC BY 4.0')}</gmd:useLimitation>"
        f"<gmd:accessConstraints>{_code('MD_RestrictionCode', 'otherRestrictions')}</gmd:accessConstraints>"
        f"<gmd:otherConstraints>{_text('brak ograniczeń dostępu')}</gmd:otherConstraints></gmd:MD_LegalConstraints>"
        "</gmd:resourceConstraints>"
        '<gmd:language><gmd:LanguageCode codeList="http://www.loc.gov/standards/iso639-2/" codeListValue="pol">pol'
        "</gmd:LanguageCode></gmd:language>"
        "<gmd:topicCategory><gmd:MD_TopicCategoryCode>environment</gmd:MD_TopicCategoryCode></gmd:topicCategory>"
        "<gmd:extent><gmd:EX_Extent><gmd:geographicElement><gmd:EX_GeographicBoundingBox>"
        f"{box}</gmd:EX_GeographicBoundingBox></gmd:geographicElement></gmd:EX_Extent></gmd:extent>"
        "</gmd:MD_DataIdentification></gmd:identificationInfo>"
        "<gmd:distributionInfo><gmd:MD_Distribution><gmd:transferOptions><gmd:MD_DigitalTransferOptions>"
        f"{links}</gmd:MD_DigitalTransferOptions></gmd:transferOptions></gmd:MD_Distribution></gmd:distributionInfo>"
        "<gmd:dataQualityInfo><gmd:DQ_DataQuality><gmd:scope><gmd:DQ_Scope><gmd:level>"
        f"{_code('MD_ScopeCode', 'dataset')}</gmd:level></gmd:DQ_Scope></gmd:scope><gmd:lineage><gmd:LI_Lineage>"
        f"<gmd:statement>{_text('Opracowano na podstawie EGiB i pomiarów terenowych.')}</gmd:statement></gmd:LI_Lineage>"
        "</gmd:lineage></gmd:DQ_DataQuality></gmd:dataQualityInfo></gmd:MD_Metadata>\n"
    )
