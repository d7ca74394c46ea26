"""Plain data the quality model reads and answers with: evidence in, assessment out.

Nothing here knows CKAN, a database or the network, so that the portal, a replay of past versions and a test
all judge by the very same code. All datetimes are timezone-aware; all periods are given by their last day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any, Literal

ObservationMethod = Literal["upload", "harvest", "head", "conditional_get", "get", "datastore"]
Grain = Literal["day", "week", "month", "quarter", "half", "year", "school_year"]
LinkState = Literal["up", "down", "unchecked"]
Status = Literal["fresh", "due", "overdue", "delinquent", "closed", "unknown"]
Grade = Literal["A", "B", "C", "D"]
ReasonCode = Literal["insufficient_evidence", "not_updatable", "personal_data"]
ComponentCode = Literal["M", "F", "C"]
Params = Mapping[str, Any]


class PartState(str, Enum):
    """How a part of a score came about (quality.md section 3, last sentence of C)."""

    MEASURED = "measured"
    """Seen and judged."""
    UNMEASURABLE = "unmeasurable"
    """The format prevents it (a PDF): counts 0 and lowers the coverage."""
    MISSING = "missing"
    """Not looked at yet: left out of the score, lowers the coverage."""
    NOT_APPLICABLE = "not_applicable"
    """Does not apply (no twin declared): left out of score and coverage."""


@dataclass(frozen=True, slots=True)
class PiiFinding:
    """Suspected personal data: what kind, how many, in which column. Never a value."""

    code: str
    count: int
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A failure found by a check (quality.md section 4), as the index and the sentences need it."""

    code: str
    """One of the labels: touched_only, truncated, method_break, schema_break, twin_disagreement,
    volume_collapse, bad_dates, pii, freq_gaming; or broken; or a code of the checks on content."""
    resource_id: str | None = None
    since: date | None = None
    share: float = 1.0
    """How much of the table is affected, 0-1 (a member of a series: its share of all members)."""
    params: Params = field(default_factory=dict)
    """What was seen. Two keys are for the model: `part` (part of C -> what the finding leaves of it, 0-1) and `told`
    (language -> text and remedy, where whoever found it has sentences of his own)."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One look at one resource's content. Append-only; unchanged checks only move a counter and a timestamp.

    Only `observed_at` is required: a HEAD knows no more than headers, and what is unknown stays None.
    """

    observed_at: datetime
    method: ObservationMethod = "get"
    http_status: int | None = None
    etag: str | None = None
    last_modified: datetime | None = None
    """What the source says (header or modified date of the resource). Raises a suspicion, proves nothing."""
    length: int | None = None
    """Bytes."""
    bytes_sha256: str | None = None
    value_hash: str | None = None
    """Of the parsed values, or of the bytes where the format holds no table."""
    schema_fingerprint: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    """Column name -> type (text, integer, number, date; a date's format after a colon: `date:%d.%m.%Y`)."""
    rows: int | None = None
    newest_period: date | None = None
    """Last day of the newest period that has values and had ended when seen; no sentinels, no future."""
    oldest_period: date | None = None
    """Last day of the oldest period."""
    period_grain: Grain | None = None
    newest_at: datetime | None = None
    """Live feeds: the newest moment that the data themselves state."""
    announced_until: date | None = None
    """Last day of the newest period in the table, rows entered in advance included."""
    period_hashes: Mapping[date, str] = field(default_factory=dict)
    """Last day of a period -> hash of its values (without the period itself), for the newest 60 or so.
    Future periods included. Shows copies of earlier periods and placeholders that were filled later. Empty: not
    known."""
    active_months: frozenset[str] = frozenset()
    """`YYYY-MM` of the months that have rows, for the newest 36 months or so (seasons). Empty: not known."""
    series: Mapping[str, date] = field(default_factory=dict)
    """Member of the series (a station, a line) -> last day of its last period with values."""
    undated: bool = False
    """The table was read and no column of time was recognised; or the format holds no table."""
    row_hashes: frozenset[int] = frozenset()
    """Hashes of the rows of an undated table (all, or a consistent sample: every hash divisible by 64)."""
    new_rows: int | None = None
    """Instead of `row_hashes`: rows never seen before in this dataset, counted by whoever recorded it."""
    problems: tuple[str, ...] = ()
    """Codes of what the reader had to put up with (`ragged_rows`, `encoding` ...)."""
    parsed: bool | None = None
    """None: not tried (a HEAD, or a format that holds no table)."""
    format_true: str | None = None
    format_declared: str | None = None
    described_columns: int | None = None
    total_columns: int | None = None
    null_share: float | None = None
    """Empty cells, 0-1."""
    pii: tuple[PiiFinding, ...] | None = None
    """None: not looked for; empty: looked for and nothing found."""
    checks: int = 1
    """Looks that saw exactly this content, this one included."""
    last_checked_at: datetime | None = None
    """When this content was last seen; None: only at `observed_at`."""


