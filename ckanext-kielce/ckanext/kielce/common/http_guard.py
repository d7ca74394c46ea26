"""Which addresses outgoing requests may reach, and a urllib3 connection that reaches only those.

The name is resolved once, every address is checked, and the connection is made to a checked address; between
check and use there is no second look-up, so a name server that changes its answer (DNS rebinding) is no
way in.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Collection
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# Ways to write an IPv4 address inside an IPv6 one: network, and how far right the four bytes stand (in bits).
EMBEDDED_IPV4: tuple[tuple[ipaddress.IPv6Network, int], ...] = (
    (ipaddress.IPv6Network("::ffff:0:0/96"), 0),  # IPv4-mapped
    (ipaddress.IPv6Network("::/96"), 0),  # IPv4-compatible, deprecated
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),  # NAT64
    (ipaddress.IPv6Network("2002::/16"), 80),  # 6to4
)
# Local-use NAT64 and Teredo tunnels end inside some network that we cannot judge.
OPAQUE_TUNNELS = (ipaddress.IPv6Network("64:ff9b:1::/48"), ipaddress.IPv6Network("2001::/32"))


class AddressRefusedError(Exception):
    """The host resolves to an address that outgoing requests must not reach."""

    def __init__(self, host: str, port: int, address: str) -> None:
        super().__init__(f"{host}:{port} -> {address}")
        self.host, self.port, self.address = host, port, address


def is_public(address: IPAddress) -> bool:
    """True for an address on the public internet, also when an IPv4 address hides inside an IPv6 one."""
    if isinstance(address, ipaddress.IPv6Address):
        if any(address in network for network in OPAQUE_TUNNELS):
            return False
        for network, shift in EMBEDDED_IPV4:
            if address in network:
                return is_public(ipaddress.IPv4Address((int(address) >> shift) & 0xFFFFFFFF))
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def host_port(host: str, port: int) -> str:
    """The form of an allow-list entry: lower case, IPv6 in brackets, the port always written."""
    bare = host.strip("[]").lower()
    return f"[{bare}]:{port}" if ":" in bare else f"{bare}:{port}"


class Clock:
    """Total time limit of one fetch. When it runs out, the open socket is shut down, whatever it waits for.

    A limit on each read is not enough: a server that sends one header byte a second never trips it.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.deadline = time.monotonic() + seconds
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    @property
    def remaining(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.deadline - time.monotonic())

    @property
    def expired(self) -> bool:
        return self.remaining <= 0

    def watch(self, sock: socket.socket) -> None:
        """Watch this connection from now on (a duplicate handle: TLS detaches the original)."""
        with self._lock:
            self._forget()
            self._socket = sock.dup()

    def close(self) -> None:
        self._timer.cancel()
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _cut(self) -> None:
        with self._lock:
            if self._socket is not None:
                try:
                    self._socket.shutdown(socket.SHUT_RDWR)
                except OSError:  # already closed by the other side
                    return


class Guard:
    """Resolves a host and lets through only what may be reached."""

    def __init__(self, allow_hosts: Collection[str], clock: Clock) -> None:
        self.allow_hosts = {entry.lower() for entry in allow_hosts}
        self.clock = clock

    def addresses(self, host: str, port: int) -> list[tuple[int, Any]]:
        """(family, socket address) pairs of the host, all of them checked.

        Raises AddressRefusedError when any of them is internal, socket.gaierror when the name is unknown.
        """
        bare = host.strip("[]")
        found = socket.getaddrinfo(bare, port, type=socket.SOCK_STREAM)
        if host_port(host, port) not in self.allow_hosts:
            for _family, _type, _proto, _name, sockaddr in found:
                text = str(sockaddr[0]).split("%", 1)[0]
                if not is_public(ipaddress.ip_address(text)):
                    raise AddressRefusedError(bare, port, text)
        return [(int(family), sockaddr) for family, _type, _proto, _name, sockaddr in found]


class _Guarded:
    """Mixin for urllib3 connections; ``guard`` is set by `connection_class`."""

    guard: Guard

    def _new_conn(self) -> socket.socket:
        this: Any = self
        host, port = this.host, this.port
        try:
            addresses = self.guard.addresses(host, port)
        except (socket.gaierror, UnicodeError) as error:
            reason = error if isinstance(error, socket.gaierror) else socket.gaierror(str(error))
            raise NameResolutionError(host, this, reason) from error
        last: OSError = OSError("no address")
        for family, sockaddr in addresses:
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                sock.settimeout(max(0.01, min(float(this.timeout or 10), self.guard.clock.remaining)))
                sock.connect(sockaddr)
            except OSError as error:
                sock.close()
                last = error
                continue
            self.guard.clock.watch(sock)
            return sock
        if isinstance(last, TimeoutError):
            raise ConnectTimeoutError(this, f"connection to {host} timed out") from last
        raise NewConnectionError(this, f"cannot connect: {last}") from last


def connection_class(guard: Guard, *, tls: bool) -> type[HTTPConnection]:
    """A urllib3 connection class bound to this guard."""
    base: type[HTTPConnection] = HTTPSConnection if tls else HTTPConnection
    return type("GuardedConnection", (_Guarded, base), {"guard": guard})
