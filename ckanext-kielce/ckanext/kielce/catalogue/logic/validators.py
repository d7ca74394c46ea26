# ruff: noqa: ARG001  (CKAN fixes the signature of validators)
"""Validators of the catalogue's fields; scheming finds them by name (``kielce_…``) in ``schemas/``.

They wrap the pure checks of ``values.py``. Each error says what is wrong with the value and what to write instead.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.kielce.catalogue.finding.vocabulary import VocabularyError, read_lines
from ckanext.kielce.catalogue.logic import values
from ckanext.kielce.common import vocabularies

Validator = Callable[..., Any]

__all__ = [
    "kielce_blank_is_missing",
    "kielce_crs_list",
    "kielce_date",
    "kielce_default_teryt",
    "kielce_delimiter",
    "kielce_email",
    "kielce_encoding",
    "kielce_format",
    "kielce_geojson",
    "kielce_geometry_type",
    "kielce_guess_format",
    "kielce_guess_media_type",
    "kielce_hash_algorithm",
    "kielce_list",
    "kielce_media_type",
    "kielce_needs",
    "kielce_not_blank",
    "kielce_number",
    "kielce_number_from",
    "kielce_one_of",
    "kielce_synonym_lines",
    "kielce_teryt",
    "kielce_theme_from_domain",
    "kielce_vocabulary",
    "kielce_vocabulary_list",
    "kielce_web_address",
    "kielce_web_addresses",
]


def _checked(check: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return check(*arguments)
    except values.BadValueError as error:
        raise tk.Invalid(tk._(error.msgid) % error.arguments) from error


def _is_blank(value: Any) -> bool:
    return (
        value is None or value is tk.missing or value == [] or (isinstance(value, str) and not value.strip())
    )


def _sibling(key: tuple[Any, ...], name: str) -> tuple[Any, ...]:
    return (*key[:-1], name)


def kielce_blank_is_missing(key: Any, data: Any, errors: Any, context: Any) -> None:
    """Drop an empty value: an empty translation would otherwise be shown in place of the Polish text."""
    if _is_blank(data.get(key)):
        data.pop(key, None)
        raise tk.StopOnError
    if isinstance(data[key], str):
        data[key] = data[key].strip()


def kielce_not_blank(key: Any, data: Any, errors: Any, context: Any) -> None:
    """Refuse an absent or blank value, naming the field's own remedy."""
    if _is_blank(data.get(key)):
        errors[key].append(tk._("This field can't be empty: fill it in"))
        raise tk.StopOnError


def kielce_needs(other: str) -> Validator:
    """Refuse a value whose partner field (for instance the English title) is empty."""

    def validator(key: Any, data: Any, errors: Any, context: Any) -> None:
        if _is_blank(data.get(_sibling(key, other))):
            errors[key].append(tk._("Fill in “%(field)s” as well, or leave this empty") % {"field": other})

    return validator


def kielce_vocabulary(name: str) -> Validator:
    """Accept a code, URI or alias of a vocabulary and store its canonical form."""

    def validator(value: Any) -> Any:
        return _checked(values.one_of_vocabulary, name, value)

    return validator


def _list_validator(check: Callable[[str], str]) -> Validator:
    def validator(key: Any, data: Any, errors: Any, context: Any) -> None:
        if _is_blank(data.get(key)):
            data.pop(key, None)
            raise tk.StopOnError
        out: list[str] = []
        for item in _checked(values.as_list, data[key]):
            checked = _checked(check, item)
            if checked not in out:
                out.append(checked)
        data[key] = json.dumps(out)

    return validator


def kielce_vocabulary_list(name: str) -> Validator:
    """Accept a list (or JSON list, or lines) of codes, URIs or aliases; stored as a JSON list."""
    return _list_validator(lambda item: values.one_of_vocabulary(name, item))


kielce_list = _list_validator(str)
kielce_list.__name__ = "kielce_list"
kielce_crs_list = _list_validator(values.crs)
kielce_crs_list.__name__ = "kielce_crs_list"
kielce_web_addresses = _list_validator(values.web_address)
kielce_web_addresses.__name__ = "kielce_web_addresses"


