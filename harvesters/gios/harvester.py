"""Harvester ``gios_air``: the stations of one city from GIOŚ pjp-api v1, and the city's air quality index."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest.base import (
    Client,
    ConfigField,
    DatasetDraft,
    Record,
    Source,
    SourceError,
    SourceHarvester,
    language,
)
from ckanext.kielce.harvesters.said import Said, tell

from .api import (
    MANUAL_POST,
    SENSORS,
    STATIONS,
    ApiError,
    Station,
    document,
    parse_page,
    parse_sensor,
    parse_station,
)
from .mapping import index_dataset, station_content, station_dataset, station_from

#: Largest page that the API takes.
PAGE_SIZE = 500
#: A list of stations or posts longer than this is no list of theirs.
MAX_PAGES = 50
MAX_BYTES = 20 * 1024 * 1024
INDEX_GUID = "aqindex"


class GiosAirHarvester(SourceHarvester):
    """The source's address is the API's root, ``https://api.gios.gov.pl/pjp-api/v1/rest``."""

    about: ClassVar[dict[str, str]] = {
        "name": "gios_air",
        "title": "Jakość powietrza GIOŚ",
        "description": "Stacje i indeks jakości powietrza z API GIOŚ (pjp-api v1)",
    }
    config_schema: ClassVar[dict[str, ConfigField]] = {
        "city": ConfigField(
            "City whose stations are taken, as GIOŚ writes it (default Kielce).",
            description_pl="Miasto, którego stacje są brane, w pisowni GIOŚ (domyślnie Kielce).",
        ),
        "aliases": ConfigField(
            "Former station codes: {old: present}, beside the known ones.",
            "map",
            description_pl="Dawne kody stacji: {dawny: obecny}, obok znanych.",
        ),
    }

    def records(self, source: Source, client: Client) -> Iterator[Record]:
        lang, base = language(), source.url.rstrip("/")
        city = str(source.config.get("city") or "Kielce")
        try:
            rows = self._all(client, f"{base}/station/findAll", STATIONS)
        except ApiError as error:
            raise SourceError(error.said.en, error.said.pl) from error
        wanted = [row for row in rows if str(row.get("Nazwa miasta") or "").strip().lower() == city.lower()]
        if not wanted:
            raise SourceError(
                f"GIOŚ lists {len(rows)} stations, none of them in {city}; check the setting 'city'.",
                f"GIOŚ podaje {len(rows)} stacji, ale żadnej w mieście {city}; sprawdź ustawienie „city”.",
            )
        stations, silent, failed = [], [], []
        for row in wanted:
            station, record = self._station(row, base, source, client, lang)
            if station and not station.sensors:
                silent.append(
                    Said(
                        f"stacja bez danych bieżących: {station.code}",
                        f"station without live data: {station.code}",
                    )
                )
                continue
            if station:
                stations.append(station)
            else:
                failed.append(record.guid)
            yield record
        if stations:
            content = {
                "base": base,
                "city": city,
                "stations": [station_content(station) for station in stations],
            }
            # A station that could not be read now must not vanish from the index.
            lost = Said(f"bez stacji: {', '.join(failed)}", f"without stations: {', '.join(failed)}")
            incomplete = lost.text(lang) if failed else None
            yield Record(INDEX_GUID, None, content, tell(silent, lang), incomplete=incomplete)

    def to_dataset(self, record: Record, source: Source) -> DatasetDraft:
        given = record.content
        if record.guid == INDEX_GUID:
            stations = [station_from(row) for row in given["stations"]]
            return DatasetDraft(index_dataset(given["base"], given["city"], stations))
        station = station_from(given["station"])
        lang = language()
        unmapped = [
            Said(f"jednostka: {sensor.code} (nieznany wskaźnik)", f"unit: {sensor.code} (unknown parameter)")
            for sensor in station.sensors
            if not sensor.unit
        ]
        return DatasetDraft(station_dataset(given["base"], station), tell(unmapped, lang))

    def _station(
        self, row: dict[str, Any], base: str, source: Source, client: Client, lang: str
    ) -> tuple[Station | None, Record]:
        """A station with its posts; one whose posts can't be had is an error of that record only."""
        label = str(row.get("Kod stacji") or row.get("Identyfikator stacji") or "?")
        try:
            station = parse_station(row, source.config.get("aliases"))
            for post in self._all(client, f"{base}/station/sensors/{station.id}", SENSORS):
                self._post(post, station, base, client)
        except ApiError as error:
            return None, Record(label, None, {"title": label}, error=error.said.text(lang))
        except FetchError as error:
            return None, Record.unanswered(label, error)
        content = {"base": base, "station": station_content(station)}
        return station, Record(station.key, None, content, tell(station.problems, lang))

    def _post(self, row: dict[str, Any], station: Station, base: str, client: Client) -> None:
        """Add a measuring post, unless it is a manual one, whose results are not served live."""
        try:
            sensor = parse_sensor(row)
        except ApiError as error:
            station.problems.append(error.said)
            return
        try:
            with client.fetch(
                f"{base}/data/getData/{sensor.id}?page=0&size=1", max_bytes=MAX_BYTES
            ) as answer:
                document(answer.body)
        except (ApiError, FetchError) as error:
            if _error_code(error) == MANUAL_POST:
                station.problems.append(
                    Said(
                        f"stanowisko manualne, bez danych bieżących: {station.code}, {sensor.code} ({sensor.id})",
                        f"manual post, without live data: {station.code}, {sensor.code} ({sensor.id})",
                    )
                )
                return
            # The post exists; that it doesn't answer now is for the checks of links to follow.
            words = error.said if isinstance(error, ApiError) else Said(error.text("pl"), error.text("en"))
            place = f"{station.code}, {sensor.code} ({sensor.id})"
            station.problems.append(
                Said(
                    f"stanowisko nie odpowiada: {place}: {words.pl}",
                    f"post does not answer: {place}: {words.en}",
                )
            )
        station.sensors.append(sensor)

    def _all(self, client: Client, url: str, key: str) -> list[dict[str, Any]]:
        """Rows of all pages, from page 0 up to ``totalPages``. Raises ApiError, FetchError."""
        rows: list[dict[str, Any]] = []
        number = total = 0
        while number == 0 or number < min(total, MAX_PAGES):
            address = f"{url}?page={number}&size={PAGE_SIZE}"
            with client.fetch(address, conditional=True, max_bytes=MAX_BYTES) as answer:
                page = parse_page(answer.body, key)
            if not page.rows and page.total_pages > 1:
                raise ApiError(
                    f"Strona {number + 1} z {page.total_pages} jest pusta ({url}); spróbuj później",
                    f"Page {number + 1} of {page.total_pages} is empty ({url}); try again later",
                )
            rows += page.rows
            total, number = page.total_pages, number + 1
        return rows


def _error_code(error: ApiError | FetchError) -> str:
    """GIOŚ's error_code, also out of the body of an HTTP error."""
    if isinstance(error, ApiError):
        return error.code
    try:
        document(error.body)
    except ApiError as inner:
        return inner.code
    return ""
