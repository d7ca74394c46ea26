"""A web server that honours conditional requests."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Site:
    """A server of one document per path: (body, headers); it honours If-None-Match and If-Modified-Since."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[bytes, dict[str, str]]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                body, headers = site.files[self.path]
                if "Location" in headers:
                    self.send_response(302)
                    body = b""
                elif site.holds(headers, self.headers):
                    self.send_response(304)
                    headers, body = {k: v for k, v in headers.items() if k == "ETag"}, b""
                else:
                    self.send_response(200)
                for name, value in headers.items():
                    self.send_header(name, value)
                if self.close_connection or body:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                return

        self.httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.httpd.server_address[1]}"
        self.url = f"http://{self.host}"
        threading.Thread(target=self.httpd.serve_forever, args=(0.05,), daemon=True).start()

    @staticmethod
    def holds(headers: dict[str, str], asked: object) -> bool:
        known = asked.get("If-None-Match")
        if known:
            return known.removeprefix("W/") == headers.get("ETag", "").removeprefix("W/")
        return (
            bool(headers.get("Last-Modified")) and asked.get("If-Modified-Since") == headers["Last-Modified"]
        )
