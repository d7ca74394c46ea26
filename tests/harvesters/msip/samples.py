# ruff: noqa: E501 - XML in the lines that servers send
"""Small answers of catalogues and map services, in the shapes that MapServer, GeoServer and pycsw send."""

from __future__ import annotations

WFS_200 = """<?xml version="1.0" encoding="UTF-8"?>
<wfs:WFS_Capabilities xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:ows="http://www.opengis.net/ows/1.1"
 xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:ms="http://mapserver.gis.umn.edu/mapserver" version="2.0.0">
<ows:ServiceIdentification><ows:Title>Geoportal</ows:Title><ows:Fees>brak</ows:Fees>
<ows:AccessConstraints>brak ograniczeń; CC BY 4.0</ows:AccessConstraints></ows:ServiceIdentification>
<ows:ServiceProvider><ows:ProviderName>Urząd Miasta Kielce</ows:ProviderName><ows:ServiceContact><ows:ContactInfo>
<ows:Address><ows:ElectronicMailAddress>geo@kielce.example</ows:ElectronicMailAddress></ows:Address></ows:ContactInfo>
</ows:ServiceContact></ows:ServiceProvider>
<ows:OperationsMetadata><ows:Operation name="DescribeFeatureType"><ows:Parameter name="outputFormat"><ows:AllowedValues>
<ows:Value>text/csv</ows:Value></ows:AllowedValues></ows:Parameter></ows:Operation>
<ows:Operation name="GetFeature"><ows:Parameter name="outputFormat"><ows:AllowedValues>
<ows:Value>application/gml+xml; version=3.2</ows:Value><ows:Value>application/json; subtype=geojson</ows:Value>
</ows:AllowedValues></ows:Parameter></ows:Operation>
<ows:Constraint name="CountDefault"><ows:NoValues/><ows:DefaultValue>10000</ows:DefaultValue></ows:Constraint>
</ows:OperationsMetadata>
<wfs:FeatureTypeList>
<wfs:FeatureType><wfs:Name>ms:dzialki</wfs:Name><wfs:Title>Działki ewidencyjne</wfs:Title>
<wfs:Abstract>Granice działek.</wfs:Abstract><ows:Keywords><ows:Keyword>Działki katastralne</ows:Keyword></ows:Keywords>
<wfs:DefaultCRS>urn:ogc:def:crs:EPSG::2178</wfs:DefaultCRS><wfs:OtherCRS>urn:ogc:def:crs:EPSG::2180</wfs:OtherCRS>
<wfs:OtherCRS>urn:ogc:def:crs:EPSG::4326</wfs:OtherCRS>
<ows:WGS84BoundingBox><ows:LowerCorner>20.52 50.80</ows:LowerCorner><ows:UpperCorner>20.69 50.91</ows:UpperCorner>
</ows:WGS84BoundingBox><wfs:MetadataURL xlink:href="http://csw.example/?id=1"/></wfs:FeatureType>
<wfs:FeatureType><wfs:Name>ms:bez_niczego</wfs:Name><wfs:DefaultCRS>EPSG:9999</wfs:DefaultCRS></wfs:FeatureType>
</wfs:FeatureTypeList></wfs:WFS_Capabilities>"""

WFS_110 = """<?xml version="1.0"?><WFS_Capabilities xmlns="http://www.opengis.net/wfs" xmlns:ows="http://www.opengis.net/ows"
 version="1.1.0"><FeatureTypeList><FeatureType><Name>ms:dzialki</Name><Title>Działki</Title>
<DefaultSRS>urn:x-ogc:def:crs:EPSG:2180</DefaultSRS><OutputFormats><Format>text/xml; subtype=gml/3.1.1</Format></OutputFormats>
</FeatureType></FeatureTypeList></WFS_Capabilities>"""

SCHEMA = """<?xml version="1.0"?><schema xmlns="http://www.w3.org/2001/XMLSchema" xmlns:ms="http://m" xmlns:gml="http://g">
<element name="dzialki" type="ms:dzialkiType" substitutionGroup="gml:AbstractFeature"/>
<complexType name="dzialkiType"><complexContent><extension base="gml:AbstractFeatureType"><sequence>
<element name="msGeometry" type="gml:MultiSurfacePropertyType"/>
<element name="numer" type="string"><annotation><documentation>Numer działki</documentation></annotation></element>
<element name="pole" type="double"/><element name="data" type="gml:TimeInstantType"/>
<element name="opis"><simpleType><restriction base="string"><maxLength value="9"/></restriction></simpleType></element>
</sequence></extension></complexContent></complexType>
<element name="bez_niczego" type="ms:bez_niczegoType"/><complexType name="bez_niczegoType"><sequence/></complexType></schema>"""

