"""The one way out: a guarded HTTP client for harvesters, link checks and live data.

``fetch`` refuses internal addresses (each redirect too), limits size, compression ratio and time, retries
what is worth retrying, keeps credentials out of messages, and spools the answer to a file.

    with fetch(url, etag=known_etag) as response:
        if not response.not_modified:
            read(response.path)

Known limit: no proxy is used, for behind one the address that is really reached cannot be checked.
"""

from __future__ import annotations

import hashlib
import logging
import random
import re
import tempfile
import threading
import time
import weakref
from collections.abc import Mapping
from dataclasses import replace
from email.utils import parsedate_to_datetime
from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from pathlib import Path
from types import TracebackType
from urllib.parse import unquote, urljoin, urlsplit

from ckanext.kielce.common.http_errors import FetchError, fetch_error, safe_url
from ckanext.kielce.common.http_guard import AddressRefusedError, Clock, Guard, connection_class, host_port
from ckanext.kielce.common.http_settings import HttpSettings
from urllib3 import HTTPConnectionPool, HTTPHeaderDict, HTTPSConnectionPool, Timeout
from urllib3.exceptions import HTTPError, InvalidHeader, LocationParseError, NewConnectionError, SSLError
from urllib3.exceptions import TimeoutError as PoolTimeoutError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Url, make_headers, parse_url

__all__ = ["FetchError", "HttpSettings", "Response", "check_url", "fetch", "safe_url"]

log = logging.getLogger(__name__)

RETRY_STATUS = frozenset({429, 502, 503, 504})
REDIRECT_STATUS = frozenset({301, 302, 303, 307, 308})
CHUNK = 1 << 16
# What is asked for and unpacked within the limits. Anything else, and codings laid over each other, is refused.
ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
RATIO_FLOOR = 1 << 20  # small answers may compress as well as they like
ERROR_BODY = 4096  # bytes of an error's body kept for the one who has to explain it
SECRET_HEADERS = ("authorization", "cookie", "proxy-authorization", "x-api-key", "x-clientid")


class Response:
    """An answer; the file of its body is removed at the end of the ``with`` block (or with the object)."""

    def __init__(
        self, status: int, url: str, headers: Mapping[str, str], path: Path | None, length: int, sha256: str
    ) -> None:
        self.status, self.url, self.headers, self.path = status, url, headers, path
        self.length, self.sha256 = length, sha256
        self._cleanup = weakref.finalize(self, path.unlink, missing_ok=True) if path else None

    @property
    def not_modified(self) -> bool:
        """True when the server said that what we know by ETag or date still holds; it sends no body then."""
        return self.status == 304

    @property
    def body(self) -> bytes:
        """The whole body, decompressed."""
        return self.path.read_bytes() if self.path else b""

    def close(self) -> None:
        if self._cleanup:
            self._cleanup()

    def __enter__(self) -> Response:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def fetch(
    url: str,
    *,
    etag: str | None = None,
    last_modified: str | None = None,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    max_bytes: int | None = None,
    timeout: float | None = None,
    settings: HttpSettings | None = None,
) -> Response:
    """Fetch ``url`` within the limits; ``timeout`` (seconds) and ``max_bytes`` replace the configured ones.

    Credentials written into the URL are sent as a header. Raises FetchError, also for a status from 400 up.
    """
    rules = settings or HttpSettings.from_config()
    rules = replace(
        rules, max_bytes=max_bytes or rules.max_bytes, total_timeout=timeout or rules.total_timeout
    )
    wanted = HTTPHeaderDict(headers or {})
    if etag:
        wanted["If-None-Match"] = etag
    if last_modified:
        wanted["If-Modified-Since"] = last_modified
    clock = Clock(rules.total_timeout)
    try:
        return _Fetch(rules, clock).run(method.upper(), url, wanted, body)
    finally:
        clock.close()


def check_url(url: str, settings: HttpSettings | None = None) -> None:
    """Raise FetchError when ``url`` is no http(s) address or an internal one; nothing is requested."""
    rules = settings or HttpSettings.from_config()
    target, _credentials = _parse(url)
    clock = Clock(rules.connect_timeout)
    try:
        Guard(rules.allow_hosts, clock).addresses(target.host or "", _port(target))
    except AddressRefusedError as error:
        raise _refused(url, error) from error
    except (OSError, UnicodeError) as error:
        raise fetch_error("connection", url, reason=str(error)) from error
    finally:
        clock.close()


def _refused(url: str, error: AddressRefusedError) -> FetchError:
    return fetch_error("refused_address", url, address=error.address, entry=host_port(error.host, error.port))


def _port(target: Url) -> int:
    return target.port or (443 if target.scheme == "https" else 80)


