"""Every sentence of the portal is said in Polish: nothing missing, nothing fuzzy, nothing left over, in any room."""

import re
from pathlib import Path

import pytest

babel_extract = pytest.importorskip("babel.messages.extract")
from babel.messages.pofile import read_po  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (ROOT / "ckanext-kielce" / "ckanext" / "kielce", ROOT / "harvesters")
I18N = PACKAGES[0] / "i18n"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def _method_map():
    lines = (I18N / "babel.cfg").read_text(encoding="utf-8").splitlines()
    found = [re.fullmatch(r"\[(\w+): (.+)\]", line) for line in lines]
    return [(match.group(2), match.group(1)) for match in found if match]


@pytest.fixture(scope="module")
def wanted():
    messages = {}
    for package in PACKAGES:
        for name, line, message, _comments, _context in babel_extract.extract_from_dir(
            package, _method_map()
        ):
            messages.setdefault(message, f"{package.name}/{name}:{line}")
    return messages


@pytest.fixture(scope="module")
def polish():
    with (I18N / "pl" / "LC_MESSAGES" / "ckanext-kielce.po").open("rb") as file:
        return read_po(file, locale="pl")


def test_templates_and_code_were_found(wanted):
    # Guards the test itself: a broken extractor would let everything pass.
    assert len(wanted) > 200
    assert "What are you looking for?" in wanted


def test_every_message_is_translated(wanted, polish):
    missing = []
    for message, place in wanted.items():
        entry = polish.get(message)
        strings = (
            ()
            if entry is None
            else entry.string
            if isinstance(entry.string, (list, tuple))
            else (entry.string,)
        )
        if not strings or not all(strings) or entry.fuzzy:
            missing.append(f"{place}: {message!r}")
    assert not missing, "add these to i18n/pl/LC_MESSAGES/ckanext-kielce.po:\n" + "\n".join(missing)


def test_no_translation_is_left_over(wanted, polish):
    known = {message if isinstance(message, str) else tuple(message) for message in wanted}
    ids = [entry.id if isinstance(entry.id, str) else tuple(entry.id) for entry in polish if entry.id]
    left = [message for message in ids if message not in known]
    assert left == []


def test_placeholders_survive_translation(polish):
    broken = []
    for entry in polish:
        if not entry.id:
            continue
        sources = entry.id if isinstance(entry.id, (list, tuple)) else (entry.id,)
        strings = entry.string if isinstance(entry.string, (list, tuple)) else (entry.string,)
        names = set(PLACEHOLDER.findall(sources[-1]))
        broken += [string for string in strings if set(PLACEHOLDER.findall(string)) != names]
    assert broken == []


def test_polish_has_its_three_forms_of_number(polish):
    assert polish.num_plurals == 3
    assert all(len(entry.string) == 3 for entry in polish if isinstance(entry.id, (list, tuple)))
