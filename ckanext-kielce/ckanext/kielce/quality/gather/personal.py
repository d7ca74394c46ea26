"""Suspected personal data in a table: PESEL numbers.

Rules (quality model, section 4): in a column of numbers at least 20 % of the values have to be valid PESELs, for
random 11-digit numbers pass date and checksum in about 2 % of cases; in text one valid PESEL suffices. Numbers that the
column's name or the word before them calls something else (NIP, REGON, phone, account, parcel, case) are no PESELs.
Only counts leave this module, never a value.
"""

from __future__ import annotations

import re

import polars as pl
from ckanext.kielce.common.periods import fold
from stdnum.pl import pesel

from ..domain.model import PiiFinding

#: Share of valid PESELs from which a column of numbers counts.
NUMBER_SHARE = 0.20
#: Words that say a number is something else.
OTHER_NUMBERS = re.compile(
    r"\b(nip|regon|krs|tel|telefon|fax|konto|rachunek|iban|nrb|dzialk\w*|parcel\w*|sprawa|sygn\w*|faktur\w*|"
    r"umow\w*|licznik\w*|seri\w*|ean|isbn|obreb|ident\w*|id)\b"
)
CANDIDATE = re.compile(r"(?<![\d*/.-])\d{11}(?![\d*/-])")
#: Letters before a number in a text that are looked at for such a word.
BEFORE = 24
#: Values looked at in one column.
SAMPLE = 200_000


def find_personal_data(frame: pl.DataFrame) -> list[PiiFinding]:
    """Columns of a table in which PESEL numbers are suspected."""
    findings = []
    for name in frame.columns:
        column = frame[name]
        if column.dtype.is_integer() or column.dtype == pl.String:
            count = _count(column.head(SAMPLE), name)
            if count:
                findings.append(PiiFinding(code="pesel", count=count, column=name))
    return findings


def _count(column: pl.Series, name: str) -> int:
    """Number of suspected PESELs in a column, 0 where the rules don't suspect any."""
    texts = column.drop_nulls().cast(pl.String)
    if column.dtype.is_integer():
        texts = _with_lost_zeros(texts)
    suspects = texts.filter(texts.str.contains(r"\d{11}"))
    if suspects.is_empty():
        return 0
    numbers = texts.filter(texts.str.contains(r"^\s*\d{11}\s*$"))
    if len(numbers) >= 0.5 * len(texts):
        if OTHER_NUMBERS.search(" ".join(re.split(r"[\W_]+", fold(name)))):
            return 0
        valid = sum(pesel.is_valid(text.strip()) for text in numbers.to_list())
        return valid if valid >= NUMBER_SHARE * len(texts) else 0
    return sum(_valid_in_text(text) for text in suspects.to_list())


def _with_lost_zeros(numbers: pl.Series) -> pl.Series:
    """PESELs of people born 2000-2009 lost a zero or two where a table kept them as numbers.

    Only a column of about that length is padded: dates such as 20261225 pass the checksum by chance when padded.
    """
    long = (numbers.str.len_chars() >= 10).sum()
    return numbers.str.zfill(11) if long >= 0.5 * len(numbers) else numbers


def _valid_in_text(text: str) -> int:
    return sum(
        pesel.is_valid(match.group())
        and not OTHER_NUMBERS.search(fold(text[max(0, match.start() - BEFORE) : match.start()]))
        for match in CANDIDATE.finditer(text)
    )
