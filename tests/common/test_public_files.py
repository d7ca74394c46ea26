"""Versions of public files: of their content, of nothing outside the public folders, the same in style sheets."""

from __future__ import annotations

import re
from pathlib import Path

import ckan.plugins.toolkit as tk
import pytest
from ckanext.kielce.common import public_files

CATALOGUE = Path(public_files.__file__).parents[1] / "catalogue"
FONT = re.compile(r'url\("\.\./\.\./(kielce/[^"?]+)\?v=([0-9a-f]+)"\)')


@pytest.fixture
def public(tmp_path, monkeypatch):
    """A public folder with one file, beside a file that is not public."""
    folder = tmp_path / "public"
    folder.mkdir()
    (folder / "mark.svg").write_text("<svg/>")
    (tmp_path / "secret").write_text("x")
    monkeypatch.setitem(tk.config, "plugin_public_paths", [str(folder)])
    public_files.version.cache_clear()
    yield folder
    public_files.version.cache_clear()


def test_the_version_follows_the_content(public):
    before = public_files.version("/mark.svg")
    assert re.fullmatch(r"[0-9a-f]{8}", before)
    (public / "mark.svg").write_text("<svg></svg>")
    public_files.version.cache_clear()
    assert public_files.version("/mark.svg") != before


@pytest.mark.parametrize("path", ["/none.svg", "/", "/../secret", "//secret", "/%2e%2e/secret"])
def test_what_is_no_public_file_has_no_version(public, path):
    assert public_files.version(path) == ""


def test_style_sheets_name_the_versions_that_fonts_have():
    text = (CATALOGUE / "assets/css/tokens.css").read_text()
    found = FONT.findall(text)
    assert len(found) == text.count("url(")
    for path, version in found:
        assert version == public_files.of_content((CATALOGUE / "public" / path).read_bytes()), path
