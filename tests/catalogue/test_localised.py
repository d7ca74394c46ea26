"""Which words are shown: languages, contact, publisher."""

from __future__ import annotations

from ckanext.kielce.catalogue import rdf_values
from ckanext.kielce.common.localised import contact_of, localised, publisher_of, translations


def test_english_falls_back_to_polish_and_never_the_other_way():
    package = {"title": "Działki", "title_en": "Parcels", "notes": "Opis", "notes_en": "  "}
    assert localised(package, "title", "en") == "Parcels"
    assert localised(package, "title", "pl_PL") == "Działki"
    assert localised(package, "notes", "en") == "Opis"
    assert localised({"title_en": "Parcels"}, "title", "pl") == ""


def test_empty_translations_are_left_out():
    assert translations({"title": "Działki", "title_en": ""}, "title") == {"pl": "Działki"}
    assert translations({}, "title") == {}


def test_contact_is_the_datasets_own_then_the_units():
    unit = {"organization": {"name": "mpec", "title": "MPEC"}}
    assert contact_of(unit)["email"] == "dane@mpec-kielce.example"
    assert contact_of(unit | {"contact": [{"name": "bez adresu"}]})["email"] == "dane@mpec-kielce.example"
    assert contact_of(unit | {"contact": [{"email": "x@y.pl"}]}) == {"email": "x@y.pl"}
    assert contact_of({"organization": {"name": "kto-inny"}}) == {}


def test_publisher_in_the_readers_language():
    assert publisher_of({"organization": {"name": "urzad-miasta", "title": "UM"}}, "en") == "Kielce City Hall"
    assert publisher_of({"organization": {"name": "kto-inny", "title": "Ktoś"}}, "en") == "Ktoś"
    assert publisher_of({"publisher": [{"name": "Inny"}]}, "pl") == "Inny"


def test_half_a_checksum_is_no_checksum():
    def checksum(**resource):
        out = rdf_values.prepared(
            {"resources": [{"url": "https://a.pl/x.csv", **resource}]}, "urn:d", "https://a.pl"
        )
        return out["resources"][0].get("hash"), out["resources"][0].get("hash_algorithm")

    assert checksum(hash="nie szesnastkowo", hash_algorithm="sha256") == (None, None)
    assert checksum(hash="ab" * 20)[1].endswith("sha1"), "known by its length"
    assert checksum(hash="abcd") == (None, None)
    assert checksum(hash="md5:" + "ab" * 16)[1].endswith("md5")


def test_temporal_coverage_follows_from_the_files():
    resources = [
        {"url": "https://a.pl/1.csv", "temporal_start": "2021", "temporal_end": "2021"},
        {"url": "https://a.pl/2.csv", "temporal_start": "2019", "temporal_end": "2020"},
    ]
    out = rdf_values.prepared({"resources": resources}, "urn:d", "https://a.pl")
    assert out["temporal_coverage"] == [{"start": "2019", "end": "2021"}]


def test_a_service_is_asked_not_downloaded():
    out = rdf_values.prepared(
        {"resources": [{"id": "1", "url": "https://a.pl/wfs?x=1", "format": "WFS_SRVC", "name": "WFS"}]},
        "urn:d",
        "https://a.pl",
    )
    (resource,) = out["resources"]
    assert "download_url" not in resource
    assert resource["access_services"][0]["endpoint_url"] == ["https://a.pl/wfs"]
    assert resource["access_services"][0]["endpoint_description"].endswith(
        "service=WFS&request=GetCapabilities"
    )


def test_a_rectangle_is_given_once_and_an_outline_as_it_is():
    rectangle = rdf_values.bbox_polygon(20.5, 50.8, 20.7, 50.9)
    triangle = '{"type":"Polygon","coordinates":[[[20.5,50.8],[20.7,50.8],[20.7,50.9],[20.5,50.8]]]}'
    flat = rdf_values.prepared({"spatial": rectangle}, "urn:d", "https://a.pl")["spatial_coverage"]
    assert flat == [{"bbox": rectangle}]
    shaped = rdf_values.prepared({"spatial": triangle}, "urn:d", "https://a.pl")["spatial_coverage"]
    assert shaped == [{"geom": triangle, "bbox": rectangle}]
