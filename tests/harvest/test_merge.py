"""The parts of harvesting that need no CKAN: addresses, files that continue, settings, secrets."""

from __future__ import annotations

import base64
import json

import pytest
from ckanext.kielce.common import http
from ckanext.kielce.harvest import records, settings
from ckanext.kielce.harvest.merge import free_name, matched_resources, merged, slug, with_source_settings
from ckanext.kielce.harvest.records import Client, DatasetDraft, Record, Source, SourceError, digest


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Ścieżki rowerowe – Łódź, Żółć (2024)", "sciezki-rowerowe-lodz-zolc-2024"),
        ("Pole powierzchni [m²]", "pole-powierzchni-m2"),
        ("a", "zbior-a"),
        ("!!!", "zbior"),
        ("Ź", "zbior-z"),
    ],
)
def test_addresses_are_plain_ascii(title: str, name: str) -> None:
    assert slug(title) == name


def test_long_titles_are_cut_between_words() -> None:
    made = slug("bardzo " * 30)
    assert len(made) <= 90 and made.endswith("bardzo")
    assert len(slug("x" * 200)) == 90


def test_taken_addresses_get_a_number() -> None:
    assert free_name("Woda", lambda prefix: ["woda", "woda-2", "wodaki"]) == "woda-3"
    assert free_name("Woda", lambda prefix: ["woda-2"]) == "woda"


def test_files_continue_by_address_then_by_name() -> None:
    old = [
        {
            "id": "1",
            "url": "http://x/a.csv",
            "name": "A",
            "format": "CSV",
            "size": 7,
            "description": "ręczny opis",
        },
        {"id": "2", "url": "http://x/b.csv", "name": "B", "format": "CSV", "size": 7, "hash": "abc"},
        {"id": "3", "url": "http://x/c.csv", "name": "C", "format": "CSV"},
    ]
    new = [
        {"url": "http://x/d.csv", "name": "D", "format": "CSV"},
        {"url": "http://x/b2.csv", "name": "B", "format": "CSV"},
        {"url": "http://x/a.csv", "name": "A2", "format": "CSV"},
    ]
    made = matched_resources(old, new)
    assert [entry.get("id") for entry in made] == [None, "2", "1"]
    assert "size" not in made[1] and "hash" not in made[1], "facts about the old file are not the new one's"
    assert (made[2]["name"], made[2]["size"], made[2]["description"]) == ("A2", 7, "ręczny opis")


def test_two_files_of_one_name_keep_their_own_ids() -> None:
    old = [
        {"id": "1", "url": "u1", "name": "N", "format": "CSV"},
        {"id": "2", "url": "u2", "name": "N", "format": "CSV"},
    ]
    made = matched_resources(
        old, [{"url": "u2", "name": "N", "format": "CSV"}, {"url": "u3", "name": "N", "format": "CSV"}]
    )
    assert [entry["id"] for entry in made] == ["2", "1"]


def test_harvested_fields_go_and_hand_made_ones_stay() -> None:
    existing = {
        "id": "i",
        "name": "n",
        "type": "dataset",
        "title": "Stary",
        "rights": "dane przez źródło",
        "legal_basis": "wpisane ręcznie",
        "organization": {},
        "resources": [],
    }
    made = merged(existing, {"title": "Nowy", "type": "spatial_layer"}, ["title", "rights"])
    assert made == {
        "id": "i",
        "name": "n",
        "type": "dataset",
        "title": "Nowy",
        "legal_basis": "wpisane ręcznie",
        "resources": [],
    }


def test_overrides_win_over_the_record_and_the_record_over_the_source() -> None:
    source = Source(
        "s",
        "http://x/",
        config={
            "domain": "woda",
            "license_id": "A",
            "contact_email": "a@b.pl",
            "overrides": {"ms:*": {"domain": "energia", "rights": "R"}, "ms:a": {"domain": "scieki"}},
        },
    )
    draft = DatasetDraft({"license_id": "B", "title": "T", "notes": ""})
    made = with_source_settings(draft, Record("ms:a", None, {}), source, "org")
    assert made == {
        "license_id": "B",
        "title": "T",
        "owner_org": "org",
        "domain": "scieki",
        "rights": "R",
        "contact": [{"email": "a@b.pl"}],
    }


def test_secrets_go_to_the_sources_own_host_only(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, dict[str, str]]] = []
    monkeypatch.setattr(records, "fetch", lambda url, headers, settings, **more: sent.append((url, headers)))
    monkeypatch.setenv("KIELCE_SECRET_A", "jan:tajne")
    monkeypatch.setenv("KIELCE_SECRET_B", "X-Api-Key: abc")
    for name in "AB":
        client = Client(Source("s", "https://x.example/api", config={"secret": name}))
        for url in (
            "https://x.example/other",
            "https://evil.example/",
            "http://x.example/",
            "https://x.example:444/",
        ):
            client.fetch(url)
    assert sent[0][1] == {"Authorization": "Basic " + base64.b64encode(b"jan:tajne").decode()}
    assert sent[4][1] == {"X-Api-Key": "abc"}
    assert [headers for _url, headers in (*sent[1:4], *sent[5:])] == [{}] * 6


def test_a_missing_secret_is_named() -> None:
    with pytest.raises(SourceError, match="KIELCE_SECRET_NOWHERE"):
        Client(Source("s", "https://x.example/", config={"secret": "NOWHERE"}))


def test_digest_is_blind_to_the_order_of_keys() -> None:
    assert digest({"a": 1, "b": [1, 2]}) == digest({"b": [1, 2], "a": 1}) != digest({"a": 1, "b": [2, 1]})


PORTAL = settings.Portal(organization=lambda name: name == "mzd", licences=["stara-licencja"])


def test_configuration_is_written_out_and_read_back() -> None:
    typed = '{"organization": "mzd", "frequency": "monthly", "overrides": {"a": {"theme": "TRAN"}}}'
    checked = settings.checked(settings.parse(typed), {}, PORTAL)
    assert checked["frequency"] == "http://publications.europa.eu/resource/authority/frequency/MONTHLY"
    assert checked["overrides"]["a"]["theme"].endswith("/TRAN")
    text = settings.stored(checked)
    assert list(json.loads(text)) == ["settings"] and settings.parse(text) == checked
    assert settings.checked(settings.parse(text), {}, PORTAL) == checked, (
        "saving the form again changes nothing"
    )
    assert settings.parse("") == {} and settings.stored({}) == ""


def test_every_complaint_is_told_at_once() -> None:
    own = {"form": records.ConfigField("Form.", choices=("index", "manifest"), required=True)}
    with pytest.raises(settings.ConfigError) as caught:
        settings.checked({"organisation": "mzd", "minimum_share": 200}, own, PORTAL)
    told = str(caught.value)
    assert 'did you mean "organization"' in told and "form" in told and "0 to 100" in told
    with pytest.raises(settings.ConfigError, match="index, manifest"):
        settings.checked({"form": "zip"}, own, PORTAL)


def test_the_clients_settings_are_the_http_clients() -> None:
    assert records.fetch is http.fetch
