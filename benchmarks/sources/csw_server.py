"""pycsw over the made-up records: ``python -m benchmarks.sources.csw_server FOLDER PORT``, in pycsw's own venv.

``… load DATABASE RECORDS`` puts a folder of XML files into a database, made when it isn't there.

``FOLDER/<name>`` holds a catalogue: ``first.db`` and ``changed.db``. It answers under ``/<name>/csw``; which of the two is
given out stands in ``FOLDER/state``. Each request is a line of ``FOLDER/access.log``: time, catalogue, method, operation,
status, bytes, milliseconds.
"""

from __future__ import annotations

import io
import logging
import re
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus
from wsgiref.simple_server import make_server

from demo.city.csw import Quiet, ThreadedServer, settings

PAGE = 100
OPERATION = re.compile(r"GetRecordById|GetRecords|GetCapabilities|DescribeRecord")


def load(database: Path, records: Path) -> None:
    """A database from the XML files of one catalogue in one state."""
    from pycsw import server
    from pycsw.core import admin
    from pycsw.core.config import StaticContext

    url = f"sqlite:///{database}"
    if not database.exists():
        admin.setup_db(url, "records", str(Path(server.__file__).parent))
    admin.load_records(StaticContext(), url, "records", str(records))


def application(folder: Path, port: int) -> Callable[..., Iterable[bytes]]:
    """The WSGI application: one pycsw object a request, as its own WSGI script does."""
    from pycsw import server

    home = Path(server.__file__).parent
    lock = threading.Lock()
    log = (folder / "access.log").open("a", encoding="utf-8", buffering=1)

    def wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        started = time.perf_counter()
        name = environ.get("PATH_INFO", "").strip("/").partition("/")[0]
        body = b""
        if environ["REQUEST_METHOD"] == "POST":
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
        environ["local.app_root"] = str(home)
        state = (folder / "state").read_text().strip()
        configuration = settings(home, f"http://127.0.0.1:{port}/{name}/csw", folder / name / f"{state}.db")
        configuration["server"] |= {"maxrecords": str(PAGE), "language": "en-US"}
        status, contents = server.Csw(configuration, environ).dispatch_wsgi()
        start_response(
            {200: "200 OK"}.get(int(status.split()[0]), status),
            [("Content-Type", "application/xml; charset=UTF-8"), ("Content-Length", str(len(contents)))],
        )
        asked = OPERATION.search(
            body.decode(errors="replace") + unquote_plus(environ.get("QUERY_STRING", ""))
        )
        with lock:
            log.write(
                f"{time.time():.3f} {name} {environ['REQUEST_METHOD']} {asked[0] if asked else '?'} {status[:3]} "
                f"{len(contents)} {1000 * (time.perf_counter() - started):.1f}\n"
            )
        return [contents]

    return wsgi


def main() -> None:
    """``load DATABASE RECORDS`` fills a database; otherwise serve until stopped."""
    warnings.simplefilter("ignore")
    logging.disable(logging.INFO)
    if sys.argv[1] == "load":
        load(Path(sys.argv[2]).resolve(), Path(sys.argv[3]).resolve())
        return
    folder, port = Path(sys.argv[1]).resolve(), int(sys.argv[2])
    httpd = make_server("127.0.0.1", port, application(folder, port), ThreadedServer, Quiet)
    httpd.serve_forever()


if __name__ == "__main__":
    main()