WMS = """<?xml version="1.0"?><WMS_Capabilities xmlns="http://www.opengis.net/wms" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.3.0">
<Service><Title>Mapa</Title><AccessConstraints>CC-BY-4.0</AccessConstraints><ContactInformation><ContactPersonPrimary>
<ContactOrganization>UM Kielce</ContactOrganization></ContactPersonPrimary><ContactElectronicMailAddress>geo@kielce.example</ContactElectronicMailAddress></ContactInformation></Service>
<Capability><Request><GetMap><Format>image/png</Format></GetMap></Request><Layer queryable="1"><Name>msip</Name><CRS>EPSG:4326</CRS><CRS>EPSG:2180</CRS>
<EX_GeographicBoundingBox><westBoundLongitude>20.5</westBoundLongitude><eastBoundLongitude>20.7</eastBoundLongitude>
<southBoundLatitude>50.8</southBoundLatitude><northBoundLatitude>50.9</northBoundLatitude></EX_GeographicBoundingBox>
<Layer><Title>Ewidencja</Title><Layer><Name>dzialki</Name><Title>Działki ewidencyjne</Title><Abstract>Granice.</Abstract>
<KeywordList><Keyword>Działki katastralne</Keyword></KeywordList><CRS>EPSG:2178</CRS>
<MetadataURL type="TC211"><Format>text/xml</Format><OnlineResource xlink:href="http://csw.example/?id=a1b2c3d4-0000-4000-8000-00000000000a"/></MetadataURL>
<Style><Name>default</Name><Title>Zwykły</Title><LegendURL width="9" height="9"><Format>image/png</Format><OnlineResource xlink:href="http://msip.example/ows?request=GetLegendGraphic&amp;layer=dzialki"/></LegendURL></Style>
<Style><Name>nocny</Name></Style><MaxScaleDenominator>10000</MaxScaleDenominator></Layer></Layer>
<Layer queryable="0"><Name>orto</Name></Layer></Layer></Capability></WMS_Capabilities>"""

WMS_111 = """<WMT_MS_Capabilities version="1.1.1"><Service><Title>Stara mapa</Title></Service><Capability><Layer><SRS>EPSG:2180 EPSG:4326</SRS>
<LatLonBoundingBox minx="20.5" miny="50.8" maxx="20.7" maxy="50.9"/><Layer><Name>plan</Name><Title>Plan</Title><ScaleHint min="0" max="1.9798989"/></Layer></Layer></Capability></WMT_MS_Capabilities>"""

EXCEPTION = """<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1"><ows:Exception exceptionCode="InvalidParameterValue">
<ows:ExceptionText>wersja nieobsługiwana</ows:ExceptionText></ows:Exception></ows:ExceptionReport>"""

LOGIN = '<!DOCTYPE html><html><body><form action="/login">Zaloguj się</form></body></html>'

LAUGHS = """<?xml version="1.0"?><!-- a --> <!DOCTYPE a [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><a x="&c;">&c;</a>"""

BOMB = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'


