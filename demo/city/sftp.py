"""The units' folders over SFTP, read only, as a utility's own server would offer them.

The host key is made once and kept with the city's data; the log-in is made up. The demo portal reads the same folders over
HTTP; this server is for trying the other way: ``python -m demo.city serve-sftp`` prints a source ready for ``ckan kielce
harvest create``.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import socket
import threading
from pathlib import Path
from typing import Any

import paramiko

USER, PASSWORD = "portal", "dane-przykladowe"
KEY_FILE = "sftp_host_key"
MAX_CONNECTIONS = 8


def host_key(data: Path) -> paramiko.PKey:
    """The server's key, made when the city has none yet."""
    path = data / KEY_FILE
    if not path.exists():
        paramiko.ECDSAKey.generate().write_private_key_file(str(path))
    return paramiko.ECDSAKey.from_private_key_file(str(path))


def fingerprint(key: paramiko.PKey) -> str:
    """A key's fingerprint as ``ssh-keygen -l`` prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")


class SftpServer:
    """Serves ``<data>/files`` at the root of the account."""

    def __init__(self, data: Path, port: int) -> None:
        self.root, self.key = (data / "files").resolve(), host_key(data)
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self.listener.getsockname()[1]
        self._free = threading.Semaphore(MAX_CONNECTIONS)

    def serve_forever(self) -> None:
        """Take connections until the listener is closed."""
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(sock,), daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self.listener.close()

    def _one(self, sock: socket.socket) -> None:
        with self._free, contextlib.suppress(paramiko.SSHException, EOFError, OSError):
            transport = paramiko.Transport(sock)
            transport.add_server_key(self.key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, root=self.root)
            transport.start_server(server=_LogIn())
            transport.join()

    def source(self, folder: str, owner: str) -> dict[str, Any]:
        """The harvest source of one of its folders."""
        return {
            "name": f"sftp-{folder}",
            "title": f"SFTP: {folder} (dane przykładowe)",
            "url": f"sftp://127.0.0.1:{self.port}/{folder}/",
            "source_type": "utility_files",
            "owner_org": owner,
            "frequency": "DAILY",
            "config": {
                "secret": "SFTP",
                "host_key": fingerprint(self.key),
                "sample_data": True,
                "domain": "odpady",
            },
        }


class _LogIn(paramiko.ServerInterface):
    def check_channel_request(self, kind: str, chanid: int) -> int:
        return (
            paramiko.OPEN_SUCCEEDED if kind == "session" else paramiko.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED
        )

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_auth_password(self, username: str, password: str) -> int:
        good = (username, password) == (USER, PASSWORD)
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED


class _Files(paramiko.SFTPServerInterface):
    """The read-only half of SFTP; nothing outside the root is reached, whatever the path."""

    def __init__(self, server: paramiko.ServerInterface, root: Path) -> None:
        self.root = root

    def _path(self, path: str) -> Path:
        found = (self.root / path.lstrip("/")).resolve()
        if found != self.root and self.root not in found.parents:
            raise PermissionError(13, "outside the folder")
        return found

    def list_folder(self, path: str) -> Any:
        try:
            names = sorted(self._path(path).iterdir())
            return [paramiko.SFTPAttributes.from_stat(each.lstat(), each.name) for each in names]
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    def lstat(self, path: str) -> Any:
        try:
            return paramiko.SFTPAttributes.from_stat(self._path(path).lstat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    stat = lstat

    def open(self, path: str, flags: int, attr: Any) -> Any:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND):
            return paramiko.SFTP_PERMISSION_DENIED
        try:
            handle = paramiko.SFTPHandle(flags)
            handle.readfile = self._path(path).open("rb")  # type: ignore[attr-defined]
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        return handle
