"""ISO 19139 metadata records of the catalogue: one for each layer of the service ``geoportal``, and some for files only.

The records are written at build time with ``{msip}``, ``{files}`` and ``{csw}`` where an address goes; the catalogue
server fills them in when it starts, because only then are the ports known.
"""

# ruff: noqa: E501 - the lines are those of the XML record
from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from demo.city import SAMPLE_NOTE
from demo.city.msip.layers import table
from demo.city.msip.mapfile import record_id
from demo.city.places import stream
from demo.city.units import unit

CODES = "http://standards.iso.org/ittf/PubliclyAvailableStandards/ISO_19139_Schemas/resources/codelist/gmxCodelists.xml"
_MAINTENANCE = {
    "DAILY": "daily",
    "WEEKLY": "weekly",
    "MONTHLY": "monthly",
    "QUARTERLY": "quarterly",
    "ANNUAL": "annually",
    "QUINQUENNIAL": "asNeeded",
    "IRREG": "irregular",
}
_AGE = {
    "DAILY": 0,
    "WEEKLY": 7,
    "MONTHLY": 20,
    "QUARTERLY": 60,
    "ANNUAL": 200,
    "QUINQUENNIAL": 900,
    "IRREG": 300,
}


@dataclass(frozen=True)
class Online:
    """An address in a record; ``url`` may hold ``{msip}``, ``{files}``, ``{csw}``."""

    url: str
    protocol: str
    name: str
    description: str
    function: str


def _text(value: object) -> str:
    return f"<gco:CharacterString>{escape(str(value))}</gco:CharacterString>"


def _code(tag: str, value: str) -> str:
    return f'<gmd:{tag} codeList="{CODES}#{tag}" codeListValue="{value}">{value}</gmd:{tag}>'


def _party(unit_name: str, role: str) -> str:
    about = unit(unit_name)
    return f"""<gmd:CI_ResponsibleParty>
<gmd:organisationName>{_text(about.title)}</gmd:organisationName>
<gmd:contactInfo><gmd:CI_Contact><gmd:address><gmd:CI_Address><gmd:city>{_text("Kielce")}</gmd:city><gmd:country>{_text("Polska")}</gmd:country>
<gmd:electronicMailAddress>{_text(about.email)}</gmd:electronicMailAddress></gmd:CI_Address></gmd:address>
<gmd:onlineResource><gmd:CI_OnlineResource><gmd:linkage><gmd:URL>{escape(about.url)}</gmd:URL></gmd:linkage></gmd:CI_OnlineResource></gmd:onlineResource>
</gmd:CI_Contact></gmd:contactInfo>
<gmd:role>{_code("CI_RoleCode", role)}</gmd:role></gmd:CI_ResponsibleParty>"""


def _date(tag: str, day: dt.date) -> str:
    return f"<gmd:date><gmd:CI_Date><gmd:date><gco:Date>{day}</gco:Date></gmd:date><gmd:dateType>{_code('CI_DateTypeCode', tag)}</gmd:dateType></gmd:CI_Date></gmd:date>"


def _online(item: Online) -> str:
    return f"""<gmd:onLine><gmd:CI_OnlineResource><gmd:linkage><gmd:URL>{escape(item.url)}</gmd:URL></gmd:linkage>
<gmd:protocol>{_text(item.protocol)}</gmd:protocol><gmd:name>{_text(item.name)}</gmd:name><gmd:description>{_text(item.description)}</gmd:description>
<gmd:function>{_code("CI_OnLineFunctionCode", item.function)}</gmd:function></gmd:CI_OnlineResource></gmd:onLine>"""


def _keywords(words: list[str], thesaurus: str | None = None) -> str:
    body = "".join(f"<gmd:keyword>{_text(w)}</gmd:keyword>" for w in words)
    source = ""
    if thesaurus:
        source = (
            f"<gmd:thesaurusName><gmd:CI_Citation><gmd:title>{_text(thesaurus)}</gmd:title>{_date('publication', dt.date(2008, 6, 1))}"
            "</gmd:CI_Citation></gmd:thesaurusName>"
        )
    return f"<gmd:descriptiveKeywords><gmd:MD_Keywords>{body}<gmd:type>{_code('MD_KeywordTypeCode', 'theme')}</gmd:type>{source}</gmd:MD_Keywords></gmd:descriptiveKeywords>"


def _box(bbox: list[float]) -> str:
    names = ("westBoundLongitude", "eastBoundLongitude", "southBoundLatitude", "northBoundLatitude")
    values = (bbox[0], bbox[2], bbox[1], bbox[3])
    return "".join(
        f"<gmd:{n}><gco:Decimal>{v:.6f}</gco:Decimal></gmd:{n}>" for n, v in zip(names, values, strict=True)
    )