def record(guid: str = "r1", title: str = "Działki ewidencyjne", onlines: str = "", more: str = "") -> str:
    """An ISO 19139 record; ``onlines`` and ``more`` (in the identification) are XML."""
    text = "<gco:CharacterString>{}</gco:CharacterString>".format
    return f"""<gmd:MD_Metadata><gmd:fileIdentifier>{text(guid)}</gmd:fileIdentifier>
<gmd:hierarchyLevel><gmd:MD_ScopeCode codeListValue="dataset"/></gmd:hierarchyLevel>
<gmd:dateStamp><gco:Date>2026-10-01</gco:Date></gmd:dateStamp>
<gmd:locale><gmd:PT_Locale id="ENG"><gmd:languageCode><gmd:LanguageCode codeListValue="eng"/></gmd:languageCode></gmd:PT_Locale></gmd:locale>
<gmd:referenceSystemInfo><gmd:MD_ReferenceSystem><gmd:referenceSystemIdentifier><gmd:RS_Identifier>
<gmd:code>{text("http://www.opengis.net/def/crs/EPSG/0/2178")}</gmd:code></gmd:RS_Identifier></gmd:referenceSystemIdentifier></gmd:MD_ReferenceSystem></gmd:referenceSystemInfo>
<gmd:identificationInfo><gmd:MD_DataIdentification><gmd:citation><gmd:CI_Citation>
<gmd:title>{text(title)}<gmd:PT_FreeText><gmd:textGroup><gmd:LocalisedCharacterString locale="#ENG">Parcels</gmd:LocalisedCharacterString></gmd:textGroup></gmd:PT_FreeText></gmd:title>
<gmd:date><gmd:CI_Date><gmd:date><gco:Date>2010-05</gco:Date></gmd:date><gmd:dateType><gmd:CI_DateTypeCode codeListValue="creation"/></gmd:dateType></gmd:CI_Date></gmd:date>
<gmd:date><gmd:CI_Date><gmd:date><gco:DateTime>2026-09-30T12:00:00</gco:DateTime></gmd:date><gmd:dateType><gmd:CI_DateTypeCode codeListValue="revision"/></gmd:dateType></gmd:CI_Date></gmd:date>
</gmd:CI_Citation></gmd:citation><gmd:abstract>{text("Granice działek.")}</gmd:abstract>
<gmd:pointOfContact><gmd:CI_ResponsibleParty><gmd:organisationName>{text("Ośrodek Dokumentacji")}</gmd:organisationName>
<gmd:contactInfo><gmd:CI_Contact><gmd:address><gmd:CI_Address><gmd:electronicMailAddress>{text("odgk@kielce.example")}</gmd:electronicMailAddress></gmd:CI_Address></gmd:address></gmd:CI_Contact></gmd:contactInfo>
<gmd:role><gmd:CI_RoleCode codeListValue="owner"/></gmd:role></gmd:CI_ResponsibleParty></gmd:pointOfContact>
<gmd:resourceMaintenance><gmd:MD_MaintenanceInformation><gmd:maintenanceAndUpdateFrequency><gmd:MD_MaintenanceFrequencyCode codeListValue="quarterly"/></gmd:maintenanceAndUpdateFrequency></gmd:MD_MaintenanceInformation></gmd:resourceMaintenance>
<gmd:descriptiveKeywords><gmd:MD_Keywords><gmd:keyword>{text("EGiB")}</gmd:keyword><gmd:keyword>{text("Działki katastralne")}</gmd:keyword></gmd:MD_Keywords></gmd:descriptiveKeywords>
<gmd:resourceConstraints><gmd:MD_LegalConstraints><gmd:otherConstraints><gmx:Anchor xlink:href="http://inspire.ec.europa.eu/metadata-codelist/LimitationsOnPublicAccess/noLimitations">brak</gmx:Anchor></gmd:otherConstraints></gmd:MD_LegalConstraints></gmd:resourceConstraints>
<gmd:resourceConstraints><gmd:MD_LegalConstraints><gmd:otherConstraints>{text("CC BY 4.0")}</gmd:otherConstraints></gmd:MD_LegalConstraints></gmd:resourceConstraints>
<gmd:resourceConstraints><gmd:MD_LegalConstraints><gmd:otherConstraints>{text("Tylko za zgodą geodety")}</gmd:otherConstraints></gmd:MD_LegalConstraints></gmd:resourceConstraints>
<gmd:spatialResolution><gmd:MD_Resolution><gmd:equivalentScale><gmd:MD_RepresentativeFraction><gmd:denominator><gco:Integer>500</gco:Integer></gmd:denominator></gmd:MD_RepresentativeFraction></gmd:equivalentScale></gmd:MD_Resolution></gmd:spatialResolution>
<gmd:language><gmd:LanguageCode codeListValue="pol"/></gmd:language>
<gmd:topicCategory><gmd:MD_TopicCategoryCode>planningCadastre</gmd:MD_TopicCategoryCode></gmd:topicCategory>
<gmd:topicCategory><gmd:MD_TopicCategoryCode>nieznana</gmd:MD_TopicCategoryCode></gmd:topicCategory>
<gmd:extent><gmd:EX_Extent><gmd:geographicElement><gmd:EX_GeographicBoundingBox>
<gmd:westBoundLongitude><gco:Decimal>20.5</gco:Decimal></gmd:westBoundLongitude><gmd:eastBoundLongitude><gco:Decimal>20.7</gco:Decimal></gmd:eastBoundLongitude>
<gmd:southBoundLatitude><gco:Decimal>50.8</gco:Decimal></gmd:southBoundLatitude><gmd:northBoundLatitude><gco:Decimal>50.9</gco:Decimal></gmd:northBoundLatitude>
</gmd:EX_GeographicBoundingBox></gmd:geographicElement></gmd:EX_Extent></gmd:extent>{more}
</gmd:MD_DataIdentification></gmd:identificationInfo>
<gmd:distributionInfo><gmd:MD_Distribution><gmd:transferOptions><gmd:MD_DigitalTransferOptions>{onlines}</gmd:MD_DigitalTransferOptions></gmd:transferOptions></gmd:MD_Distribution></gmd:distributionInfo>
<gmd:dataQualityInfo><gmd:DQ_DataQuality><gmd:lineage><gmd:LI_Lineage><gmd:statement>{text("Z pomiarów.")}</gmd:statement></gmd:LI_Lineage></gmd:lineage></gmd:DQ_DataQuality></gmd:dataQualityInfo>
</gmd:MD_Metadata>"""


def online(url: str, protocol: str = "", name: str = "", description: str = "") -> str:
    """An address of a record."""
    text = "<gco:CharacterString>{}</gco:CharacterString>".format
    return f"""<gmd:onLine><gmd:CI_OnlineResource><gmd:linkage><gmd:URL>{url}</gmd:URL></gmd:linkage><gmd:protocol>{text(protocol)}</gmd:protocol>
<gmd:name>{text(name)}</gmd:name><gmd:description>{text(description)}</gmd:description></gmd:CI_OnlineResource></gmd:onLine>"""


def answer(records: list[str], matched: int) -> bytes:
    """A page of GetRecords."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<csw:GetRecordsResponse xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:gmd="http://www.isotc211.org/2005/gmd"
 xmlns:gco="http://www.isotc211.org/2005/gco" xmlns:gmx="http://www.isotc211.org/2005/gmx" xmlns:xlink="http://www.w3.org/1999/xlink">
<csw:SearchResults numberOfRecordsMatched="{matched}" numberOfRecordsReturned="{len(records)}" nextRecord="0">
{"".join(records)}</csw:SearchResults></csw:GetRecordsResponse>""".encode()
