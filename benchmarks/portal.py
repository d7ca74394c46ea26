"""The benchmark's own portal: profile ``bench`` with PostgreSQL, Redis and Solr of its own, emptied before each side runs."""

from __future__ import annotations

import os
import re
import urllib.request
from pathlib import Path
from typing import Any

import psycopg2

from ops import demo, portal, services
from ops.profile import Profile

# A name of your own lets two people measure on one machine.
PROFILE = Profile(os.environ.get("KIELCE_BENCH_PROFILE", "bench"))
OURS = ("msip_csw", "dcat_rdf")
PEERS = ("csw_harvester", "dcat_rdf_harvester")
DATABASE, KEPT = "ckan", "bench_seeded"
UNIT = "mpec"


def raise_services() -> None:
    """Services up, tables made, units and domains seeded and kept as the state to which each side returns."""
    demo.raise_services(PROFILE)
    write_ini()
    with superuser() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (KEPT,))
        seeded = cursor.fetchone()
    stamp = PROFILE.folder / "seeded"
    wanted = portal.migrations_digest()
    if seeded and stamp.exists() and stamp.read_text() == wanted:
        return
    # what a former benchmark harvested is in the way
    with superuser() as cursor:
        for name in (DATABASE, KEPT):
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    (PROFILE.folder / f"migrated-{DATABASE}").unlink()
    portal.make_databases(PROFILE)
    portal.make_tables(PROFILE)
    portal.ckan(PROFILE, "search-index", "clear")
    portal.ckan(PROFILE, "kielce", "catalogue", "seed")
    with superuser() as cursor:
        disconnect(cursor, DATABASE)
        cursor.execute(f"CREATE DATABASE {KEPT} TEMPLATE {DATABASE} OWNER ckan")
    stamp.write_text(wanted)


def write_ini() -> None:
    """The portal's settings, and beside them the peers' settings: the same with their harvesters added.

    Ours and ckanext-dcat's harvester of RDF have one name, so each side has settings of its own.
    """
    text = portal.write_ini(PROFILE).read_text()
    text = re.sub(
        r"^(ckan\.redis\.url = \S+)$", r"\1?socket_timeout=86400", text, count=1, flags=re.MULTILINE
    )
    found = re.search(r"^ckan\.plugins =((?:\s*\n?[ ]+\S.*)+)", text, re.MULTILINE)
    if found is None:
        raise SystemExit("config/ckan.ini has no list of plugins")
    plugins = found[1].split()
    for side, wanted in (
        ("ours", [*plugins, *(name for name in OURS if name not in plugins)]),
        ("peer", [*(name for name in plugins if name != "dcat_rdf"), *PEERS]),
    ):
        path = ini(side)
        path.write_text(text.replace(found[0], f"ckan.plugins =\n  {' '.join(wanted)}"))
        path.chmod(0o600)


def ini(side: str) -> Path:
    """The settings of a side: ours or peer."""
    return PROFILE.ini if side == "ours" else PROFILE.folder / "peer.ini"


class superuser:  # noqa: N801 - used like a function
    """A cursor of the cluster's superuser, outside any transaction."""

    def __enter__(self) -> Any:
        self.connection = psycopg2.connect(
            host="127.0.0.1", port=PROFILE.ports["postgres"], user="postgres",
            password=PROFILE.secrets["postgres"], dbname="postgres",
        )  # fmt: skip
        self.connection.autocommit = True
        return self.connection.cursor()

    def __exit__(self, *error: object) -> None:
        self.connection.close()


def disconnect(cursor: Any, database: str) -> None:
    """End the connections of others to a database."""
    cursor.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
        (database,),
    )


def empty() -> None:
    """Back to the seeded state: database, index and queues. Nothing else may be connected."""
    with superuser() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {DATABASE} TEMPLATE {KEPT} OWNER ckan")
    request = urllib.request.Request(
        f"{solr_url()}/update?commit=true", data=b"<delete><query>*:*</query></delete>",
        headers={"Content-Type": "text/xml"},
    )  # fmt: skip
    urllib.request.urlopen(request, timeout=60).read()
    import redis

    redis.from_url(portal.addresses(PROFILE)["redis_url"]).flushdb()


def solr_url() -> str:
    """Address of the portal's Solr core."""
    return portal.addresses(PROFILE)["solr_url"]


def connect() -> Any:
    """A connection to the portal's database that shares nothing with the processes measured."""
    connection = psycopg2.connect(portal.addresses(PROFILE)["sqlalchemy_url"])
    connection.autocommit = True
    return connection


def stop() -> None:
    """Services down; the state is kept."""
    services.stop(PROFILE)
