"""A profile is one portal on this machine: its folder under ``var/``, its ports and its secrets."""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / "var" / "cache"
VENV = ROOT / ".venv"

# Each server of the portal asks for the first free port from here on, so that a port in use never stops a start.
PORT_BASES = {"demo": 5000, "test": 15000, "bench": 29000}
SERVERS = ("web", "postgres", "redis", "solr", "files", "mapserver", "pycsw", "app", "purge")

SECRETS = ("admin", "coordinator", "owner", "postgres", "ckan", "datastore", "datastore_ro", "session")


def port_is_free(port: int) -> bool:
    """True when nothing listens on the loopback port and we may bind it."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@dataclass(frozen=True)
class Profile:
    """One portal: ``demo`` or ``test`` (or any other name, for a developer's own)."""

    name: str

    @property
    def folder(self) -> Path:
        return ROOT / "var" / self.name

    @property
    def ini(self) -> Path:
        return self.folder / "ckan.ini"

    @cached_property
    def ports(self) -> dict[str, int]:
        """Port of each server; kept between runs, so that addresses stay the same."""
        path = self.folder / "ports.json"
        kept: dict[str, int] = {}
        if path.exists():
            kept = {str(name): int(port) for name, port in json.loads(path.read_text()).items()}
        return kept if kept.keys() >= set(SERVERS) else self.choose_ports(kept)

    def choose_ports(self, kept: Mapping[str, int] | None = None) -> dict[str, int]:
        """Take free ports anew, for servers that have none in ``kept``, and write them down."""
        ports: dict[str, int] = dict(kept or {})
        candidate = max([PORT_BASES.get(self.name, 25000), *(port + 1 for port in ports.values())])
        for server in SERVERS:
            if server in ports:
                continue
            while not port_is_free(candidate):
                candidate += 1
            ports[server] = candidate
            candidate += 1
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "ports.json").write_text(json.dumps(ports, indent=1))
        self.__dict__["ports"] = ports
        return ports

    @cached_property
    def secrets(self) -> dict[str, str]:
        """Passwords of this installation, made once and readable by their owner only."""
        path = self.folder / "secrets.json"
        if path.exists():
            return {str(name): str(value) for name, value in json.loads(path.read_text()).items()}
        made = {name: secrets.token_urlsafe(32) for name in SECRETS}
        self.write_secrets(made)
        return made

    def write_secrets(self, values: dict[str, str]) -> None:
        """Replace the secrets file; mode 0600 from its first byte."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "secrets.json"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            json.dump(values, stream, indent=1)
        self.__dict__["secrets"] = values

    @property
    def site_url(self) -> str:
        return os.environ.get("CKAN_SITE_URL") or f"http://127.0.0.1:{self.ports['web']}"
