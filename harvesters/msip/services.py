"""The map services behind the records of a catalogue, each read once a run."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest.records import Client, SourceError, digest
from ckanext.kielce.harvesters.msip import iso_map, layers, ows
from ckanext.kielce.harvesters.msip.ows_wms import Wms
from ckanext.kielce.harvesters.msip.words import say, source_error

# Of WMS, which only add legends and scales: read for the records being written, and no more than so many a run.
MOST_WMS = 20
SILENCE = frozenset({"connection", "timeout", "refused_address"})
OVERLOAD = frozenset({429, 502, 503, 504})
MOST_KEPT = 200  # services, and layers, kept in memory; one asked for again after that is read again
ABOUT = frozenset({"url", "version", "title", "limit"})  # what of a WFS goes into its datasets


class Services:
    """Map services by address. A server that does not answer is not asked for its other services."""

    def __init__(self, client: Client, lang: str) -> None:
        self.client, self.lang = client, lang
        self._wfs: dict[str, ows.Wfs | SourceError] = {}
        self._wms: dict[str, Wms | None] = {}
        self._said: dict[tuple[str, str], tuple[list[dict[str, Any]], str]] = {}
        self._silent: set[str] = set()

    def behind(self, onlines: list[dict[str, str]]) -> Behind:
        """What the WFS that a record points to say of its layers."""
        found = Behind()
        for online in onlines:
            if iso_map.service_kind(online) != "WFS" or not online.get("name"):
                continue
            address = ows.service_url(online["url"])
            service = self._service(address)
            if not isinstance(service, ows.Wfs):
                found.incomplete = say("service_silent", self.lang, reason=service.text(self.lang))
                continue
            said, mark = self._layers(service, address, online["name"])
            found.services[address] = {
                key: value for key, value in vars(service).items() if key in ABOUT and value is not None
            }
            found.layers.setdefault(address, []).extend(said)
            found.marks.append(mark)
        return found

    def drawn(self, onlines: list[dict[str, str]]) -> dict[str, dict[str, Any]]:
        """Address -> layer of the WMS that a record points to; a service that is silent is left out."""
        found: dict[str, dict[str, Any]] = {}
        for online in onlines:
            if iso_map.service_kind(online) != "WMS" or not online.get("name"):
                continue
            address = ows.service_url(online["url"])
            if address not in self._wms:
                self._wms[address] = self._read_wms(address)
            service = self._wms[address]
            layer = service.find(online["name"]) if service else None
            if layer:
                found[address] = layer.as_json()
        return found

    def _layers(self, service: ows.Wfs, address: str, names: str) -> tuple[list[dict[str, Any]], str]:
        """The layers named, and a digest of what is said of them and of the service."""
        if (address, names) not in self._said:
            wanted = [part.strip() for part in names.split(",")]
            said = [layer.as_json() for name in wanted if (layer := service.find(name))]
            about = [service.url, service.version, service.title, service.limit]
            _make_room(self._said)
            self._said[address, names] = said, digest([about, said])
        return self._said[address, names]

    def _service(self, address: str) -> ows.Wfs | SourceError:
        if address not in self._wfs:
            host = urlsplit(address).netloc
            _make_room(self._wfs)
            try:
                if host in self._silent:
                    raise source_error("host_silent", host=host)
                self._wfs[address] = layers.load_wfs(self.client, address)
            except (SourceError, FetchError) as error:
                self._mark(host, error)
                # a fresh one: the traceback of the other would keep the page that was being read in memory
                self._wfs[address] = SourceError(error.message, error.message_pl)
        return self._wfs[address]

    def _read_wms(self, address: str) -> Wms | None:
        host = urlsplit(address).netloc
        if host in self._silent or len(self._wms) >= MOST_WMS:
            return None
        try:
            return layers.load_wms(self.client, address)
        except (SourceError, FetchError) as error:  # legends are a courtesy
            self._mark(host, error)
            return None

    def _mark(self, host: str, error: SourceError | FetchError) -> None:
        if isinstance(error, FetchError) and (error.kind in SILENCE or error.status in OVERLOAD):
            self._silent.add(host)


def _make_room(kept: dict[Any, Any]) -> None:
    """Let go of the oldest entry of a full memory."""
    if len(kept) >= MOST_KEPT:
        del kept[next(iter(kept))]


class Behind:
    """What services say of a record's layers: ``services`` and ``layers`` by address, ``marks`` (digests of it)."""

    def __init__(self) -> None:
        self.services: dict[str, dict[str, Any]] = {}
        self.layers: dict[str, list[dict[str, Any]]] = {}
        self.marks: list[str] = []
        self.incomplete: str | None = None
