"""Which layer answers what; the stand-in city's layers are the cases."""

from pathlib import Path

import pytest
import yaml
from ckanext.kielce.places import rules, taking

ROOT = Path(__file__).resolve().parents[2]
KINDS = {"Point": "point", "LineString": "line", "Polygon": "area"}
WANTED = {
    "dzialki": "parcels", "adresy": "addresses", "granica_miasta": "boundary", "mpzp": "plan", "mpzp_przeznaczenie": "land_use",
    "plan_ogolny": "general_plan", "obszar_gorniczy": "mining", "powodz_q1": "flood", "powodz_q10": "flood",
    "halas_drogowy": "noise", "halas_kolejowy": "noise", "obszary_chronione": "protected", "pomniki_przyrody": "tree_monument",
    "zabytki": "heritage", "siec_cieplownicza": "heat_network", "siec_wodociagowa": "water_network",
    "siec_kanalizacyjna": "sewage_network", "kanalizacja_deszczowa": "storm_network", "budynki": "housing", "ulice": "road",
    "przystanki": "stop", "szkoly": "school", "przedszkola_zlobki": "nursery", "tereny_zielone": "green",
    "sciezki_rowerowe": "cycling", "place_zabaw": "playground", "aed": "aed", "oferty_inwestycyjne": "offer",
    "inwestycje_planowane": "works", "obwody_szkolne": "other",
    "obreby": "other", "dzielnice": "other", "drzewa": None, "osnowa": None,
    "skorowidz_3d": None, "oswietlenie": None, "zimowe_utrzymanie": None, "zasob_mieszkaniowy": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def layers():
    return yaml.safe_load((ROOT / "demo/city/msip/layers.yaml").read_text(encoding="utf-8"))["layers"]


@pytest.mark.parametrize(("name", "code"), WANTED.items())
def test_the_citys_layers_find_their_rule(layers, name, code):
    layer = layers[name]
    # Harvested, a layer has its INSPIRE theme among its keywords.
    tags = [*layer["keywords"], *([layer["theme"]] if layer.get("theme") else [])]
    text = rules.description(layer["title"], tuple(tags), name)
    found = rules.rule_of(text, KINDS[layer["geometry"]])
    assert (found.code if found else None) == code


@pytest.mark.parametrize(
    ("title", "kind", "code"),
    [
        ("Strefy ochronne ujęć wody", "area", "other"),
        ("Poziom hałasu – stacje", "point", None),
        ("Tereny osuwisk", "area", "landslide"),
        ("Sieć gazowa średniego ciśnienia", "line", "gas_network"),
        ("Skorowidz map", "area", None),
        ("Obwody szkół podstawowych", "area", "other"),
    ],
)
def test_layers_of_other_cities(title, kind, code):
    found = rules.rule_of(rules.description(title, (), ""), kind)
    assert (found.code if found else None) == code


def test_every_text_has_both_languages_and_every_column_told_has_a_word():
    raw = rules.table().raw

    def walk(node, path=""):
        if isinstance(node, dict):
            if set(node) & {"pl", "en"}:
                assert set(node) == {"pl", "en"} and all(node.values()), path
            for key, value in node.items():
                walk(value, f"{path}.{key}")
        elif isinstance(node, list):
            for value in node:
                walk(value, path)

    walk(raw)
    shown = {name for rule in rules.table().rules for name in rule.show}
    assert shown - set(raw["columns"]) == set()


ADDRESSES, PARCELS = (rules.table().role(code) for code in ("addresses", "parcels"))


@pytest.mark.parametrize(
    ("rule", "attributes", "keys"),
    [
        (ADDRESSES, {"ULICA": "ul. Żelazna", "numer": "12 A"}, ("zelazna", "12a")),
        (ADDRESSES, {"ulica": "Żelazna"}, (None, None)),
        (PARCELS, {"id_dzialki": "266101_1.0012.345/6"}, ("12", "345/6")),
        (PARCELS, {"nr_dzialki": "345/6", "obreb": "0012"}, ("12", "345/6")),
        (PARCELS, {"obreb": "0012"}, (None, None)),
        (rules.OTHER, {"ulica": "Żelazna", "numer": "1"}, (None, None)),
        (None, {"ulica": "Żelazna", "numer": "1"}, (None, None)),
    ],
)
def test_keys_of_addresses_and_parcels(rule, attributes, keys):
    assert taking.keys(rule, attributes) == keys
