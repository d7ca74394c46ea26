"""Words for codes, in Polish and English: what cards, facets and lists show."""

from __future__ import annotations

from collections.abc import Mapping

from ckanext.kielce.common import formatting

#: code -> (Polish, English)
GRADES: Mapping[str, tuple[str, str]] = {
    "A": ("A – bardzo dobra", "A – very good"),
    "B": ("B – dobra", "B – good"),
    "C": ("C – wymaga poprawek", "C – needs work"),
    "D": ("D – słaba", "D – poor"),
    "none": ("bez oceny", "no grade"),
}
REASONS: Mapping[str, tuple[str, str]] = {
    "insufficient_evidence": (
        "Za mało sprawdzono, by wystawić ocenę",
        "Too little was checked to give a grade",
    ),
    "not_updatable": ("Zbiór zamknięty – nie jest już aktualizowany", "Closed set – no longer updated"),
    "personal_data": (
        "Sprawdzamy, czy w pliku nie ma danych osobowych",
        "We are checking the file for personal data",
    ),
    "not_scored": ("Jeszcze nie sprawdzono", "Not checked yet"),
}
LABELS: Mapping[str, tuple[str, str]] = {
    "touched_only": ("zmieniany bez nowych danych", "touched without new data"),
    "truncated": ("urwany", "truncated"),
    "method_break": ("zmiana metody", "method changed"),
    "schema_break": ("zmiana układu kolumn", "columns changed"),
    "twin_disagreement": ("sprzeczny z drugim źródłem", "disagrees with its twin"),
    "volume_collapse": ("ubyło danych", "data lost"),
    "bad_dates": ("błędne daty", "bad dates"),
    "pii": ("możliwe dane osobowe", "possible personal data"),
    "freq_gaming": ("obniżona częstotliwość", "frequency lowered"),
}
COMPONENTS: Mapping[str, tuple[str, str]] = {
    "M": ("Opis", "Description"),
    "F": ("Aktualność", "Freshness"),
    "C": ("Treść i wiarygodność", "Content and trust"),
}
DECISIONS: Mapping[str, tuple[str, str]] = {
    "reviewed": ("sprawdzono, nadal aktualne", "reviewed, still right"),
    "closed_series": ("seria zakończona", "series ended"),
    "archival": ("zbiór archiwalny", "archival set"),
    "ended_member": ("część serii zakończona", "part of the series ended"),
    "frequency_approved": ("zatwierdzono częstotliwość", "frequency approved"),
    "frequency_rejected": ("odrzucono częstotliwość", "frequency rejected"),
    "no_personal_data": ("brak danych osobowych", "no personal data"),
    "infrastructure_allowed": ("przebieg sieci może być jawny", "the network may be shown"),
    "removed": ("plik usunięto", "file removed"),
    "twin": ("te same dane w drugim zbiorze", "same figures in another set"),
}


def word(table: Mapping[str, tuple[str, str]], code: str | None, lang: str) -> str:
    """The word for a code; the code itself where there is none."""
    pair = table.get(code or "")
    if pair is None:
        return code or ""
    return pair[0] if lang.startswith("pl") else pair[1]


def unit_sentence(lang: str, *, total: int, late: int, mean: float | None) -> str:
    """How an organisation's sets stand, in a sentence."""
    if lang.startswith("pl"):
        noun = formatting.plural(total, "zbiór", "zbiory", "zbiorów")
        text = f"{formatting.number(total, lang)} {noun}, w tym spóźnionych: {formatting.number(late, lang)}."
        return text if mean is None else f"{text} Średnia ocena: {formatting.number(mean, lang, 0)} na 100."
    noun = "dataset" if total == 1 else "datasets"
    text = f"{formatting.number(total, lang)} {noun}, {formatting.number(late, lang)} of them late."
    return text if mean is None else f"{text} Mean score: {formatting.number(mean, lang, 0)} of 100."
