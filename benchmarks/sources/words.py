"""What the made-up records of both sources are about."""

from __future__ import annotations

THEMES = (
    "ścieżki rowerowe", "drzewa i zieleń miejska", "miejscowe plany zagospodarowania", "przystanki komunikacji",
    "hałas drogowy", "granice osiedli", "adresy i ulice", "budynki użyteczności publicznej",
    "sieć kanalizacji deszczowej", "obszary zalewowe", "szkoły i przedszkola", "zabytki", "oświetlenie uliczne",
    "parkingi", "place zabaw", "działki gminne", "wyrobiska i geologia", "rezerwaty przyrody",
    "strefy płatnego parkowania", "kamery miejskie",
)  # fmt: skip
PLACES = (
    "Śródmieście", "Herby", "Baranówek", "Ślichowice", "Czarnów", "Bocianek", "Dąbrowa", "Białogon", "Karczówka",
    "Pakosz", "Szydłówek", "Niewachlów", "Dyminy", "Zalesie", "KSM",
)  # fmt: skip


def subject(number: int) -> tuple[str, str]:
    """(theme, place) of a record."""
    return THEMES[number % len(THEMES)], PLACES[number // len(THEMES) % len(PLACES)]


def is_changed(number: int) -> bool:
    """Whether the record is one of the hundredth part that changes between two runs."""
    return number % 100 == 37
