"""A folder on an SFTP server: its listing and its files, within the limits and behind the guard of the HTTP client.

The server is known by its host key, pinned in the source's settings; the log-in comes from the source's secret. Addresses
are checked and connected to as for HTTP (internal ones only when ``ckanext.kielce.http.allow_hosts`` lists host:port). Every
operation has ``total_timeout`` seconds, each silence ``read_timeout``; listings are bounded, links are not followed.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import io
import logging
import os
import re
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO
from urllib.parse import quote, unquote, urlsplit

import paramiko
from ckanext.kielce.common.http import FetchError, HttpSettings
from ckanext.kielce.common.http_errors import fetch_error
from ckanext.kielce.common.http_guard import AddressRefusedError, Clock, Guard, host_port
from ckanext.kielce.harvest.records import Client, Source, SourceError

from .index import MAX_NAME, IndexEntry

#: Entries of one folder; a longer listing is refused rather than read in part.
MAX_ENTRIES = 5000
CHUNK = 32 * 1024
PORT = 22
FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}=?")
# paramiko logs every refusal with its traceback; we say it ourselves.
LOG = f"{__name__}.transport"
logging.getLogger(LOG).setLevel(logging.CRITICAL)
# A server with several keys shows the kind that we ask for: first what both like best, then the others.
HOST_KEYS: tuple[tuple[str, ...], ...] = ((), ("ecdsa-",), ("rsa-", "ssh-rsa"))
KEY_TYPES = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


class OtherKeyError(SourceError):
    """The server shows a key that is not pinned."""


def host_key_complaint(value: str) -> str | None:
    """What is wrong with the setting ``host_key``, None when it can be used."""
    if value.split() and all(FINGERPRINT.fullmatch(word) for word in value.split()):
        return None
    return (
        "give the server's fingerprint as `ssh-keygen -lf` prints it, SHA256:…; several are parted by spaces"
    )


@dataclass(frozen=True)
class Stamp:
    """What the server says of a file: bytes and the second of its last change."""

    size: int
    mtime: int

    @property
    def day(self) -> str:
        """The day of the last change (UTC, ISO)."""
        return datetime.fromtimestamp(self.mtime, timezone.utc).date().isoformat() if self.mtime else ""

    def __str__(self) -> str:
        return f"{self.size}-{self.mtime}"


class SftpFolder:
    """The folder of a source, connected for the time of the ``with`` block; connected anew once when the line breaks."""

    def __init__(self, source: Source, client: Client) -> None:
        self.source, self.client = source, client
        self.rules = client.settings or HttpSettings.from_config()
        parts = urlsplit(source.url)
        self.host, self.port = parts.hostname or "", parts.port or PORT
        self.root = "/" + unquote(parts.path).strip("/")
        self._transport: paramiko.Transport | None = None
        self._sftp: paramiko.SFTPClient | None = None
        self._socket: socket.socket | None = None
        self._stamps: dict[str, Stamp] = {}

    def __enter__(self) -> SftpFolder:
        self._connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    # What can be asked

    def url(self, path: str) -> str:
        """The sftp address of a path."""
        port = "" if self.port == PORT else f":{self.port}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"sftp://{host}{port}{quote(path)}"

    def path(self, url: str) -> str | None:
        """The path of an address on this server inside the source's folder; None for any other."""
        parts = urlsplit(url)
        path = unquote(parts.path)
        same = parts.scheme == "sftp" and (parts.hostname, parts.port or PORT) == (self.host, self.port)
        inside = path.startswith(self.root.rstrip("/") + "/") and ".." not in path.split("/")
        return path if same and inside and "\0" not in path else None

    def entries(self, path: str | None = None) -> list[IndexEntry]:
        """Files and folders in a folder, by name; hidden ones, links and devices left out.

        Raises FetchError; SourceError for a listing of more than `MAX_ENTRIES`.
        """
        folder = path or self.root
        found: list[IndexEntry] = []
        with self._asking(folder) as sftp:
            for number, attributes in enumerate(sftp.listdir_iter(folder)):
                if number >= MAX_ENTRIES:
                    self._close()  # the rest of the listing is still on its way
                    raise SourceError(
                        f"{self.url(folder)} holds more than {MAX_ENTRIES} entries; split it into sub-folders.",
                        f"W {self.url(folder)} jest ponad {MAX_ENTRIES} pozycji; podziel go na podfoldery.",
                    )
                name, mode = attributes.filename, attributes.st_mode or 0
                if "/" in name or "\0" in name or name.startswith(".") or len(name) > MAX_NAME:
                    continue
                full = str(PurePosixPath(folder) / name)
                if stat.S_ISDIR(mode):
                    found.append(IndexEntry(self.url(full), name, True))
                elif stat.S_ISREG(mode):
                    stamp = Stamp(int(attributes.st_size or 0), int(attributes.st_mtime or 0))
                    self._stamps[full] = stamp
                    found.append(IndexEntry(self.url(full), name, False, size=stamp.size, modified=stamp.day))
        return sorted(found, key=lambda entry: entry.name)

    def stamp(self, path: str) -> Stamp:
        """Size and time of a file. Raises FetchError when it is missing or no plain file."""
        if path not in self._stamps:
            with self._asking(path) as sftp:
                attributes = sftp.lstat(path)
                if not stat.S_ISREG(attributes.st_mode or 0):
                    raise OSError(errno.ENOENT, "not a plain file")
                self._stamps[path] = Stamp(int(attributes.st_size or 0), int(attributes.st_mtime or 0))
        return self._stamps[path]

    def read(self, path: str, limit: int) -> bytes:
        """The bytes of a small file. Raises FetchError, also when it is larger than ``limit``."""
        with io.BytesIO() as kept:
            self._copy(path, kept, limit)
            return kept.getvalue()

    def head(self, path: str, length: int) -> bytes:
        """The first bytes of a file. Raises FetchError."""
        with self._asking(path) as sftp, sftp.open(path, "rb") as remote:
            return remote.read(min(length, CHUNK))

    def download(self, path: str, to: Path, limit: int) -> str:
        """Copy a file and return its SHA-256. Raises FetchError; also when the file changed while it was read."""
        with to.open("wb") as kept:
            return self._copy(path, kept, limit)

    # Inside

    def _copy(self, path: str, kept: IO[bytes], limit: int) -> str:
        stamp = self.stamp(path)
        if stamp.size > limit:
            raise fetch_error("too_large", self.url(path), limit=limit)
        digest, length = hashlib.sha256(), 0
        with self._asking(path) as sftp, sftp.open(path, "rb") as remote:
            while chunk := remote.read(CHUNK):
                length += len(chunk)
                if length > limit:
                    raise fetch_error("too_large", self.url(path), limit=limit)
                digest.update(chunk)
                kept.write(chunk)
            after = sftp.lstat(path)  # by path, for not every server can tell it of an open file
        self.client.bytes += length
        if (length, after.st_size, int(after.st_mtime or 0)) != (stamp.size, stamp.size, stamp.mtime):
            self._stamps.pop(path, None)
            reason = "the file changed while it was read"
            raise fetch_error("connection", self.url(path), reason=reason)
        return digest.hexdigest()

    def _connect(self) -> None:
        user, password, key = _login(self.source)
        pinned = str(self.source.config.get("host_key") or "").split()
        other: OtherKeyError | None = None
        for kinds in HOST_KEYS:
            try:
                self._log_in(user, password, key, pinned, kinds)
                return
            except OtherKeyError as error:  # the server may have the pinned key as well, of another kind
                other = other or error
                self._close()
            except FetchError:
                self._close()
                if other is None:
                    raise
            except BaseException:
                self._close()
                raise
        if other is not None:
            raise other

    def _log_in(
        self, user: str, password: str, key: paramiko.PKey | None, pinned: list[str], kinds: tuple[str, ...]
    ) -> None:
        with self._within(self.root) as clock:
            sock = self._reach(clock)
            self._socket = sock
            self._transport = transport = paramiko.Transport(sock)
            transport.set_log_channel(LOG)
            offered = transport.get_security_options()
            offered.key_types = [name for name in offered.key_types if not kinds or name.startswith(kinds)]
            transport.banner_timeout = transport.auth_timeout = self.rules.read_timeout
            transport.start_client(timeout=min(self.rules.read_timeout, clock.remaining))
            _check_host_key(transport.get_remote_server_key(), pinned, self.url(self.root))
            if key is not None:
                transport.auth_publickey(user, key)
            else:
                transport.auth_password(user, password, fallback=False)
            sftp = paramiko.SFTPClient.from_transport(transport)
            if sftp is None:
                raise paramiko.SSHException("the server has no SFTP")
            sftp.get_channel().settimeout(self.rules.read_timeout)  # type: ignore[union-attr]
            self._sftp = sftp

    def _reach(self, clock: Clock) -> socket.socket:
        """A connection to a checked address."""
        last: OSError = OSError("no address")
        for family, address in Guard(self.rules.allow_hosts, clock).addresses(self.host, self.port):
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                sock.settimeout(max(0.01, min(self.rules.connect_timeout, clock.remaining)))
                sock.connect(address)
            except OSError as error:
                sock.close()
                last = error
                continue
            clock.watch(sock)
            return sock
        raise last

    def _close(self) -> None:
        for each in (self._transport, self._socket):
            if each is not None:
                each.close()
        self._transport = self._sftp = self._socket = None

    @contextmanager
    def _asking(self, path: str) -> Iterator[paramiko.SFTPClient]:
        """The connected client for one operation, its time counted; connected anew when the line broke before."""
        self.client.requests += 1
        if self._transport is None or not self._transport.is_active():
            self._close()
            self._connect()
        with self._within(path) as clock:
            if self._socket is None or self._sftp is None:  # pragma: no cover - _connect raises instead
                raise paramiko.SSHException("not connected")
            clock.watch(self._socket)
            yield self._sftp

    @contextmanager
    def _within(self, path: str) -> Iterator[Clock]:
        """One operation within ``total_timeout``; what goes wrong becomes a FetchError."""
        clock, url = Clock(self.rules.total_timeout), self.url(path)
        try:
            yield clock
        except (FetchError, SourceError):
            raise
        except AddressRefusedError as error:
            entry = host_port(error.host, error.port)
            raise fetch_error("refused_address", url, address=error.address, entry=entry) from error
        except paramiko.AuthenticationException as error:
            secret = self.source.config.get("secret")
            raise fetch_error("connection:login", url, reason=_short(error), secret=secret) from error
        except (paramiko.SSHException, EOFError, OSError, UnicodeError, ValueError) as error:
            if clock.expired:
                raise fetch_error("timeout", url, seconds=round(self.rules.total_timeout)) from error
            if isinstance(error, TimeoutError):
                raise fetch_error("timeout:silent", url, seconds=round(self.rules.read_timeout)) from error
            if isinstance(error, OSError) and error.errno in (errno.ENOENT, errno.EACCES):
                raise fetch_error("connection:missing", url, reason=_short(error)) from error
            raise fetch_error("connection", url, reason=_short(error)) from error
        finally:
            clock.close()


