"""A real SFTP server in this process, over a folder; it can be slow, full, and change its key."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from pathlib import Path

import paramiko
from ckanext.kielce.harvesters.utilities.sftp import fingerprint

USER, PASSWORD = "mpec", "tajne-haslo"


class SftpServer:
    """``folder`` is served at ``/``; ``opened`` are the files that were read, ``delay`` the seconds before each answer."""

    def __init__(
        self, folder: Path, key: paramiko.PKey | None = None, client_key: paramiko.PKey | None = None
    ) -> None:
        self.folder, self.key, self.client_key = folder, key or paramiko.ECDSAKey.generate(), client_key
        self.more_keys: list[paramiko.PKey] = []
        self.opened: list[str] = []
        self.logins: list[str] = []
        self.delay = 0.0
        self.transports: list[paramiko.Transport] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.url = f"sftp://{self.host}"
        self.fingerprint = fingerprint(self.key)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(sock)
            for key in (self.key, *self.more_keys):
                transport.add_server_key(key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, outer=self)
            self.transports.append(transport)
            with contextlib.suppress(
                paramiko.SSHException, EOFError, OSError
            ):  # a client may hang up at any point
                transport.start_server(server=_LogIn(self))

    def cut(self) -> None:
        """Break every connection."""
        for transport in self.transports:
            transport.close()

    def close(self) -> None:
        self.listener.close()
        self.cut()

    def write(self, name: str, content: str | bytes, when: int = 1_700_000_000) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        os.utime(path, (when, when))
        return path


class _LogIn(paramiko.ServerInterface):
    def __init__(self, outer: SftpServer) -> None:
        self.outer = outer

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"

    def check_auth_password(self, username: str, password: str) -> int:
        self.outer.logins.append(username)
        return paramiko.AUTH_SUCCESSFUL if (username, password) == (USER, PASSWORD) else paramiko.AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        self.outer.logins.append(username)
        return paramiko.AUTH_SUCCESSFUL if key == self.outer.client_key else paramiko.AUTH_FAILED


class _Handle(paramiko.SFTPHandle):
    def __init__(self, outer: SftpServer, path: Path) -> None:
        super().__init__(os.O_RDONLY)
        self.outer, self.path = outer, path
        self.readfile = path.open("rb")

    def read(self, offset: int, length: int) -> bytes:
        time.sleep(self.outer.delay)
        return super().read(offset, length)

    def stat(self) -> paramiko.SFTPAttributes:
        return paramiko.SFTPAttributes.from_stat(self.path.stat())


class _Files(paramiko.SFTPServerInterface):
    def __init__(self, server: paramiko.ServerInterface, outer: SftpServer) -> None:
        self.outer = outer

    def _real(self, path: str) -> Path:
        return self.outer.folder / path.lstrip("/")

    def list_folder(self, path: str):
        time.sleep(self.outer.delay)
        try:
            found = sorted(self._real(path).iterdir())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
        return [paramiko.SFTPAttributes.from_stat(each.lstat(), each.name) for each in found]

    def lstat(self, path: str):
        try:
            return paramiko.SFTPAttributes.from_stat(self._real(path).lstat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)

    stat = lstat

    def open(self, path: str, flags: int, attr: object):
        self.outer.opened.append(path)
        try:
            return _Handle(self.outer, self._real(path))
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
