"""A mail server that takes letters and keeps them."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator

import pytest


class Handler(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as `smtplib` speaks to a server without extensions."""

    def answer(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        self.answer("220 test")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.answer("354 go on")
                lines = []
                while (line := self.rfile.readline()) != b".\r\n":
                    lines.append(line[1:] if line.startswith(b"..") else line)
                self.server.letters.append(b"".join(lines))
            self.answer("221 bye" if verb == b"QUIT" else "250 ok")
            if verb == b"QUIT":
                return


class Server(socketserver.ThreadingTCPServer):
    """Letters as they came, headers and all."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.letters: list[bytes] = []
        self.port: int = self.server_address[1]


@pytest.fixture
def smtp_server() -> Iterator[Server]:
    with Server() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()
