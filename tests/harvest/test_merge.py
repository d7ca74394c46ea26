"""The parts of harvesting that need no CKAN: addresses, files that continue, settings, secrets."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from ckanext.kielce.common import http
from ckanext.kielce.harvest import records, settings
from ckanext.kielce.harvest.merge import (
    Base,
    as_stored,
    curated,
    curated_base,
    free_name,
    matched_resources,
    merged,
    restored,
    slug,
    with_kept,
    with_source_settings,
)
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
    existing = {"id": "i", "name": "n", "type": "dataset", "resources": old}
    made = merged(existing, {"resources": new}, Base()).dataset["resources"]
    assert [entry.get("id") for entry in made] == [None, "2", "1"]
    assert "size" not in made[1] and "hash" not in made[1], "facts about the old file are not the new one's"
    assert (made[2]["name"], made[2]["size"], made[2]["description"]) == ("A2", 7, "ręczny opis")


def test_a_file_that_moved_takes_the_new_files_facts() -> None:
    was = {"url": "http://x/2023.csv", "name": "A", "hash": "old", "size": 1, "encoding": "utf-8"}
    now = {"url": "http://x/2024.csv", "name": "A", "hash": "new", "size": 2}
    kept = {**was, "id": "1"}
    existing = {"id": "i", "name": "n", "type": "dataset", "resources": [kept]}
    made = merged(existing, {"resources": [now]}, Base({"resources": [was]}, {"resources": [kept]}))
    assert made.dataset["resources"] == [{**now, "id": "1"}]
    assert not any(change["kept"] for change in made.changes)


def test_an_upload_is_known_by_the_name_that_the_source_gives_it() -> None:
    """The portal makes its address; that the two differ is no move, and a coordinator's correction stays."""
    draft = {"url": "a.csv", "name": "A", "hash": "old", "url_type": "upload"}
    kept = {**draft, "url": "https://portal/dataset/i/resource/1/download/a.csv", "id": "1"}
    existing = {"id": "i", "name": "n", "type": "dataset", "resources": [{**kept, "encoding": "cp1250"}]}
    made = merged(
        existing,
        {"resources": [{**draft, "hash": "new"}]},
        Base({"resources": [draft]}, {"resources": [kept]}),
    )
    assert [(row["hash"], row["encoding"]) for row in made.dataset["resources"]] == [("new", "cp1250")]


def test_two_files_of_one_name_keep_their_own_ids() -> None:
    old = [
        {"id": "1", "url": "u1", "name": "N", "format": "CSV"},
        {"id": "2", "url": "u2", "name": "N", "format": "CSV"},
    ]
    made = matched_resources(
        old, [{"url": "u2", "name": "N", "format": "CSV"}, {"url": "u3", "name": "N", "format": "CSV"}]
    )
    assert [was["id"] for was, _new in made if was] == ["2", "1"]


def test_a_file_with_a_uri_is_known_by_it() -> None:
    old = [
        {"id": "1", "uri": "urn:a", "url": "u1", "name": "A"},
        {"id": "2", "uri": "urn:b", "url": "u2", "name": "B"},
    ]
    made = matched_resources(old, [{"uri": "urn:b", "url": "u3", "name": "A"}])
    assert [was["id"] for was, _new in made if was] == ["2"]


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
    draft = {"title": "Stary", "rights": "dane przez źródło"}
    made = merged(existing, {"title": "Nowy", "type": "spatial_layer"}, Base(draft, existing))
    assert made.dataset == {
        "id": "i",
        "name": "n",
        "type": "dataset",
        "title": "Nowy",
        "legal_basis": "wpisane ręcznie",
        "resources": [],
    }


FIELD = {"id": "i", "name": "n", "type": "dataset", "resources": []}