def _parse(url: str) -> tuple[Url, str | None]:
    """The address normalised (percent-encoding, IDNA) and its "user:password", if it holds one."""
    try:
        target = parse_url(url.strip())
    except (LocationParseError, ValueError) as error:
        raise fetch_error("bad_url", url) from error
    if target.scheme not in {"http", "https"} or not target.host or target.port == 0:
        raise fetch_error("bad_url", url)
    return target._replace(auth=None, fragment=None), target.auth


class _Pace:
    """At most so many requests a second to a host, in this process."""

    def __init__(self) -> None:
        self._next: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, host: str, rate: float, clock: Clock) -> None:
        if rate <= 0:
            return
        with self._lock:
            now = time.monotonic()
            start = max(now, self._next.get(host, 0.0))
            self._next[host] = start + 1.0 / rate
        time.sleep(min(start - now, clock.remaining))


_pace = _Pace()
_ours = threading.local()  # .busy while this thread is inside a request of ours


class _Quiet(logging.Filter):
    """Keeps urllib3's own debug lines out of the log: they hold whole addresses, secrets included."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not getattr(_ours, "busy", False)


logging.getLogger("urllib3.connectionpool").addFilter(_Quiet())


class _Fetch:
    """One call of `fetch`: its hops and attempts share the clock."""

    def __init__(self, rules: HttpSettings, clock: Clock) -> None:
        self.rules, self.clock = rules, clock
        self.guard = Guard(rules.allow_hosts, clock)

    def run(self, method: str, url: str, headers: HTTPHeaderDict, body: bytes | None) -> Response:
        seen = {(method, url)}
        while True:
            answer = self._with_retries(method, url, headers, body)
            if isinstance(answer, Response):
                return answer
            status, location = answer
            following = urljoin(url, location)
            if (urlsplit(following).scheme, urlsplit(following).netloc) != (
                urlsplit(url).scheme,
                urlsplit(url).netloc,
            ):
                for name in SECRET_HEADERS:  # credentials are for the host they were given for
                    headers.discard(name)
            if status == 303 or (status in {301, 302} and method == "POST"):
                method, body = ("HEAD" if method == "HEAD" else "GET"), None
                headers.discard("content-type")
            if (method, following) in seen or len(seen) > self.rules.max_redirects:
                raise fetch_error("redirect_loop", following, limit=self.rules.max_redirects)
            seen.add((method, following))
            url = following

    def _with_retries(
        self, method: str, url: str, headers: HTTPHeaderDict, body: bytes | None
    ) -> Response | tuple[int, str]:
        attempt = 0
        while True:
            pause: float | None = None
            try:
                return self._once(method, url, headers, body)
            except _RetryableError as trouble:
                error, pause = trouble.error, trouble.pause
                error.retry_after = pause
            if self.clock.expired:
                raise fetch_error("timeout", url, seconds=round(self.rules.total_timeout)) from error
            backoff = self.rules.backoff_ms / 1000 * 2**attempt * random.uniform(1.0, 1.25)  # noqa: S311 (jitter)
            pause = backoff if pause is None else max(pause, 0.0)
            if attempt >= self.rules.retries or pause >= self.clock.remaining:
                raise error
            attempt += 1
            log.info("Attempt %s for %s in %.1f s: %s", attempt + 1, safe_url(url), pause, error.message)
            time.sleep(pause)

    def _once(
        self, method: str, url: str, headers: HTTPHeaderDict, body: bytes | None
    ) -> Response | tuple[int, str]:
        target, credentials = _parse(url)
        host, port = target.host or "", _port(target)
        own = host_port(host, port) in self.guard.allow_hosts
        _pace.wait(host_port(host, port), 0 if own else self.rules.requests_per_second, self.clock)
        tls = target.scheme == "https"
        pool = (HTTPSConnectionPool if tls else HTTPConnectionPool)(host.strip("[]"), port, maxsize=1)
        pool.ConnectionCls = connection_class(self.guard, tls=tls)
        sent = HTTPHeaderDict({"User-Agent": self.rules.user_agent, "Accept-Encoding": "gzip, deflate"})
        if credentials:
            sent.extend(make_headers(basic_auth=unquote(credentials)))
        for name, value in headers.items():
            sent[name] = value
        _ours.busy = True
        try:
            answer = pool.urlopen(
                method,
                target.request_uri,
                body=body,
                headers=sent,
                retries=False,
                redirect=False,
                preload_content=False,
                timeout=Timeout(
                    connect=max(0.01, min(self.rules.connect_timeout, self.clock.remaining)),
                    read=max(0.01, min(self.rules.read_timeout, self.clock.remaining)),
                ),
            )
            try:
                return self._answer(method, url, answer, asked=_is_conditional(headers))
            finally:
                answer.close()
        except AddressRefusedError as error:
            raise _refused(url, error) from error
        except (HTTPError, OSError, ValueError) as error:
            raise self._trouble(url, error) from error
        finally:
            _ours.busy = False
            pool.close()

    def _trouble(self, url: str, error: Exception) -> Exception:
        """The exception to raise for a failed request."""
        if self.clock.expired:
            return fetch_error("timeout", url, seconds=round(self.rules.total_timeout))
        if isinstance(error, SSLError):
            return fetch_error("connection:tls", url, reason=_reason(error))
        if isinstance(error, PoolTimeoutError | TimeoutError) and not isinstance(error, NewConnectionError):
            return _RetryableError(fetch_error("timeout:silent", url, seconds=round(self.rules.read_timeout)))
        nonsense = _nonsense(error)
        if nonsense:
            return fetch_error("connection:nonsense", url, reason=nonsense)
        if isinstance(error, ValueError) and not isinstance(error, HTTPError | UnicodeError):
            return fetch_error("bad_url", url)
        return _RetryableError(fetch_error("connection", url, reason=_reason(error)))

    def _answer(
        self, method: str, url: str, answer: BaseHTTPResponse, *, asked: bool
    ) -> Response | tuple[int, str]:
        status = answer.status
        if status in REDIRECT_STATUS and answer.headers.get("Location"):
            return status, answer.headers["Location"]
        if status == 304 and not asked:
            raise fetch_error("http_error", url, status)
        encoding = (answer.headers.get("Content-Encoding") or "").strip().lower()
        if encoding not in ENCODINGS and method != "HEAD" and status != 304:
            raise fetch_error("connection:encoding", url, status, encoding=encoding[:40])
        if status >= 400:
            start = answer.read(ERROR_BODY, decode_content=True) if method != "HEAD" else b""
            error = fetch_error(
                "http_error" if status not in (401, 403) else "http_error:login", url, status, start
            )
            if status in RETRY_STATUS:
                raise _RetryableError(error, _retry_after(answer.headers.get("Retry-After")))
            raise error
        if method == "HEAD" or status == 304:
            return Response(status, safe_url(url), answer.headers, None, 0, hashlib.sha256().hexdigest())
        return self._spool(url, answer)

    def _spool(self, url: str, answer: BaseHTTPResponse) -> Response:
        declared = answer.headers.get("Content-Length", "")
        if declared.isdigit() and int(declared) > self.rules.max_bytes:
            raise fetch_error("too_large", url, answer.status, limit=self.rules.max_bytes)
        digest, length = hashlib.sha256(), 0
        with tempfile.NamedTemporaryFile(prefix="kielce-http-", delete=False) as spool:
            path = Path(spool.name)
            try:
                while chunk := answer.read1(CHUNK, decode_content=True):
                    length += len(chunk)
                    if length > self.rules.max_bytes:
                        raise fetch_error("too_large", url, answer.status, limit=self.rules.max_bytes)
                    if length > RATIO_FLOOR and length > self.rules.max_ratio * max(1, answer.tell()):
                        raise fetch_error("compression_bomb", url, answer.status, limit=self.rules.max_ratio)
                    if self.clock.expired:
                        raise fetch_error("timeout", url, seconds=round(self.rules.total_timeout))
                    digest.update(chunk)
                    spool.write(chunk)
                if self.clock.expired:  # the cut connection may look like an ordinary end
                    raise fetch_error("timeout", url, seconds=round(self.rules.total_timeout))
            except BaseException:
                path.unlink(missing_ok=True)
                raise
        return Response(answer.status, safe_url(url), answer.headers, path, length, digest.hexdigest())


class _RetryableError(Exception):
    def __init__(self, error: FetchError, pause: float | None = None) -> None:
        super().__init__(error.message)
        self.error, self.pause = error, pause


def _is_conditional(headers: Mapping[str, str]) -> bool:
    return "If-None-Match" in headers or "If-Modified-Since" in headers


def _nonsense(error: BaseException) -> str:
    """What is wrong with an answer that is no HTTP (endless header lines, a flood of headers), '' for other errors."""
    inner: BaseException | None = error
    while inner is not None:
        broken = isinstance(inner, HTTPException) and not isinstance(
            inner, RemoteDisconnected | IncompleteRead
        )
        if broken or isinstance(inner, InvalidHeader):
            return " ".join(str(inner).split())[:80] or type(inner).__name__
        inner = inner.__cause__ or inner.__context__
    return ""


def _reason(error: Exception) -> str:
    """The innermost reason of a urllib3 error, without object addresses and URLs with credentials."""
    inner: BaseException = error
    while inner.__cause__ is not None:
        inner = inner.__cause__
    return re.sub(r"<[^>]*>:? ?", "", str(inner)) or type(inner).__name__


def _retry_after(value: str | None) -> float | None:
    """Seconds that a Retry-After header (number or HTTP date) asks to wait, None when unreadable."""
    if not value:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        return parsedate_to_datetime(value).timestamp() - time.time()
    except (TypeError, ValueError):
        return None
