"""RDF catalogues: all ways of writing the same, digests that depend on what is said alone, pages, refusals."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Any

import pytest
from ckanext.kielce.harvest.records import SourceError
from ckanext.kielce.harvesters.portals import rdf_read, rdf_store, rdf_turtle
from ckanext.kielce.harvesters.portals.rdf_read import graph_of, read
from rdflib import Graph
from rdflib.compare import graph_diff

from tests.harvesters.canned import CannedClient

URL = "https://powiat.example/catalog"
UUID = "3f1e0f5c-0000-4000-8000-0000000000"
PREFIXES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/" '
    'xmlns:dcat="http://www.w3.org/ns/dcat#" xmlns:foaf="http://xmlns.com/foaf/0.1/" '
    'xmlns:vcard="http://www.w3.org/2006/vcard/ns#" xmlns:hydra="http://www.w3.org/ns/hydra/core#"'
)
ORG = '<foaf:Organization rdf:about="https://powiat.example/org"><foaf:name>Powiat</foaf:name></foaf:Organization>'


def rdf(inner: str) -> str:
    return f'<?xml version="1.0" encoding="utf-8"?><rdf:RDF {PREFIXES}>{inner}</rdf:RDF>'


def one(number: int, title: str = "Zbiór", bnode: str = "N1") -> str:
    uri = f"https://powiat.example/dataset/{UUID}{number:02d}"
    return f"""<dcat:Dataset rdf:about="{uri}"><dct:title xml:lang="pl">{title} {number}</dct:title>
      <dct:identifier>{number}</dct:identifier><dct:publisher>{ORG}</dct:publisher>
      <dcat:contactPoint><vcard:Kind rdf:nodeID="{bnode}"><vcard:fn>Biuro</vcard:fn></vcard:Kind></dcat:contactPoint>
      <dct:temporal><dct:PeriodOfTime><dcat:startDate>2020-01-01</dcat:startDate></dct:PeriodOfTime></dct:temporal>
      <dcat:distribution><dcat:Distribution rdf:about="{uri}/resource/1">
        <dcat:accessURL rdf:resource="https://powiat.example/{number}.csv"/></dcat:Distribution></dcat:distribution>
    </dcat:Dataset>"""


def records(
    answer: Any, config: dict[str, Any] | None = None, content_type: str = "application/rdf+xml"
) -> list[Any]:
    return list(read(CannedClient({"/catalog": answer}, content_type), URL, config or {}))


def revision(answer: Any, content_type: str = "application/rdf+xml") -> str:
    (record,) = records(answer, content_type=content_type)
    return record.revision


def test_records_have_their_address_and_keys() -> None:
    first, second = records(rdf(one(1) + one(2)))
    assert first.guid == f"https://powiat.example/dataset/{UUID}01"
    assert first.keys == (f"uri:powiat.example/dataset/{UUID}01", f"uuid:{UUID}01")
    assert first.revision != second.revision


def test_members_of_a_catalogue_are_read_as_those_that_stand_alone() -> None:
    inside = rdf(
        '<dcat:Catalog rdf:about="https://powiat.example/"><dct:title>K</dct:title>'
        + "".join(f"<dcat:dataset>{one(n)}</dcat:dataset>" for n in (1, 2, 3))
        + "</dcat:Catalog>"
    )
    alone = rdf(one(1) + one(2) + one(3))
    assert [r.revision for r in records(inside)] == [r.revision for r in records(alone)]


def test_a_member_typed_by_a_property_is_not_lost_among_others() -> None:
    kind = f'<rdf:type rdf:resource="{rdf_store.DATASET}"/>'
    plain = f'<rdf:Description rdf:about="https://powiat.example/d">{kind}</rdf:Description>'
    inside = rdf(
        '<dcat:Catalog rdf:about="https://powiat.example/">'
        + f"<dcat:dataset>{plain}</dcat:dataset><dcat:dataset>{one(1)}</dcat:dataset><dcat:dataset>{one(2)}</dcat:dataset>"
        + "</dcat:Catalog>"
    )
    assert len(records(inside)) == 3


@pytest.mark.parametrize("form", ["xml", "pretty-xml", "json-ld", "nt", "turtle"])
def test_every_way_of_writing_says_the_same(form: str) -> None:
    graph = Graph().parse(data=rdf(one(1)), format="xml", publicID=URL)
    types = {"json-ld": "application/ld+json", "nt": "application/n-triples", "turtle": "text/turtle"}
    content_type = types.get(form, "application/rdf+xml")
    assert revision(graph.serialize(format=form), content_type) == revision(rdf(one(1)))


def test_blank_names_and_the_order_of_facts_are_no_change() -> None:
    one_way = rdf(one(1))
    other = one_way.replace("N1", "other").replace(
        "<dct:identifier>1</dct:identifier>", ""
    ).replace("</dcat:Dataset>", "<dct:identifier>1</dct:identifier></dcat:Dataset>")  # fmt: skip
    assert revision(other) == revision(one_way)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Biuro", "Urząd"),
        ("Zbiór 1", "Zbiór 1a"),
        ('lang="pl"', 'lang="en"'),
        ("1.csv", "2.csv"),
        ("Powiat<", "X<"),
    ],
)
def test_any_fact_of_the_description_is_a_change(old: str, new: str) -> None:
    assert revision(rdf(one(1)).replace(old, new)) != revision(rdf(one(1)))


def test_another_dataset_is_no_part_of_the_description() -> None:
    link = f'<dct:relation rdf:resource="https://powiat.example/dataset/{UUID}02"/></dcat:Dataset>'
    first = one(1).replace("</dcat:Dataset>", link)
    one_way, other = records(rdf(first + one(2))), records(rdf(first + one(2, "Zmieniony")))
    assert one_way[0].revision == other[0].revision
    assert one_way[1].revision != other[1].revision


def test_a_publisher_described_apart_belongs_to_each_dataset() -> None:
    apart = rdf(
        one(1)
        .replace(ORG, "")
        .replace("<dct:publisher>", '<dct:publisher rdf:resource="https://powiat.example/org">')
    )
    assert revision(apart.replace("</rdf:RDF>", f"{ORG}</rdf:RDF>")) == revision(rdf(one(1)))


def test_content_is_the_graph() -> None:
    (record,) = records(rdf(one(1)))
    kept = graph_of(record.loaded()["triples"])
    whole = Graph().parse(data=rdf(one(1)), format="xml", publicID=URL)
    assert len(kept) == len(whole)
    assert set(kept.predicates()) == set(whole.predicates())


def test_grammar_of_rdf_xml() -> None:
    strange = f"""<rdf:Description rdf:about="d/1" rdf:type="{rdf_store.DATASET}" dct:identifier="77">
      <dct:publisher rdf:parseType="Resource"><foaf:name>A</foaf:name></dct:publisher>
      <dct:creator foaf:name="B"/><dct:description rdf:parseType="Literal"><b>x</b></dct:description>
      <dct:subject rdf:parseType="Collection"><rdf:Description rdf:about="#a"/><rdf:Description rdf:about="#b"/></dct:subject>
      <dct:source rdf:nodeID="q"/></rdf:Description><rdf:Description rdf:nodeID="q" dct:title="źródło"/>"""
    text = rdf(strange).replace("<rdf:RDF ", '<rdf:RDF xml:lang="pl" xml:base="https://powiat.example/b/" ')
    (record,) = records(text)
    assert record.guid == "https://powiat.example/b/d/1"
    whole = Graph().parse(data=text, format="xml", publicID=URL)
    assert len(graph_of(record.loaded()["triples"])) == len(whole)


def test_a_nameless_dataset_goes_by_its_identifier() -> None:
    nameless = (
        "<dcat:Dataset><dct:title>Bez adresu</dct:title><dct:identifier>a-1</dct:identifier></dcat:Dataset>"
    )
    hopeless = "<dcat:Dataset><dct:title>Bez niczego</dct:title></dcat:Dataset>"
    first, second = records(rdf(nameless + hopeless))
    assert first.guid == "a-1"
    assert (second.guid, second.loaded()) == ("", {"title": "Bez niczego"})


def paged(query: dict[str, str]) -> str:
    number = int(query.get("page", "1"))
    following = f"<hydra:next>{URL}?page={number + 1}</hydra:next>" if number < 3 else ""
    inner = f"{following}<hydra:totalItems>6</hydra:totalItems>"
    collection = f'<hydra:PagedCollection rdf:about="{URL}?page={number}">{inner}</hydra:PagedCollection>'
    return rdf(collection + one(2 * number - 1) + one(2 * number))


def test_pages_are_followed_and_the_total_told() -> None:
    client = CannedClient({"/catalog": paged})
    found = [record.guid[-1] for record in read(client, URL, {})]
    assert found == list("123456")
    assert client.expected == 6
    assert len(client.asked) == 3
    assert not client.skipped


def test_a_total_of_other_things_may_be_ignored() -> None:
    client = CannedClient({"/catalog": paged})
    assert len(list(read(client, URL, {"ignore_total": True}))) == 6
    assert client.expected is None


def test_pages_by_number_end_with_the_first_that_brings_nothing_new() -> None:
    client = CannedClient({"/catalog": lambda q: rdf(one(min(int(q["page"]), 3)))})
    assert len(list(read(client, f"{URL}?x=1", {"page_parameter": "page"}))) == 3
    assert client.asked[-1].endswith("?x=1&page=4")


def test_pages_in_a_circle_are_refused() -> None:
    circle = (
        f'<hydra:PagedCollection rdf:about="{URL}"><hydra:next>{URL}</hydra:next></hydra:PagedCollection>'
    )
    with pytest.raises(SourceError, match="lead back"):
        records(rdf(circle + one(1)))


def test_a_catalogue_of_one_page_may_be_skipped() -> None:
    client = CannedClient({"/catalog": rdf(one(1))})
    list(read(client, URL, {}))
    assert len(client.skipped) == 1


@pytest.mark.parametrize(
    ("answer", "content_type", "word"),
    [
        ("<!DOCTYPE html><html><body>Zaloguj się</body></html>", "text/html", "stroną WWW"),
        ("", "application/rdf+xml", "pustą treścią"),
        (rdf("<foaf:Agent/>"), "application/rdf+xml", "nie opisuje żadnego zbioru"),
        ("@prefix a: <http://a/> . a:b a:c a:d .", "text/turtle", "nie opisuje żadnego zbioru"),
        (rdf(one(1))[:-60], "application/rdf+xml", "nie jest poprawnym RDF/XML"),
        ("@prefix dcat: <http://www.w3.org/ns/dcat# . broken", "text/turtle", "nie jest poprawnym turtle"),
        ('{"@context": "https://other.example/c.jsonld", "@id": "a"}', "application/ld+json", "innego adresu"),
        ('{"a": [', "application/ld+json", "nie jest poprawnym json-ld"),
        ('<!DOCTYPE rdf:RDF [<!ENTITY a "b">]>' + rdf(one(1)).partition("?>")[2], "application/rdf+xml", "typu dokumentu"),
    ],
)  # fmt: skip
def test_what_is_no_catalogue_is_refused(answer: str, content_type: str, word: str) -> None:
    with pytest.raises(SourceError) as error:
        records(answer, content_type=content_type)
    assert word in error.value.text("pl")


def test_a_page_that_breaks_off_later_leaves_what_was_read() -> None:
    client = CannedClient({"/catalog": lambda q: paged(q)[:-99] if q.get("page") == "2" else paged(q)})
    found = []
    with pytest.raises(SourceError, match="cut off"):
        for record in read(client, URL, {}):
            found.append(record.guid[-1])
    assert found == ["1", "2"]


def test_large_pages_are_kept_in_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    text = rdf("".join(one(n) for n in range(30)))
    in_memory = records(text)
    monkeypatch.setattr(rdf_store, "IN_MEMORY", 0)
    in_file = records(text)
    assert [(r.guid, r.revision) for r in in_file] == [(r.guid, r.revision) for r in in_memory]
    assert in_file[3].loaded()["subject"] == in_memory[3].loaded()["subject"]


def test_a_publisher_said_a_thousand_times_costs_once(tmp_path: Path) -> None:
    """It was read once more for each dataset that names it, so that time grew with the square of the catalogue."""
    text = rdf("".join(one(n).replace(f"{UUID}{n:02d}", f"{UUID}{n:05d}") for n in range(1500)))
    started = time.process_time()
    assert len(records(text)) == 1500
    assert time.process_time() - started < 4


TURTLE = r'''# a comment
@prefix dcat: <http://www.w3.org/ns/dcat#> . @base <https://powiat.example/> .
PREFIX dct: <http://purl.org/dc/terms/>
@prefix : <https://powiat.example/ns/> .
<d/1> a dcat:Dataset ; dct:title "Zbiór \"1\" \u0142\t\\"@pl , """Wiele
wierszy "w" cudzysłowie"""@en-GB ; ; dcat:keyword 'raz', "dwa";# and more
  dct:spatial [ dct:title "x" ; dct:relation [] , ( 1 2.50 -3e5 "x"^^<http://www.w3.org/2001/XMLSchema#date> ) ] ;
  :a.b%20c <d/2>, _:b1.x, true ; :v.1 "2"^^dct:Box, 7. # 7 and a full stop
[ dct:title "nameless" ] . [] dct:title "too" .
_:b1.x dct:title "blank" . ( 1 ) dct:title "list" .
<d/2> dct:title ""; dct:relation :a\,b, <x\u0041>, <#part> ;
.
'''


def test_turtle_is_read_as_rdflib_reads_it() -> None:
    rows = rdf_turtle.read(TURTLE, URL)
    ours = graph_of([[node, *row] for node, facts in rows.items() for row in facts])
    theirs = Graph().parse(data=TURTLE, format="turtle", publicID=URL)
    _both, only_ours, only_theirs = graph_diff(ours, theirs)
    assert (list(only_ours), list(only_theirs)) == ([], [])
    assert len(ours) == len(theirs)


@pytest.mark.parametrize(
    "text",
    [
        "<a> <b>",
        "<a> <b> <c",
        "<a> <b> 'x",
        "<a> b:c <d> .",
        "<a> <b> [ <c> <d> .",
        "{ <a> <b> <c> }",
        '<a> <b> " .',
        "@prefix a <b> .",
        '"x" <b> <c> .',
    ],
)
def test_what_the_quick_reader_does_not_know_is_left_to_rdflib(text: str) -> None:
    with pytest.raises(rdf_turtle.TurtleError):
        rdf_turtle.read(text, URL)


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "1.",
        "a.",
        ":.",
        '"',
        "'",
        '"""',
        '\\"',
        "\\",
        "[",
        "(",
        " #",
        "<a> ",
        '"x"^^',
        "_:a.",
        "@",
        "%41",
        "\n",
    ],
)
def test_no_text_holds_the_reader(piece: str) -> None:
    """Digits took time with the square of their number."""
    for text in (piece * 100_000, "<a> <b> " + piece * 100_000):
        started = time.process_time()
        with contextlib.suppress(rdf_turtle.TurtleError):
            rdf_turtle.read(text, URL)
        assert time.process_time() - started < 3


def test_large_pages_that_only_rdflib_reads_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdf_read, "MAX_RDFLIB", 100)
    with pytest.raises(SourceError, match="piece by piece"):
        records(
            '{"@id": "https://powiat.example/d", "a": "' + "x" * 200 + '"}',
            content_type="application/ld+json",
        )


def test_long_lists_are_digested() -> None:
    """Each member was a call deeper, and Python ends at a thousand."""
    members = " ".join(f'"{n}"' for n in range(3000))
    text = f"<https://p.example/d> a <http://www.w3.org/ns/dcat#Dataset> ; <https://p.example/list> ( {members} ) ."
    (record,) = records(text, content_type="text/turtle")
    (other,) = records(text.replace('"2999"', '"x"'), content_type="text/turtle")
    assert record.revision != other.revision


def test_blank_nodes_in_a_circle_end() -> None:
    text = '<https://p.example/d> a <http://www.w3.org/ns/dcat#Dataset> ; <a> _:a . _:a <b> _:b . _:b <c> _:a ; <t> "x" .'
    (record,) = records(text, content_type="text/turtle")
    assert record.revision