@pytest.mark.parametrize(
    ("ours", "draft", "stored", "theirs", "result", "told"),
    [
        ("A", "A", "A", "B", "B", [("A", "B", False)]),  # nobody touched it
        ("C", "A", "A", "B", "C", [("A", "B", True)]),  # curated, and the source moved
        ("C", "A", "A", "A", "C", []),  # curated, and the source did not move
        ("B", "A", "A", "B", "B", [("A", "B", False)]),  # both came to the same
        (None, "A", "A", "B", None, [("A", "B", True)]),  # emptied by hand
        ("C", None, None, "B", "C", [(None, "B", True)]),  # added by hand before the source gave it
        ("domyślna", None, "domyślna", "B", "B", [(None, "B", False)]),  # a default of the schema is nobody's
        ("A", "A", "A", None, None, [("A", None, False)]),  # the source dropped it
        ("C", "A", "A", None, "C", [("A", None, True)]),  # the source dropped what was curated
        ("A ", "A", "A", "A", "A", []),  # a space at the end is no change
    ],
)
def test_three_ways(ours: Any, draft: Any, stored: Any, theirs: Any, result: Any, told: list[Any]) -> None:
    def row(value: Any) -> dict[str, Any]:
        return {} if value is None else {"notes": value}

    base = Base({"title": "T", **row(draft)}, {"title": "T", **row(stored)})
    made = merged({**FIELD, "title": "T", **row(ours)}, {"title": "T", **row(theirs)}, base)
    assert made.dataset.get("notes") == result
    assert [(each["old"], each["new"], each["kept"]) for each in made.changes] == told


def test_a_curated_value_goes_on_counting_as_curated() -> None:
    base = Base({"notes": "A"}, {"notes": "A"})
    existing = {**FIELD, "notes": "C", "rights": "ręcznie"}
    draft = {"notes": "B"}
    made = merged(existing, draft, base).dataset
    stored = with_kept(as_stored(draft, made), curated_base(draft, base, existing))
    later = Base(draft, stored)
    assert [(each.field, each.source_value, each.our_value) for each in curated(later, existing)] == [
        ("notes", "B", "C")
    ]
    again = merged(existing, {"notes": "D", "rights": "ze źródła"}, later).dataset
    assert (again["notes"], again["rights"]) == ("C", "ręcznie")


def test_the_sources_value_can_be_restored() -> None:
    rows = [{"id": "r1", "url": "u", "name": "Nasza"}]
    base = Base(
        {"notes": "A", "resources": [{"url": "u", "name": "Ich"}]},
        {"notes": "A", "resources": [{"id": "r1", "url": "u", "name": "Ich"}]},
    )
    package = {**FIELD, "notes": "C", "resources": rows}
    assert [(each.field, each.resource_id) for each in curated(base, package)] == [
        ("notes", None),
        ("name", "r1"),
    ]
    assert restored(base, package, "notes", None) == {"id": "i", "notes": "A"}
    assert restored(base, package, "name", "r1") == {"id": "r1", "name": "Ich"}
    with pytest.raises(KeyError):
        restored(base, package, "rights", None)


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

    def fetch(url: str, headers: dict[str, str], settings: Any, **_more: Any) -> http.Response:
        sent.append((url, headers))
        return http.Response(200, url, {}, None, 0, "")

    monkeypatch.setattr(records, "fetch", fetch)
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


def test_every_complaint_is_told_in_polish_too() -> None:
    wrong = {
        "organisation": "mzd",
        "minimum_share": 200,
        "contact_email": "x",
        "secret": "hasło",
        "domain": 3,
    }
    with pytest.raises(settings.ConfigError) as caught:
        settings.checked(wrong, {}, PORTAL)
    told = caught.value.text("pl")
    for words in (
        "czy chodzi o „organization”?",
        "od 0 do 100",
        "adres e-mail",
        "nazwę sekretu",
        "potrzebne jest: tekst",
    ):
        assert words in told
    with pytest.raises(settings.ConfigError) as caught:
        settings.checked(
            {"domain": "transprot", "license_id": "x", "frequency": "x", "organization": "x"}, {}, PORTAL
        )
    for words in ("czy chodzi o „transport”?", "nieznana licencja", "nieznana częstość", "nie ma jednostki"):
        assert words in caught.value.text("pl")
