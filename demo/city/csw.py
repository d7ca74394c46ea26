"""The catalogue server: pycsw (CSW 2.0.2, ISO 19139) over the records written at build time.

Runs in a venv of its own (``demo/requirements-pycsw.lock``): ``python -m demo.city.csw --data DIR --port P``. Imports nothing of
the generator, which needs other libraries. Exits with a message, status 1, when the data isn't built or the port is taken.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import logging
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import unquote_plus
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from demo.city import SAMPLE_NOTE
from demo.city.faults import Answer, mode, spoil
from demo.city.ports import addresses, build_mark

MAX_RECORDS = 50
_STATUS = {200: "200 OK", 503: "503 Service Unavailable"}


class Quiet(WSGIRequestHandler):
    """No line per request, and no reverse DNS."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def address_string(self) -> str:
        """The bare address."""
        return str(self.client_address[0])


class ThreadedServer(ThreadingMixIn, WSGIServer):
    """Several requests at once."""

    daemon_threads = True


def settings(home: Path, url: str, database: Path) -> dict[str, dict[str, str]]:
    """pycsw's configuration as a dictionary of sections."""
    contact = {
        "name": "Ośrodek Dokumentacji Geodezyjno-Kartograficznej",
        "position": "",
        "address": "Rynek 1",
        "city": "Kielce",
        "stateorprovince": "świętokrzyskie",
        "postalcode": "25-303",
        "country": "PL",
        "phone": "",
        "fax": "",
        "email": "geoportal@um.kielce.example",
        "url": "https://gis.kielce.example/",
        "hours": "",
        "instructions": "",
        "role": "pointOfContact",
    }
    return {
        "server": {
            "home": str(home),
            "url": url,
            "mimetype": "application/xml; charset=UTF-8",
            "encoding": "UTF-8",
            # no "language": pycsw knows en, fr and el only, and logs a traceback a request for any other
            "maxrecords": str(MAX_RECORDS),
            "gzip_compresslevel": "0",
            "profiles": "apiso",
        },
        "manager": {"transactions": "false"},
        "metadata:main": {
            "identification_title": "Katalog metadanych MSIP Kielce (dane przykładowe)",
            "identification_abstract": SAMPLE_NOTE,
            "identification_keywords": "Kielce,MSIP,katalog,INSPIRE",
            "identification_keywords_type": "theme",
            "identification_fees": "brak",
            "identification_accessconstraints": "brak",
            "provider_name": "Urząd Miasta Kielce",
            "provider_url": "https://gis.kielce.example/",
            **{f"contact_{key}": value for key, value in contact.items()},
        },
        "repository": {"database": f"sqlite:///{database}", "table": "records"},
        "metadata:inspire": {
            "enabled": "true",
            "languages_supported": "pol",
            "default_language": "pol",
            "date": "2026-01-01",
            "gemet_keywords": "Utility and governmental services",
            "conformity_service": "notEvaluated",
            "contact_name": "Urząd Miasta Kielce",
            "contact_email": "geoportal@um.kielce.example",
            "temp_extent": "2008-01-01/2030-12-31",
        },
    }


def load(data: Path, known: dict[str, str], home: Path) -> Path:
    """Load the records into a database of its own and return its path; kept while records and addresses stay the same.

    ``known`` fills ``{msip}``, ``{files}``, ``{csw}`` in the records.
    """
    from pycsw.core import admin
    from pycsw.core.config import StaticContext

    texts = {}
    for path in sorted((data / "csw").glob("*.xml")):
        text = path.read_text(encoding="utf-8")
        for key, value in known.items():
            text = text.replace("{" + key + "}", value)
        texts[path.name] = text
    if not texts:
        raise SystemExit(f"no records in {data / 'csw'}: run `python -m demo.city build --out {data}` first")
    stamp = hashlib.sha256("\0".join(texts.values()).encode()).hexdigest()[:16]
    run = data / "run"
    folder, database = run / "records", run / f"csw-{stamp}.db"
    if database.exists():
        return database
    folder.mkdir(parents=True, exist_ok=True)
    for old in [*run.glob("csw-*.db"), *folder.glob("*.xml")]:
        old.unlink()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    fresh = database.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    admin.setup_db(f"sqlite:///{fresh}", "records", str(home))
    admin.load_records(StaticContext(), f"sqlite:///{fresh}", "records", str(folder))
    fresh.rename(database)
    return database


def application(
    data: Path, configuration: Callable[[], dict[str, dict[str, str]]]
) -> Callable[..., Iterable[bytes]]:
    """The WSGI application: one pycsw object a request."""
    from pycsw import server

    def wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            environ["wsgi.input"] = io.BytesIO(
                environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            )
        environ["local.app_root"] = str(Path(server.__file__).parent)
        asked = unquote_plus(environ.get("QUERY_STRING", ""))
        csw = server.Csw(configuration(), environ)
        status, contents = csw.dispatch_wsgi()
        answer = Answer(int(status.split()[0]), str(csw.contenttype), contents)
        answer = spoil(mode(data, "csw", f"{environ.get('PATH_INFO', '')}?{asked}"), answer)
        headers = [("Content-Type", answer.content_type), ("Content-Length", str(len(answer.body)))]
        start_response(_STATUS.get(answer.status, status), headers)
        return [answer.body]

    return wsgi


def main(arguments: list[str] | None = None) -> None:
    """Serve in the foreground until stopped."""
    parser = argparse.ArgumentParser(prog="python -m demo.city.csw", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder made by `demo.city build`")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument(
        "--file-port", type=int, help="port of the file server (default: as given to `build`)"
    )
    parser.add_argument(
        "--mapserver-port", type=int, help="port of the MapServer host (default: as given to `build`)"
    )
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    logging.disable(logging.INFO)
    from pycsw import server

    home = Path(server.__file__).parent
    data = options.data.resolve()
    known = addresses(data, {"files": options.file_port, "mapserver": options.mapserver_port})
    if not {"files", "mapserver"} <= set(known):
        raise SystemExit(
            "give --file-port and --mapserver-port: the records name the addresses of those servers"
        )
    try:
        httpd = make_server("127.0.0.1", options.port, lambda *_: [b""], ThreadedServer, Quiet)
    except OSError as error:
        raise SystemExit(f"port {options.port} cannot be used: {error}") from error
    url = f"http://127.0.0.1:{httpd.server_port}/csw"
    started = time.monotonic()
    where = {"msip": known["mapserver"], "files": known["files"], "csw": url}
    lock = threading.Lock()
    current = {"mark": 0, "database": Path()}

    def configuration() -> dict[str, dict[str, str]]:
        """Of the records that are there now: they are loaded again when the city was built since the last request."""
        with lock:
            mark = build_mark(data)
            if mark and mark != current["mark"]:
                current.update(mark=mark, database=load(data, where, home))
            return settings(home, url, Path(str(current["database"])))

    configuration()
    httpd.set_app(application(data, configuration))
    print(f"CSW 2.0.2: {url} (ready after {time.monotonic() - started:.1f} s)", flush=True)
    try:
        httpd.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
