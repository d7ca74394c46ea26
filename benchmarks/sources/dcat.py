"""A catalogue in DCAT-AP (Turtle), in pages of a hundred datasets linked as ckanext-dcat links them (Hydra)."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.sources.words import is_changed, subject

PAGE = 100
PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
"""
EU = "http://publications.europa.eu/resource/authority"


def dataset(base: str, number: int, *, changed: bool = False) -> str:
    """The triples of one dataset with two distributions."""
    theme, place = subject(number)
    uri = f"{base}/dataset/{number}"
    note = " (zmieniona)" if changed else ""
    return (
        f"<{base}/catalog> dcat:dataset <{uri}> .\n"
        f'<{uri}> a dcat:Dataset ; dct:title "{theme.capitalize()} – {place} – zbiór {number:06d}{note}"@pl ; '
        f'dct:description "Zbiór danych „{theme}” dla osiedla {place} w Kielcach, nr {number}."@pl ; '
        f'dct:identifier "{uri}" ; dct:issued "2024-01-01"^^xsd:date ; '
        f'dct:modified "{"2026-11-20" if changed else f"2024-{1 + number % 12:02d}-01"}"^^xsd:date ; '
        f'dcat:keyword "{theme}"@pl, "Kielce"@pl, "{place}"@pl ; dcat:theme <{EU}/data-theme/ENVI> ; '
        f"dct:accrualPeriodicity <{EU}/frequency/MONTHLY> ; dct:publisher <{base}/um> ; "
        'dcat:contactPoint [ a vcard:Organization ; vcard:fn "UM Kielce" ; vcard:hasEmail <mailto:dane@um.kielce.example> ] ; '
        f"dcat:distribution <{uri}/csv>, <{uri}/json> .\n"
        f'<{uri}/csv> a dcat:Distribution ; dct:title "CSV {number}"@pl ; dcat:accessURL <{uri}.csv> ; '
        f"dcat:downloadURL <{uri}.csv> ; dct:format <{EU}/file-type/CSV> ; "
        "dcat:mediaType <http://www.iana.org/assignments/media-types/text/csv> .\n"
        f'<{uri}/json> a dcat:Distribution ; dct:title "JSON {number}"@pl ; dcat:accessURL <{uri}.json> ; '
        f"dct:format <{EU}/file-type/JSON> .\n"
    )


def pages(base: str, numbers: range, *, changed: bool = False) -> Iterator[str]:
    """The catalogue's pages in order; ``base`` is the catalogue's own address, page 2 is ``base/catalog.ttl?page=2``."""
    count = len(numbers)
    last = max(1, -(-count // PAGE))

    def address(page: int) -> str:
        return f"{base}/catalog.ttl?page={page}"

    head = (
        f'{PREFIXES}<{base}/catalog> a dcat:Catalog ; dct:title "Kielce"@pl .\n'
        f'<{base}/um> a foaf:Organization ; foaf:name "Urząd Miasta Kielce" .\n'
    )
    for page in range(1, last + 1):
        links = [
            f"hydra:totalItems {count}",
            f"hydra:itemsPerPage {PAGE}",
            f'hydra:firstPage "{address(1)}"',
            f'hydra:lastPage "{address(last)}"',
        ]
        if page < last:
            links.append(f'hydra:nextPage "{address(page + 1)}"')
        yield (
            f"{head}<{address(page)}> a hydra:PagedCollection ; {' ; '.join(links)} .\n"
            + "".join(
                dataset(base, number, changed=changed and is_changed(number))
                for number in numbers[(page - 1) * PAGE : page * PAGE]
            )
        )