@dataclass(frozen=True, slots=True)
class ResourceEvidence:
    """What is known of one resource (one table)."""

    resource_id: str
    name: str
    format: str
    promised: bool = True
    """False: documentation, an extra service or a preview, whose silence isn't held against the dataset."""
    observations: tuple[Observation, ...] = ()
    """Oldest first."""
    link: LinkState = "unchecked"
    link_status: int | None = None
    """Last HTTP status of the link."""
    link_checked_at: datetime | None = None
    series_key: str | None = None
    """Resources with the same key are files of one series (a file a year) and are judged as one."""
    ended_members: frozenset[str] = frozenset()
    """Members of the series that the owner has declared ended."""
    checked: frozenset[str] = frozenset()
    """Codes of the checks outside this model that were made on its present content."""


@dataclass(frozen=True, slots=True)
class FrequencyDeclaration:
    """A declared frequency of update, from `at` on."""

    at: datetime
    code: str
    """Code of the EU authority table (MONTHLY)."""
    days: float | None = None
    """Only where the code has no days of its own (CONT, OTHER); fractions for live feeds."""
    approved_by: str | None = None
    """The coordinator who approved it."""
    public_reason: str | None = None
    approved_at: datetime | None = None
    """None with `approved_by` set: approved when declared."""


@dataclass(frozen=True, slots=True)
class ClosedDeclaration:
    """The coordinator's declaration that the set can't be updated any more."""

    reason: str
    end: date | None
    """End of the closed temporal coverage; without it the declaration has no effect."""
    approved_by: str | None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MetricScore:
    """Points of one MQA metric."""

    name: str
    """The MQA's own name, such as `keywordAvailability`."""
    dimension: str
    points: int
    maximum: int
    measured: bool = True
    """False: depends on a check (link, SHACL) that hasn't been made; 0 points until then."""


@dataclass(frozen=True, slots=True)
class MqaResult:
    """Points of the EU's Metadata Quality Assessment for one dataset."""

    metrics: tuple[MetricScore, ...]

    @property
    def points(self) -> int:
        """Sum, 0-405."""
        return sum(metric.points for metric in self.metrics)

    @property
    def maximum(self) -> int:
        """405 for the full list of metrics."""
        return sum(metric.maximum for metric in self.metrics)


