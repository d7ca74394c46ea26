"""Every weight, threshold and code table of the quality model, in one versioned place.

Source: the project's quality model (sections 2 and 3). Change a number here and raise `Rules.version`: the version is
stored with each assessment and shown to the reader. The days of a frequency code live with the codes, in
schemas/vocabularies/frequencies.yaml (see `frequency`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of the EU's Metadata Quality Assessment."""

    name: str
    dimension: str
    points: int


MQA_METRICS: tuple[Metric, ...] = (
    Metric("keywordAvailability", "findability", 30),
    Metric("categoryAvailability", "findability", 30),
    Metric("spatialAvailability", "findability", 20),
    Metric("temporalAvailability", "findability", 20),
    Metric("accessUrlStatusCode", "accessibility", 50),
    Metric("downloadUrlAvailability", "accessibility", 20),
    Metric("downloadUrlStatusCode", "accessibility", 30),
    Metric("formatAvailability", "interoperability", 20),
    Metric("mediaTypeAvailability", "interoperability", 10),
    Metric("formatMediaTypeVocabularyAlignment", "interoperability", 10),
    Metric("formatMediaTypeNonProprietary", "interoperability", 20),
    Metric("formatMediaTypeMachineInterpretable", "interoperability", 20),
    Metric("dcatApCompliance", "interoperability", 30),
    Metric("licenceAvailability", "reusability", 20),
    Metric("knownLicence", "reusability", 10),
    Metric("accessRightsAvailability", "reusability", 10),
    Metric("accessRightsVocabularyAlignment", "reusability", 5),
    Metric("contactPointAvailability", "reusability", 20),
    Metric("publisherAvailability", "reusability", 10),
    Metric("rightsAvailability", "contextuality", 5),
    Metric("byteSizeAvailability", "contextuality", 5),
    Metric("dateIssuedAvailability", "contextuality", 5),
    Metric("dateModifiedAvailability", "contextuality", 5),
)
"""Names as the EU's own reports and DQV triples give them; points sum to 405."""

NO_TABLE_FORMATS: frozenset[str] = frozenset(
    {
        *("PDF", "PDFA1A", "PDFA1B", "PDFX", "DOC", "DOCX", "ODT", "RTF", "TXT", "HTML", "XHTML", "EPUB"),
        *("JPEG", "JPG", "PNG", "GIF", "TIFF", "SVG", "BMP", "WEBP", "EPS", "PPT", "PPTX", "ODP"),
        *("WMS", "WMS_SRVC", "WMTS", "WMTS_SRVC", "TMS", "MP3", "MP4", "MPEG", "AVI", "DWG"),
    }
)
"""Formats out of which no values can be read: what needs values is unmeasurable there."""

TEXT_TYPES: frozenset[str] = frozenset({"text", "string"})
NUMBER_TYPES: frozenset[str] = frozenset({"integer", "number", "decimal", "float"})


