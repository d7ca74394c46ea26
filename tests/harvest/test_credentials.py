"""What counts as a password in an address, and what does not."""

from __future__ import annotations

import pytest
from ckanext.kielce.harvest.credentials import complaints, has_credentials


@pytest.mark.parametrize(
    "url",
    [
        "http://jan:tajne@host.example/",
        "https://jan@host.example/",
        "sftp://jan:ta@jne@host.example/folder",
        "HTTPS://token@host.example",
        "https://host.example/ows?api_key=abc",
        "https://host.example/ows?service=WFS&Token=abc",
        "https://host.example/ows?password=abc#x",
        " http://:pass@host.example/ ",
    ],
)
def test_these_hold_a_secret(url: str) -> None:
    assert has_credentials(url)
    assert set(complaints(url, "")) == {"url"}
    assert set(complaints("https://host.example/", f'{{"wms_url": "{url.strip()}"}}')) == {"config"}


@pytest.mark.parametrize(
    "url",
    [
        "https://host.example/ows?service=WFS&typeName=ms:drogi",
        "https://host.example/szukaj?keyword=woda&page=2",
        "https://host.example/@uzytkownik/zbior",
        "https://host.example/ows?contact=jan@host.example",
        "https://host.example/ows?token=",
        "",
    ],
)
def test_these_do_not(url: str) -> None:
    assert not has_credentials(url)
    assert complaints(url, {"wms_url": url, "contact_email": "jan@host.example", "secret": "MSIP"}) == {}


def test_nothing_given_is_no_complaint() -> None:
    assert complaints(None, None) == {}