def _record(
    about: dict[str, Any],
    bbox: list[float],
    crs: list[int],
    onlines: list[Online],
    stamp: dt.date,
    count: int | None,
) -> str:
    systems = "".join(
        f"<gmd:referenceSystemInfo><gmd:MD_ReferenceSystem><gmd:referenceSystemIdentifier><gmd:RS_Identifier><gmd:code>{_text(f'http://www.opengis.net/def/crs/EPSG/0/{c}')}</gmd:code>"
        f"<gmd:codeSpace>{_text('EPSG')}</gmd:codeSpace></gmd:RS_Identifier></gmd:referenceSystemIdentifier></gmd:MD_ReferenceSystem></gmd:referenceSystemInfo>"
        for c in crs
    )
    objects = f" Liczba obiektów: {count}." if count else ""
    created = dt.date(2008, 1, 1) + dt.timedelta(days=stream(f"created:{about['id']}").randrange(5000))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<gmd:MD_Metadata xmlns:gmd="http://www.isotc211.org/2005/gmd" xmlns:gco="http://www.isotc211.org/2005/gco" xmlns:gmx="http://www.isotc211.org/2005/gmx" xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:xlink="http://www.w3.org/1999/xlink">
<gmd:fileIdentifier>{_text(about["id"])}</gmd:fileIdentifier>
<gmd:language><gmd:LanguageCode codeList="http://www.loc.gov/standards/iso639-2/" codeListValue="pol">pol</gmd:LanguageCode></gmd:language>
<gmd:characterSet>{_code("MD_CharacterSetCode", "utf8")}</gmd:characterSet>
<gmd:hierarchyLevel>{_code("MD_ScopeCode", "dataset")}</gmd:hierarchyLevel>
<gmd:contact>{_party(about["unit"], "pointOfContact")}</gmd:contact>
<gmd:dateStamp><gco:Date>{stamp}</gco:Date></gmd:dateStamp>
<gmd:metadataStandardName>{_text("ISO 19115")}</gmd:metadataStandardName>
<gmd:metadataStandardVersion>{_text("2003/Cor.1:2006")}</gmd:metadataStandardVersion>
<gmd:locale><gmd:PT_Locale id="ENG"><gmd:languageCode><gmd:LanguageCode codeList="http://www.loc.gov/standards/iso639-2/" codeListValue="eng">eng</gmd:LanguageCode></gmd:languageCode><gmd:characterEncoding>{_code("MD_CharacterSetCode", "utf8")}</gmd:characterEncoding></gmd:PT_Locale></gmd:locale>
{systems}
<gmd:identificationInfo><gmd:MD_DataIdentification>
<gmd:citation><gmd:CI_Citation><gmd:title xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="gmd:PT_FreeText_PropertyType">{_text(about["title"])}<gmd:PT_FreeText><gmd:textGroup><gmd:LocalisedCharacterString locale="#ENG">{escape(about["title_en"])}</gmd:LocalisedCharacterString></gmd:textGroup></gmd:PT_FreeText></gmd:title>
{_date("creation", created)}{_date("revision", stamp)}
<gmd:identifier><gmd:MD_Identifier><gmd:code>{_text(f"PL.MSIP.2661011/{about['name']}")}</gmd:code></gmd:MD_Identifier></gmd:identifier></gmd:CI_Citation></gmd:citation>
<gmd:abstract>{_text(about["abstract"] + objects + " " + SAMPLE_NOTE)}</gmd:abstract>
<gmd:pointOfContact>{_party(about["unit"], "owner")}</gmd:pointOfContact>
<gmd:resourceMaintenance><gmd:MD_MaintenanceInformation><gmd:maintenanceAndUpdateFrequency>{_code("MD_MaintenanceFrequencyCode", _MAINTENANCE[about["frequency"]])}</gmd:maintenanceAndUpdateFrequency></gmd:MD_MaintenanceInformation></gmd:resourceMaintenance>
{_keywords(list(about["keywords"]))}
{_keywords([about["theme"]], "GEMET - INSPIRE themes, version 1.0")}
<gmd:resourceConstraints><gmd:MD_Constraints><gmd:useLimitation>{_text("Podaj źródło i czas pozyskania danych. Dane przykładowe.")}</gmd:useLimitation></gmd:MD_Constraints></gmd:resourceConstraints>
<gmd:resourceConstraints><gmd:MD_LegalConstraints><gmd:accessConstraints>{_code("MD_RestrictionCode", "otherRestrictions")}</gmd:accessConstraints><gmd:otherConstraints><gmx:Anchor xlink:href="http://inspire.ec.europa.eu/metadata-codelist/LimitationsOnPublicAccess/noLimitations">brak ograniczeń w publicznym dostępie</gmx:Anchor></gmd:otherConstraints></gmd:MD_LegalConstraints></gmd:resourceConstraints>
<gmd:resourceConstraints><gmd:MD_LegalConstraints><gmd:useConstraints>{_code("MD_RestrictionCode", "license")}</gmd:useConstraints><gmd:otherConstraints><gmx:Anchor xlink:href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</gmx:Anchor></gmd:otherConstraints></gmd:MD_LegalConstraints></gmd:resourceConstraints>
<gmd:spatialRepresentationType>{_code("MD_SpatialRepresentationTypeCode", "vector")}</gmd:spatialRepresentationType>
<gmd:spatialResolution><gmd:MD_Resolution><gmd:equivalentScale><gmd:MD_RepresentativeFraction><gmd:denominator><gco:Integer>{about["scale"]}</gco:Integer></gmd:denominator></gmd:MD_RepresentativeFraction></gmd:equivalentScale></gmd:MD_Resolution></gmd:spatialResolution>
<gmd:language><gmd:LanguageCode codeList="http://www.loc.gov/standards/iso639-2/" codeListValue="pol">pol</gmd:LanguageCode></gmd:language>
<gmd:topicCategory><gmd:MD_TopicCategoryCode>{about["topic"]}</gmd:MD_TopicCategoryCode></gmd:topicCategory>
<gmd:extent><gmd:EX_Extent><gmd:geographicElement><gmd:EX_GeographicBoundingBox>{_box(bbox)}</gmd:EX_GeographicBoundingBox></gmd:geographicElement>
<gmd:temporalElement><gmd:EX_TemporalExtent><gmd:extent><gml:TimePeriod gml:id="czas"><gml:beginPosition>{created}</gml:beginPosition><gml:endPosition>{stamp}</gml:endPosition></gml:TimePeriod></gmd:extent></gmd:EX_TemporalExtent></gmd:temporalElement></gmd:EX_Extent></gmd:extent>
</gmd:MD_DataIdentification></gmd:identificationInfo>
<gmd:distributionInfo><gmd:MD_Distribution><gmd:distributionFormat><gmd:MD_Format><gmd:name>{_text("GML")}</gmd:name><gmd:version>{_text("3.2.1")}</gmd:version></gmd:MD_Format></gmd:distributionFormat>
<gmd:transferOptions><gmd:MD_DigitalTransferOptions>{"".join(_online(o) for o in onlines)}</gmd:MD_DigitalTransferOptions></gmd:transferOptions></gmd:MD_Distribution></gmd:distributionInfo>
<gmd:dataQualityInfo><gmd:DQ_DataQuality><gmd:scope><gmd:DQ_Scope><gmd:level>{_code("MD_ScopeCode", "dataset")}</gmd:level></gmd:DQ_Scope></gmd:scope>
<gmd:lineage><gmd:LI_Lineage><gmd:statement>{_text(about["lineage"])}</gmd:statement></gmd:LI_Lineage></gmd:lineage></gmd:DQ_DataQuality></gmd:dataQualityInfo>
</gmd:MD_Metadata>
"""


def write_records(folder: Path, layers_folder: Path, today: dt.date) -> int:
    """Write ``<name>.xml`` for each record; return how many. ``layers_folder`` holds ``layers.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = json.loads((layers_folder / "layers.json").read_text(encoding="utf-8"))
    written = 0
    for layer in table().of("geoportal"):
        about = {**vars(layer), "id": record_id(layer.name)}
        facts = counts[layer.draws or layer.name]
        service = "{msip}/ows/geoportal"
        onlines = [
            Online(
                f"{service}?service=WMS&version=1.3.0&request=GetCapabilities",
                "OGC:WMS",
                layer.name,
                "Usługa przeglądania",
                "search",
            ),
        ]
        if not layer.wms_only:
            ask = f"{service}?service=WFS&version=2.0.0"
            onlines.append(
                Online(
                    f"{ask}&request=GetCapabilities",
                    "OGC:WFS",
                    f"ms:{layer.name}",
                    "Usługa pobierania",
                    "download",
                )
            )
        stamp = today - dt.timedelta(days=_AGE[layer.frequency])
        crs = [layer.crs, *(c for c in (2178, 2180, 4326, 3857) if c != layer.crs)]
        xml = _record(about, facts["bbox"], crs, onlines, stamp, None if layer.wms_only else facts["count"])
        (folder / f"{layer.name}.xml").write_text(xml, encoding="utf-8")
        written += 1
    for name, row in table().records.items():
        about = {**row, "name": name, "id": record_id(name)}
        onlines = [
            Online(
                f"{{files}}/{f['path']}",
                "WWW:DOWNLOAD-1.0-http--download",
                f["name"],
                f["format"],
                "download",
            )
            for f in row["files"]
        ]
        stamp = today - dt.timedelta(days=_AGE[row["frequency"]])
        xml = _record(about, counts["granica_miasta"]["bbox"], [2178], onlines, stamp, None)
        (folder / f"{name}.xml").write_text(xml, encoding="utf-8")
        written += 1
    return written
