"""``python -m demo.city build | serve | serve-msip | serve-sftp | sources``; the catalogue's is ``python -m demo.city.csw``."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from http.server import ThreadingHTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

from demo.city import DAY_BEGINS, ports


def _addresses(options: argparse.Namespace) -> dict[str, str]:
    """Addresses of the three servers from the options, else from the data folder."""
    data = getattr(options, "data", None) or getattr(options, "out", None)
    return ports.addresses(
        data, {"files": options.file_port, "mapserver": options.mapserver_port, "pycsw": options.pycsw_port}
    )


def city_day(asked: dt.date, now: dt.datetime) -> dt.date:
    """The day to build for: the one asked for, or the day before when that day's files would not be out by ``now`` (aware)."""
    begins = dt.datetime.combine(asked, DAY_BEGINS, dt.UTC)
    return asked - dt.timedelta(days=1) if now < begins < now + dt.timedelta(days=1) else asked


def _build(options: argparse.Namespace) -> None:
    from demo.city.build import build

    today = city_day(options.today, dt.datetime.now(dt.UTC))
    facts = build(options.out.resolve(), today, force=options.force)
    given = {"files": options.file_port, "mapserver": options.mapserver_port, "pycsw": options.pycsw_port}
    ports.remember(options.out.resolve(), given)
    print(
        "Up to date:" if facts["skipped"] else "Built:",
        ", ".join(f"{v} {k}" for k, v in facts.items() if isinstance(v, int | float) and k != "skipped"),
    )


def _run(server: ThreadingHTTPServer, what: str) -> None:
    print(f"{what}: http://127.0.0.1:{server.server_address[1]}/", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)


def _checked(data: Path) -> Path:
    if not (data / "build.json").exists():
        raise SystemExit(f"{data} holds no city: run `python -m demo.city build --out {data}` first")
    return data.resolve()


def _serve(options: argparse.Namespace) -> None:
    from demo.city.server import make_server

    now = dt.datetime.fromisoformat(options.now) if options.now else None
    try:
        server = make_server(_checked(options.data), options.port, now.astimezone() if now else None)
    except OSError as error:
        raise SystemExit(f"port {options.port} cannot be used: {error}") from error
    _run(server, "Files and interfaces")


def _serve_msip(options: argparse.Namespace) -> None:
    from demo.city.msip.server import make_server

    data = _checked(options.data)
    known = _addresses(options)
    try:
        server = make_server(data, options.port, f"{known['pycsw']}/csw" if "pycsw" in known else None)
    except OSError as error:
        raise SystemExit(f"port {options.port} cannot be used: {error}") from error
    except RuntimeError as error:
        raise SystemExit(str(error)) from error
    _run(server, "MapServer")


def _serve_sftp(options: argparse.Namespace) -> None:
    from demo.city.sftp import PASSWORD, USER, SftpServer

    try:
        server = SftpServer(_checked(options.data), options.port)
    except OSError as error:
        raise SystemExit(f"port {options.port} cannot be used: {error}") from error
    print(f"SFTP: sftp://127.0.0.1:{server.port}/, log-in {USER}:{PASSWORD}; a source of it:")
    print(json.dumps([server.source("pgo", "pgo")], ensure_ascii=False, indent=1), flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)


def _sources(options: argparse.Namespace) -> None:
    from demo.city.sources import sources

    known = _addresses(options)
    missing = [name for name in ports.NAMES if name not in known]
    if missing:
        raise SystemExit(
            f"give the ports of {', '.join(missing)} (--file-port, --mapserver-port, --pycsw-port)"
        )
    print(
        json.dumps(sources(known["files"], known["mapserver"], known["pycsw"]), ensure_ascii=False, indent=1)
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo.city", description=__doc__)
    commands = parser.add_subparsers(required=True)
    given = argparse.ArgumentParser(add_help=False)
    for name in ("file", "mapserver", "pycsw"):
        given.add_argument(f"--{name}-port", type=int, help="where that server will listen")
    build = commands.add_parser("build", parents=[given], help="make the data")
    build.add_argument("--out", type=Path, required=True)
    build.add_argument(
        "--today",
        type=dt.date.fromisoformat,
        default=dt.datetime.now(ZoneInfo("Europe/Warsaw")).date(),
        help="the day that the city lives in",
    )
    build.add_argument("--force", action="store_true", help="build even when it is up to date")
    build.set_defaults(run=_build)
    serve = commands.add_parser("serve", help="files, JSON interfaces, GTFS and air quality")
    serve.add_argument("--now", help="stop the clock of the live answers at this time (ISO 8601)")
    msip = commands.add_parser("serve-msip", parents=[given], help="MapServer: WFS and WMS")
    sftp = commands.add_parser("serve-sftp", help="the units' folders over SFTP")
    for command, function in ((serve, _serve), (msip, _serve_msip), (sftp, _serve_sftp)):
        command.add_argument("--data", type=Path, required=True, help="folder made by `build`")
        command.add_argument("--port", type=int, required=True)
        command.set_defaults(run=function)
    sources = commands.add_parser("sources", parents=[given], help="print the harvest sources as JSON")
    sources.add_argument("--data", type=Path, help="folder whose ports are meant, when none are given")
    sources.set_defaults(run=_sources)
    return parser


def main(arguments: list[str] | None = None) -> None:
    """Run a command."""
    options = _parser().parse_args(arguments)
    options.run(options)


if __name__ == "__main__":
    main()