def kielce_theme_from_domain(key: Any, data: Any, errors: Any, context: Any) -> None:
    """Take the EU themes of the dataset's domain when its author names none."""
    if _is_blank(data.get(key)):
        data[key] = vocabularies.themes_of_domain(data.get(_sibling(key, "domain")) or None)


def kielce_one_of(*allowed: str) -> Validator:
    """Accept one of a few fixed codes."""

    def validator(value: Any) -> Any:
        if value not in allowed:
            raise tk.Invalid(
                tk._("“%(value)s” can't be chosen here. Use one of: %(listed)s")
                % {"value": value, "listed": ", ".join(allowed)}
            )
        return value

    return validator


kielce_geometry_type = kielce_one_of("point", "line", "polygon", "raster", "mixed", "none")
kielce_geometry_type.__name__ = "kielce_geometry_type"


def kielce_default_teryt(value: Any) -> Any:
    """Fill in the city's own TERYT code (option ``ckanext.kielce.catalogue.teryt``)."""
    return tk.config["ckanext.kielce.catalogue.teryt"] if _is_blank(value) else value


def kielce_teryt(value: Any) -> str:
    """Check the form of a TERYT code."""
    return _checked(values.teryt, value)


def kielce_geojson(value: Any) -> str:
    """Check a GeoJSON geometry in degrees and store it as text."""
    return _checked(values.geojson, value)


def kielce_web_address(value: Any) -> str:
    """Check a web address."""
    return _checked(values.web_address, value)


def kielce_email(value: Any) -> str:
    """Check an e-mail address."""
    return _checked(values.email, value)


def kielce_date(value: Any) -> str:
    """Check a date and store it in ISO form."""
    return _checked(values.date, value.isoformat() if hasattr(value, "isoformat") else str(value))


def kielce_number(value: Any) -> Any:
    """Check a number; also the output form, for extras come back from the database as text."""
    return value if _is_blank(value) else _checked(values.number, value)


def kielce_number_from(least: float) -> Validator:
    """Check a number that is at least ``least``."""
    return lambda value: _checked(values.number, value, least)


def kielce_encoding(value: Any) -> str:
    """Check a character encoding."""
    return _checked(values.encoding, value)


def kielce_delimiter(value: Any) -> Any:
    """Check the character between columns; blank stays blank, but a tab is not blank."""
    return value if value in ("", None) else _checked(values.delimiter, value)


def kielce_media_type(value: Any) -> str:
    """Check a media type."""
    return _checked(values.media_type, value)


def kielce_hash_algorithm(value: Any) -> str:
    """Check the name of a checksum algorithm."""
    return _checked(values.hash_algorithm, value)


def kielce_format(value: Any) -> str:
    """Accept a code, extension, media type or friendly name of a file type; store the code."""
    return _checked(values.one_of_vocabulary, "formats", value)


def kielce_guess_format(key: Any, data: Any, errors: Any, context: Any) -> None:
    """Take the file type from the media type or the address when its author names none."""
    if not _is_blank(data.get(key)):
        return
    address = str(data.get(_sibling(key, "url")) or "").split("?")[0].split("#")[0]
    extension = address.rsplit("/", 1)[-1].rpartition(".")[2] if "." in address.rsplit("/", 1)[-1] else ""
    found = vocabularies.file_format(data.get(_sibling(key, "mimetype")) or None) or vocabularies.file_format(
        extension
    )
    if found is None:
        data.pop(key, None)
        raise tk.StopOnError
    data[key] = found.code


def kielce_guess_media_type(key: Any, data: Any, errors: Any, context: Any) -> None:
    """Take the media type from the file type when its author names none."""
    if not _is_blank(data.get(key)):
        return
    found = vocabularies.file_format(data.get(_sibling(key, "format")) or None)
    if found is None:
        data.pop(key, None)
        raise tk.StopOnError
    data[key] = found.data["media_type"]


def kielce_synonym_lines(value: Any) -> Any:
    """Lines of synonyms as ``more_synonyms`` takes them; the error names the first line that can't be read."""
    try:
        read_lines(str(value or ""))
    except VocabularyError as error:
        raise tk.Invalid(str(error)) from error
    return value