@dataclass(frozen=True, slots=True)
class Rules:
    """The numbers of the model. Days are whole days unless said otherwise; shares are 0-1."""

    version: str = "2026.1"

    # index
    weights: Mapping[str, float] = field(default_factory=lambda: {"M": 0.35, "F": 0.35, "C": 0.30})
    grades: tuple[tuple[str, float], ...] = (("A", 85.0), ("B", 70.0), ("C", 50.0), ("D", 0.0))
    gate_links_down: float = 40.0
    gate_delinquent: float = 55.0
    gate_truncated: float = 60.0
    minimum_coverage: float = 0.60

    # M
    mqa_maximum: int = 405
    mqa_bands: tuple[tuple[str, int], ...] = (
        ("excellent", 351),
        ("good", 221),
        ("sufficient", 121),
        ("bad", 0),
    )

    # F: period -> due, overdue, delinquent, in days
    thresholds: tuple[tuple[float, float, float, float], ...] = (
        (1, 1, 2, 3),
        (2, 2, 4, 6),
        (7, 7, 14, 21),
        (14, 14, 21, 28),
        (30, 30, 44, 60),
        (60, 60, 84, 108),
        (90, 90, 120, 150),
        (120, 120, 147, 174),
        (180, 180, 210, 240),
        (300, 300, 342, 384),
        (365, 365, 425, 455),
        (730, 730, 785, 840),
    )
    live_checks: float = 2.0
    """Live data: thresholds are never finer than this many checks of ours."""
    live_delinquent_days: float = 1.0
    severity_at: tuple[float, float, float, float] = (100.0, 70.0, 40.0, 2.0)
    """S before due, at overdue, at delinquent; then it is divided by the last number with each period."""
    dated_parts: Mapping[str, float] = field(
        default_factory=lambda: {"content_age": 0.5, "update_age": 0.3, "punctuality": 0.2}
    )
    undated_parts: Mapping[str, float] = field(
        default_factory=lambda: {"update_age": 0.7, "punctuality": 0.3}
    )
    undated_cap: float = 85.0
    unknown_cap: float = 50.0
    series_share: float = 0.5
    """A period is new when at least this share of the members has values for it."""
    grain_days: Mapping[str, int] = field(
        default_factory=lambda: {
            "day": 1,
            "week": 7,
            "month": 31,
            "quarter": 92,
            "half": 184,
            "year": 366,
            "school_year": 366,
        }
    )
    copy_values: float = 4.0
    """Periods with fewer numbers than this may be alike by chance."""
    lag_periods: int = 5
    lag_minimum: int = 3
    cycle_merge: float = 0.25
    """Undated changes closer together than this share of the declared period are one cycle."""
    learn_from: int = 6
    learn_last: int = 12
    learn_spread: float = 0.5
    """Interquartile range at most this share of the median."""
    learn_factor: float = 1.5
    irregular_percentile: float = 0.95
    irregular_last: int = 20
    irregular_from: int = 8
    irregular_default_days: float = 1095.0
    loosen_low: float = 0.5
    loosen_high: float = 1.5
    punctuality_decay: float = 0.9
    punctuality_last: int = 100
    """Older cycles weigh nothing (0.9 ** 100 is 0.00003)."""
    volatile_checks: int = 8
    volatile_in_period: int = 4
    season_years: int = 2
    season_longest_period: float = 31.0
    """Seasons are looked for only in sets whose period is a month or less: others have empty months by nature."""
    working_weeks: int = 8
    working_shortest_evidence: int = 10
    """Fewer days with data in the eight weeks prove no working-day rhythm."""
    working_below_days: float = 7.0
    """Working days are counted only for periods under a week: a week has weekend and holidays in it anyhow."""
    equal_checks_spread: float = 0.1
    forecast_low: float = 0.1
    forecast_high: float = 0.9
    forecast_minimum: int = 3
    forecast_declared_spread: tuple[float, float] = (0.8, 1.4)
    """Interval as shares of the declared period until there are enough cycles."""

    # C
    content_weights: Mapping[str, float] = field(
        default_factory=lambda: {
            "parses": 25.0,
            "continuity": 20.0,
            "stability": 10.0,
            "volume": 10.0,
            "twins": 10.0,
            "completeness": 10.0,
            "described": 10.0,
            "personal_data": 5.0,
        }
    )
    parse_penalties: Mapping[str, float] = field(
        default_factory=lambda: {
            "empty": 1.0,
            "no_rows": 1.0,
            "wrong_format": 0.4,
            "schema_mismatch": 0.4,
            "broken_characters": 0.4,
            "broken_quotes": 0.2,
            "wrong_encoding": 0.2,
            "ragged_rows": 0.2,
            "mixed_types": 0.2,
            "bad_dates": 0.2,
            "no_header": 0.2,
            "empty_column_name": 0.1,
            "repeated_column_name": 0.1,
            "totals_rows": 0.1,
            "title_rows": 0.1,
        }
    )
    """Share of the part lost by a table that parses but not as promised; sums are cut at 1."""
    parse_penalty_default: float = 0.0
    """Problems not in the table are notices (a file so large that only its beginning was read)."""
    truncated_after: Mapping[str, int] = field(
        default_factory=lambda: {
            "day": 8,
            "week": 42,
            "month": 152,
            "quarter": 365,
            "half": 730,
            "year": 1096,
            "school_year": 1096,
        }
    )
    """Grain -> days: 8 days, 6 weeks, 5 months, 4 quarters, 3 years."""
    truncated_tolerance: float = 0.1
    volume_share: float = 0.5
    volume_span_slack: float = 0.1
    break_value: float = 0.0
    """What is left of the stability part after a break."""


RULES = Rules()
"""The rules in force."""
