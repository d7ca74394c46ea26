"""HTML indexes as Apache and nginx write them."""

import time

import pytest
from ckanext.kielce.harvesters.utilities.index import parse_index

BASE = "https://pliki.example/otwarte/"
APACHE = """<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">
<html><head><title>Index of /otwarte</title></head><body><h1>Index of /otwarte</h1><table>
<tr><th><a href="?C=N;O=D">Name</a></th><th><a href="?C=M;O=A">Last modified</a></th></tr>
<tr><td><a href="/">Parent Directory</a></td><td>&nbsp;</td></tr>
<tr><td><a href="harmonogram-2024.csv">harmonogram-2024.csv</a></td><td>2024-01-03 10:00</td><td>12K</td></tr>
<tr><td><a href="harmonogram-2025.csv">harmonogram-2025.csv</a></td></tr>
<tr><td><a href="harmonogram-2025.xlsx" title="Harmonogram odbioru">harmonogram-2025.xl..&gt;</a></td></tr>
<tr><td><a href="%C5%9Bcie%C5%BCki.geojson">ścieżki.geojson</a></td></tr>
<tr><td><a href="archiwum/">archiwum/</a></td></tr>
<tr><td><a href="plik.csv?pobierz=1">z zapytaniem</a></td></tr>
<tr><td><a href="https://inny.example/otwarte/obcy.csv">obcy</a></td></tr>
<tr><td><a href="../tajne.csv">wyżej</a></td></tr>
<tr><td><a href="%2e%2e/%2e%2e/etc/passwd">wyżej</a></td></tr>
<tr><td><a href="#gora">góra</a></td></tr>
<tr><td><a href="mailto:a@example.org">poczta</a></td></tr>
<tr><td><a href="harmonogram-2024.csv">jeszcze raz</a></td></tr>
</table></body></html>"""
NGINX = """<html><head><title>Index of /dane/</title></head><body><h1>Index of /dane/</h1><hr><pre><a href="../">../</a>
<a href="ruch_2023.csv">ruch_2023.csv</a>                  05-Jan-2024 08:00       1234
<a href="ruch_2024.csv">ruch_2024.csv</a>                  05-Jan-2025 08:00       1534
<a href="readme">readme</a>                                05-Jan-2025 08:00         34
</pre><hr></body></html>"""


def test_apache_entries_are_only_those_below():
    entries = parse_index(APACHE.encode(), BASE)
    assert [(entry.name, entry.folder) for entry in entries] == [
        ("harmonogram-2024.csv", False),
        ("harmonogram-2025.csv", False),
        ("harmonogram-2025.xlsx", False),
        ("ścieżki.geojson", False),
        ("archiwum", True),
    ]
    assert entries[3].url == BASE + "%C5%9Bcie%C5%BCki.geojson"


def test_a_shortened_name_is_no_title_but_a_title_is():
    titles = {entry.name: entry.title for entry in parse_index(APACHE.encode(), BASE)}
    assert titles["harmonogram-2025.xlsx"] == "Harmonogram odbioru"
    assert titles["harmonogram-2024.csv"] == ""


def test_an_address_without_a_slash_or_with_a_query_is_the_same_folder():
    for base in ("https://pliki.example/otwarte/index.html", "https://pliki.example/otwarte/?C=N;O=D"):
        assert len(parse_index(APACHE.encode(), base)) == 5


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>nothing here</html>",
        b"\xff\xfe\x00",
        b"<a href='http://[::1'>x</a><a href=''>y</a><a>z</a>",
    ],
)
def test_pages_without_entries_give_none(body):
    assert parse_index(body, BASE) == []


@pytest.mark.parametrize(
    "unit",
    [
        "<",
        "<!--",
        "<a ",
        "<a href='",
        "<a href=x ",
        "</a ",
        "<![CDATA[",
        "<![",
        "&#",
        "<div>",
        "<script></scrip",
    ],
)
def test_a_hostile_page_takes_no_time(unit):
    """The standard library's parser takes minutes over any of these, and dies of one."""
    start = time.process_time()
    parse_index((unit * (500_000 // len(unit))).encode(), BASE)
    assert time.process_time() - start < 2


def test_a_page_that_is_not_in_utf_8_and_names_of_any_length():
    page = 'Zażółć <a href="a%C5%BC.csv">gęślą</a> jaźń <a href="b.csv">x</a>'.encode("cp1250")
    assert [entry.name for entry in parse_index(page, BASE)] == ["aż.csv", "b.csv"]
    assert parse_index(f'<a href="{"x" * 300}.csv">x</a>'.encode(), BASE) == []
    utf16 = '<a href="a.csv">a</a>'.encode("utf-16")
    assert parse_index(utf16, BASE) in ([], parse_index(b'<a href="a.csv">a</a>', BASE))