@dataclass(frozen=True, slots=True)
class DatasetEvidence:
    """Everything the model needs to judge one dataset."""

    dataset_id: str
    title: str
    declarations: tuple[FrequencyDeclaration, ...] = ()
    """Oldest first; history of a deleted predecessor included."""
    resources: tuple[ResourceEvidence, ...] = ()
    mqa: MqaResult | None = None
    """None: not measured (a CKAN without DCAT)."""
    closed: ClosedDeclaration | None = None
    reviewed_at: datetime | None = None
    """A coordinator's last 'reviewed, still right'."""
    stated_start: datetime | None = None
    """The oldest date that the source itself states for its present content (modified, Last-Modified)."""
    published_since: datetime | None = None
    """Since when the portal has shown it."""
    check_interval_days: float | None = None
    """How often the portal looks; None: worked out from the observations."""
    removed: tuple[ResourceEvidence, ...] = ()
    """Deleted resources (of this set, or of a deleted one) that may be the same content under another id."""
    findings: tuple[Finding, ...] = ()
    """Failures found by checks outside this model (twins, method, history). None of a kind: not found."""
    checked: frozenset[str] = frozenset()
    """Codes of those checks that were made, so that silence can be told from ignorance."""
    twin_declared: bool = False


@dataclass(frozen=True, slots=True)
class Deduction:
    """Points lost, with what was seen. `params` holds plain JSON values (dates as ISO text)."""

    code: str
    component: ComponentCode
    points: float
    """Points of the index (0-100) that mending it would bring back, before gates."""
    params: Params = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gate:
    """A ceiling on the index that was applied, with what was seen."""

    code: str
    limit: float | None
    """None: no public score at all."""
    params: Params = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a component score."""

    code: str
    weight: float
    value: float | None
    """Share of the weight that was earned, 0-1; None where nothing was measured."""
    state: PartState
    params: Params = field(default_factory=dict)

    @property
    def measured(self) -> bool:
        """Whether it was seen and judged."""
        return self.state is PartState.MEASURED


@dataclass(frozen=True, slots=True)
class Component:
    """A component score (M, F or C), 0-100, with its parts."""

    code: ComponentCode
    score: float | None
    """None: not measured."""
    parts: tuple[Part, ...] = ()
    coverage: float = 0.0
    """Share of the evidence that applies and is there, 0-1."""
    notes: tuple[str, ...] = ()
    """Codes such as `undated`, `unknown_frequency`, `volatile`."""

    @property
    def measured(self) -> bool:
        """Whether there is a score."""
        return self.score is not None


@dataclass(frozen=True, slots=True)
class Forecast:
    """When the next new content is to be expected."""

    median: datetime
    earliest: datetime
    """10th percentile: with `latest`, the 80 % interval."""
    latest: datetime
    overdue_at: datetime
    probability_overdue: float
    """That nothing new will have come by `overdue_at`, 0-1."""
    based_on: int
    """Number of past cycles; 0: only the declared frequency."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the model says of one dataset at one moment."""

    dataset_id: str
    assessed_at: datetime
    rules_version: str
    index: float | None
    grade: Grade | None
    reason: ReasonCode | None
    """Why there is no grade; None where there is one."""
    status: Status
    metadata: Component
    freshness: Component
    content: Component
    coverage: float
    gates: tuple[Gate, ...] = ()
    deductions: tuple[Deduction, ...] = ()
    """Largest first."""
    forecast: Forecast | None = None
    next_crossing: datetime | None = None
    """When status or score will change though no new evidence comes; None: never."""
    due_at: datetime | None = None
    overdue_at: datetime | None = None
    delinquent_at: datetime | None = None
    """The moments at which the status turns (past ones included), for search; None: never."""
    declared_code: str | None = None
    """The frequency in force (not one that is waiting for approval)."""
    pending_code: str | None = None
    """A loosening that has not taken effect."""
    declared_period_days: float | None = None
    period_days: float | None = None
    """The period it is judged by: declared or learned."""
    typical_gap_days: int | None = None
    """Median days between new contents, from at least 3 cycles."""
    content_age_days: int | None = None
    update_age_days: int | None = None
    newest_period: date | None = None
    last_new_content: datetime | None = None
    punctuality: float | None = None
    """Exponentially weighted share of cycles on time, 0-1."""
    cycles: int = 0
    """Cycles seen so far."""
    worst_resource_id: str | None = None
    """The promised table that the freshness is that of."""
    closed: ClosedDeclaration | None = None
