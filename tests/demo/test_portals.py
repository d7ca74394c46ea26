"""The portals of others and the live feeds of the stand-in city, read by the portal's own readers."""

from __future__ import annotations

import datetime as dt

import pytest

from demo.city.portals import COUNTY, NATIONAL, county, national

bindings = pytest.importorskip("google.transit.gtfs_realtime_pb2")
canned = pytest.importorskip("tests.harvesters.canned")


class Direct(canned.CannedClient):
    """Asks the running stand-in."""

    def __init__(self, ask) -> None:
        super().__init__({})
        self.ask = ask

    def fetch(self, url: str, **options):
        from urllib.parse import urlsplit

        answer = self.ask(url)
        self.answers[urlsplit(url).path] = answer.body
        self.content_type = answer.headers["Content-Type"]
        return super().fetch(url, **options)


def test_the_countys_ckan(ask, files_url: str) -> None:
    from ckanext.kielce.harvesters.portals.ckan_api import read
    from ckanext.kielce.harvesters.portals.ckan_mapping import dataset

    client = Direct(ask)
    found = list(read(client, f"{files_url}{COUNTY}", {"organizations": ["pzd"], "page_size": 4}))
    assert len(found) == client.expected == 6
    for record in found:
        draft = dataset(record.loaded()["package"], record.loaded()["base"], None, "pl")
        assert draft.data["domain"] == "transport"
        assert "zmyślone" in draft.data["notes"]
        (file,) = draft.data["resources"]
        assert len(ask(file["url"]).body) == file["size"]
    assert draft.unmapped == ["pole Wersja formularza: 2"]


def test_the_countys_catalogue_shares_one_dataset_with_its_ckan(ask, files_url: str) -> None:
    from ckanext.kielce.harvesters.portals import ckan_api, rdf_read

    client = Direct(ask)
    catalogue = list(rdf_read.read(client, f"{files_url}{COUNTY}/catalog.xml", {}))
    assert len(catalogue) == client.expected == len(county.catalogued()) == 15
    other = ckan_api.read(Direct(ask), f"{files_url}{COUNTY}", {"organizations": ["pzd"]})
    shared = {key for record in catalogue for key in record.keys} & {
        key for record in other for key in record.keys
    }
    assert {key for key in shared if key.startswith("uuid:")} == {f"uuid:{county.number('drogi-powiatowe')}"}


def test_a_page_of_the_catalogue_is_known_again(ask, files_url: str) -> None:
    url = f"{files_url}{COUNTY}/catalog.xml?page=2"
    assert ask(url, If_None_Match=ask(url).headers["ETag"]).status == 304
    assert ask(f"{files_url}{COUNTY}/catalog.xml?page=3").status == 404


def test_the_national_portal(ask, files_url: str) -> None:
    from ckanext.kielce.harvesters.portals.dane_api import read
    from ckanext.kielce.harvesters.portals.dane_mapping import dataset

    found = list(read(Direct(ask), f"{files_url}{NATIONAL}", {"institution": national.INSTITUTION}))
    assert len(found) == 6
    draft = dataset(found[0].loaded(), None, "pl")
    assert draft.unmapped == []
    assert draft.data["publisher"] == [{"name": national.UNIT}]
    assert ask(draft.data["resources"][0]["url"]).text.startswith("miesiąc;")
    english = ask(f"{files_url}{NATIONAL}/datasets/90011", Accept_Language="en").json["data"]["attributes"][
        "title"
    ]
    assert english == "Work permits of foreigners"
    assert ask(f"{files_url}{NATIONAL}/datasets?institution%5Bid%5D%5Bterm%5D=1").json["meta"]["count"] == 0


def test_statistics(ask, files_url: str) -> None:
    from ckanext.kielce.harvesters.live import bdl

    bank = bdl.Bank(Direct(ask), f"{files_url}/bdl/api/v1", bdl.Pace(((1, 100),)))
    unit = bdl.find_unit(bank, "2661011", "Kielce")
    numbers = [each.id for each in bdl.variables_of(bank, "P9001")]
    assert bdl.years(bank, unit, numbers) == dict.fromkeys(numbers, (2004, 2025))
    assert bdl.years(bank, bdl.county_of(unit), [900201]) == {900201: (2004, 2025)}
    assert ask(bdl.address(bank.base, unit, numbers, "xml")).text.startswith("<?xml")


@pytest.mark.parametrize("kind", ["vehicle_positions", "trip_updates", "alerts"])
def test_buses_live(ask, files_url: str, kind: str) -> None:
    from ckanext.kielce.harvesters.live.realtime import KINDS, read

    answer = ask(f"{files_url}/ztm/gtfs-rt/{kind}.pb")
    feed = read(answer.body, files_url, kind, dt.datetime(2026, 11, 21, 14, 37, tzinfo=dt.UTC))
    assert feed.problems == []
    assert feed.entities[KINDS[kind][0]] > (0 if kind == "alerts" else 10)


def test_vehicles_stand_where_their_lines_go(ask, files_url: str) -> None:
    message = bindings.FeedMessage.FromString(ask(f"{files_url}/ztm/gtfs-rt/vehicle_positions.pb").body)
    for entity in message.entity:
        assert 50.75 < entity.vehicle.position.latitude < 51.0
        assert 20.4 < entity.vehicle.position.longitude < 20.8
        assert entity.vehicle.trip.start_date == "20261121"
    assert ask(f"{files_url}/ztm/gtfs-rt/other.pb").status == 404


def test_outages_are_what_the_harvester_expects(ask, files_url: str) -> None:
    from ckanext.kielce.harvesters.live.pge import judged

    assert judged(ask(f"{files_url}/api/power-outage").body, files_url) == []
