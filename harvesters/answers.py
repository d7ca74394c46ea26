"""What came instead of data: a log-in page, an empty body, something that is no JSON. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

from ckanext.kielce.common.http_errors import safe_url
from ckanext.kielce.harvest.records import SourceError
from ckanext.kielce.harvesters.said import Said

HTML = re.compile(
    rb"^[\xef\xbb\xbf\s]*(<\?xml[^>]*>\s*)?(<!--(?:(?!-->).)*-->\s*)*(<!doctype\s+html|<html|<head|<body)",
    re.IGNORECASE | re.DOTALL,
)
#: How much of an answer is looked at to tell a web page from data.
HEAD = 4096


#: What is said, after its address, of an answer that is a page for people.
PAGE = Said(
    "odpowiada stroną WWW zamiast danymi (logowanie albo komunikat o błędzie?). Otwórz adres w przeglądarce, po czym "
    "popraw go lub ustaw hasło źródła.",
    "answered with a web page instead of data (a log-in or error page?). Open the address in a browser, then correct it "
    "or set the source's secret.",
)


def is_page(head: bytes) -> bool:
    """Whether an answer begins as a web page; ``head`` is its beginning."""
    return HTML.match(head[:HEAD]) is not None


def page_error(url: str) -> SourceError:
    """What to raise when a page for people came instead of data."""
    where = safe_url(url)
    return SourceError(f"{where} {PAGE.en}", f"{where} {PAGE.pl}")


def refuse_pages(head: bytes, url: str) -> None:
    """Raise SourceError when the answer begins as a web page, or is empty; ``head`` is its beginning."""
    where = safe_url(url)
    if is_page(head):
        raise page_error(url)
    if not head.strip():
        raise SourceError(
            f"{where} answered with nothing. Try again later; if it stays so, ask the source's owner.",
            f"{where} odpowiada pustą treścią. Spróbuj później, a jeśli to się powtarza, zapytaj właściciela źródła.",
        )


def json_document(body: bytes, url: str) -> Any:
    """The JSON in an answer. Raises SourceError for a web page, an empty body or text that is no JSON."""
    refuse_pages(body[:HEAD], url)
    try:
        return json.loads(body.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        where = safe_url(url)
        raise SourceError(
            f"The answer of {where} is no whole JSON ({error}): it was cut off, or the address is another "
            "service's. Check the address and run again.",
            f"Odpowiedź {where} nie jest pełnym JSON-em ({error}): urwała się albo adres prowadzi do innej usługi. "
            "Sprawdź adres i uruchom pobranie ponownie.",
        ) from error


def json_object(body: bytes, url: str) -> dict[str, Any]:
    """As `json_document`; anything but an object is refused."""
    found = json_document(body, url)
    if not isinstance(found, dict):
        where = safe_url(url)
        raise SourceError(
            f"The answer of {where} is JSON, but no object; check that the address is the one of the interface.",
            f"Odpowiedź {where} to JSON, ale nie obiekt; sprawdź, czy adres należy do tego interfejsu.",
        )
    return found