def _short(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return text[:120] or type(error).__name__


def fingerprint(key: paramiko.PKey) -> str:
    """A key's fingerprint as OpenSSH prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")


def _check_host_key(key: paramiko.PKey, pinned: list[str], url: str) -> None:
    shown = fingerprint(key)
    if shown in {word.rstrip("=") for word in pinned}:
        return
    kind = key.get_name()
    if not pinned:
        raise SourceError(
            f"{url}: the setting host_key is missing. The server shows {shown} ({kind}); compare it with what its operator "
            "tells you, and enter it.",
            f"{url}: brak ustawienia host_key. Serwer przedstawia {shown} ({kind}); porównaj z tym, co poda jego operator, "
            "i wpisz.",
        )
    raise OtherKeyError(
        f"{url}: the server shows another key than the pinned one: {shown} ({kind}). Nothing was sent to it. Ask its "
        "operator whether the key was changed; only then enter the new one in host_key.",
        f"{url}: serwer przedstawia inny klucz niż zapisany: {shown} ({kind}). Nic mu nie wysłano. Zapytaj operatora, czy "
        "klucz zmieniono; dopiero wtedy wpisz nowy w host_key.",
    )


def _login(source: Source) -> tuple[str, str, paramiko.PKey | None]:
    """(user, password, private key) from the source's secret: user:password, user:file:/path/of/key, user:-----BEGIN … key."""
    name = source.config.get("secret")
    user, separator, rest = os.environ.get(f"KIELCE_SECRET_{name}", "").partition(":")
    if not name or not separator or not user:
        raise SourceError(
            "SFTP needs a log-in: write the name of a secret in the setting 'secret', and user:password, "
            f"user:file:/path/of/the/key or user: and the key itself in KIELCE_SECRET_{name or '<NAME>'}.",
            "SFTP wymaga logowania: w ustawieniu „secret” wpisz nazwę hasła, a w zmiennej "
            f"KIELCE_SECRET_{name or '<NAZWA>'} podaj użytkownik:hasło, użytkownik:file:/ścieżka/klucza albo "
            "użytkownik: i sam klucz.",
        )
    if rest.startswith("file:"):
        try:
            rest = Path(rest.removeprefix("file:")).read_text(encoding="ascii")
        except (OSError, UnicodeError) as error:
            raise _bad_key(str(name)) from error
    elif not rest.startswith("-----BEGIN"):
        return user, rest, None
    for kind in KEY_TYPES:
        try:
            return user, "", kind.from_private_key(io.StringIO(rest.replace("\\n", "\n")))
        except (paramiko.SSHException, ValueError, IndexError):
            continue
    raise _bad_key(str(name))


def _bad_key(name: str) -> SourceError:
    return SourceError(
        f"The private key in KIELCE_SECRET_{name} cannot be read; give an Ed25519, ECDSA or RSA key without a passphrase.",
        f"Nie da się odczytać klucza prywatnego z KIELCE_SECRET_{name}; podaj klucz Ed25519, ECDSA albo RSA bez hasła.",
    )
