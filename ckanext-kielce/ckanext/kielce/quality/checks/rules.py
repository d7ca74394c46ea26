"""Every threshold and word list of the checks, in one versioned place.

Source: the project's quality model, section 4. Shares are 0-1, spans are whole days unless said otherwise. Words are
folded (lower case, no diacritics) and matched as beginnings of words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ckanext.kielce.quality.domain.rules import RULES

Words = tuple[str, ...]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class CheckRules:
    """The numbers of the checks."""

    version: str = "2026.2"
    """Raised with every change of the rules or of what they are applied to: a portal then judges its sets anew."""

    # touched only
    touched_periods: float = 4.0
    """Declared periods of re-uploads without new values."""
    touched_uploads: int = 3
    """Fewer re-uploads than this are an accident, whatever time they span."""
    tolerance: float = RULES.truncated_tolerance
    """Of every span below and of the one above: people upload a few days early."""
    dynamic_header_seconds: float = 300.0
    """A Last-Modified this close to the look is made up by the server on request."""
    dynamic_header_share: float = 0.5

    # truncated
    truncated_after: Mapping[str, int] = field(default_factory=lambda: RULES.truncated_after)
    """Grain -> days: 8 days, 6 weeks, 5 months, 4 quarters, 3 years."""
    truncated_uploads: int = 2
    """The file goes on being published: at least so many changes or re-uploads while the newest period stays put."""
    usual_gap_factor: float = 1.5
    """A gap counts only when it is longer than this many of the longest earlier ones."""
    member_regular: float = 0.7
    """Share of its periods, seasons aside, in which a member had values before it stopped."""
    member_periods: Mapping[str, int] = field(
        default_factory=lambda: {"year": 2, "school_year": 2, "half": 3, "quarter": 3}
    )
    """Fewest periods a member must have been there for; the default is `member_periods_default`."""
    member_periods_default: int = 4
    series_periods: float = 0.4
    """Labels are members of a series when, from their first period on, they come in this share of the periods,"""
    series_members: float = 0.5
    """and when this share of the labels of a column do."""
    members_most: int = 400
    """More members than this are rows of a register, not series."""
    season_years: int = 2

    # method break
    thousand: tuple[float, float] = (500.0, 2000.0)
    """A change of level within this is a factor of 1000 (and its inverse)."""
    thousand_share: float = 0.6
    """Share of the series that changed by it."""
    quiet_ratio: float = 8.0
    """A series that often changes by more than this from period to period proves no change of unit."""
    codes_share: float = 0.5
    """More of the codes than this are replaced at once."""
    codes_minimum: int = 3
    """A list of fewer codes is replaced only when none of them is left."""
    codes_most: int = 200
    dates_share: float = 0.6
    """From this share of labels that are dates on, a column is no code list."""
    codes_repeat: float = 2.0
    """Rows a code on average; below, the column is no code list."""
    jump_up: float = 1.25
    jump_down: float = 0.8
    jump_noise: float = 0.8
    """Within one series a level is known only so well: this share (of the logarithm) of the jump is enough to be one,"""
    jump_stays: float = 0.65
    """and this share of it has to be left in the last periods."""
    jump_before: int = 3
    """Periods that have to be known before it."""
    jump_over_usual: float = 3.0
    """It has to be so many times as large as what the series usually move together."""
    note_days: int = 400
    note_days_year: int = 800
    """A note that came while we looked came within so many days of the jump."""
    jump_share: float = 0.6
    """Share of the series that jumped."""
    jump_sharp: float = 0.6
    """Share of the jump (of its logarithm) that comes from one period to the next."""
    jump_window: int = 6
    """Periods on either side that levels are compared over."""

    # schema break
    number_share: float = 0.95
    """A column of numbers has at least this share of numbers."""
    text_share: float = 0.2
    """From this share of other things on it is one of text."""
    text_new_cells: int = 2
    """Cells that came since the last version of numbers alone: so many of them,"""
    text_new_share: float = 0.8
    """and this share of them, being numbers with words beside, are a column turned to text."""
    format_share: float = 0.2
    """Share of the dates written in a way not seen at first."""

    # volume
    volume_share: float = RULES.volume_share
    volume_minimum: int = 6
    """Smaller tables prove nothing."""

    # dates
    isolated_years: float = 20.0
    bulk_rows: int = 10
    """Fewer than three distinct values are the others too when they have this many times the rows."""
    outliers_share: float = 0.05
    outliers_most: int = 3
    """Distinct values that may stand together far from the others and still be mistakes."""

    # personal data
    pesel_share: float = 0.20
    digits_share: float = 0.6
    """From this share of cells that are nothing but digits on, a column is one of numbers."""
    text_by_chance: int = 10
    """So many numbers of eleven digits in a column of text: then the share decides here too."""

    # frequency gamed
    fast_days: float = 31.0
    late_periods: float = 2.0
    late_at_first_look: float = 4.0
    """Where the newest period was old already when first seen."""
    kept_cycles: int = 3
    """Advances at the new pace that prove it: four cycles have three gaps."""
    kept_low: float = 0.5
    kept_high: float = 1.5

    twin_slack: float = 1e-9

    # words
    end_words: Words = (
        "zakoncz", "zamkni", "zlikwid", "likwid", "wygasz", "nieczynn", "wycofan", "wylaczon", "zawieszon", "przestal",
        "zniesion", "polaczon", "rozwiaz", "koniec", "ostatni", "archiw", "do konca", "ended", "closed", "discontinued",
        "wygas", "zaprzesta", "zdemontow", "usunie", "nie jest juz", "nie sa juz", "nie prowadz", "przeniesion",
        "dzialal", "funkcjonowal", "nie dziala", "nie funkcjon", "przerwan", "wstrzym", "zaniecha", "sprzedan",
    )  # fmt: skip
    whole_words: Words = (
        "zbior", "seri", "publikac", "projekt", "program", "aktualizac", "pomiar", "dane", "badani", "dataset", "series",
    )  # fmt: skip
    method_words: Words = (
        "metod", "definic", "klasyfikac", "przelicz", "algorytm", "method", "definition", "sposob licz", "sposob oblicz",
        "sposob pomiar", "sposob zbier", "sposob nalicz", "sposob ustal", "sposob zlicz", "liczon", "licze", "nalicz",
        "zlicz", "szacow", "szacun", "kalkul",
    )  # fmt: skip
    """They speak of method by themselves."""
    scope_words: Words = (
        "zakres",
        "obejmuj",
        "wlicza",
        "uwzglednia",
        "kryteri",
        "zasad",
        "sposob",
        "system pomiar",
    )
    """They do so in a sentence that tells of a change."""
    change_words: Words = (
        "zmian", "zmien", "nowa", "nowy", "nowe", "nowej", "nowego", "nowych", "inna", "inny", "innej", "odtad",
        "rowniez", "takze", "dodatkowo", "rozszerz", "changed", "new ",
    )  # fmt: skip
    since_words: Words = ("od ", "since ", "from ")
    attribute_words: frozenset[str] = _words("""
        budowy urodzenia konca koniec zakonczenia waznosci wygasniecia produkcji zalozenia rejestracji
        powstania oddania uruchomienia wpisu zgonu otwarcia zamkniecia modyfikacji aktualizacji
        rozpoczecia zawarcia uchwalenia wejscia wydania obowiazuje obowiazywania umowy planowana
        planowany planowane publikacji utworzenia do od start end expiry built valid modified updated
        created decyzji rejestru podpisania odbioru
    """)
    """Words of a date that describes a thing rather than the time its row is about."""
    span_words: frozenset[str] = _words("tydzien tydz week miesiac month kwartal quarter")
    bound_words: frozenset[str] = _words("od do start end")
    """With one of `span_words` these say which end of the row's own period is written down."""
    open_end_words: frozenset[str] = _words("""
        konca koniec zakonczenia waznosci wygasniecia obowiazuje obowiazywania do umowy end expiry valid
        termin planowana planowany planowane
    """)
    """An end far ahead, or for ever, is sound in a column so named."""
    export_words: frozenset[str] = _words("""
        aktualizacji eksportu wygenerowano wygenerowania eksport generacji pobrania wydruku updated
        export generated
    """)
    """A column of one date so named says when the file was made, not what is in it."""
    code_words: frozenset[str] = _words("""
        id kod code nr numer linia symbol teryt obreb okreg obwod rejon strefa pkd lp line klasa oddzial
        filia dzial rozdzial paragraf
    """)
    """Whole numbers in a column so named are labels, not quantities."""
    row_words: frozenset[str] = _words("id lp nr numer identyfikator uuid fid gid")
    """A column so named, with another value in each row, numbers the rows."""
    empty_reasons: frozenset[str] = frozenset(
        (
            "",
            "-",
            "–",
            "—",
            ".",
            "brak",
            "brak danych",
            "n/d",
            "nd",
            "nie dotyczy",
            "none",
            "null",
            "x",
            "bd",
            "b.d.",
            "?",
        )
    )


CHECK_RULES = CheckRules()
"""The rules in force."""
