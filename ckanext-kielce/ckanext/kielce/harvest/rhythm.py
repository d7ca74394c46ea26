"""When sources are read by themselves, whether they keep their rhythm, and who is told when they do not."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckanext.harvest.model import HarvestSource
from ckanext.kielce.harvest import schedule, standing
from ckanext.kielce.harvest.model import HarvestDay, HarvestRun, HarvestSourceState
from ckanext.kielce.harvest.words import say
from ckanext.kielce.notify.shared import tell as notify
from sqlalchemy.dialects.postgresql import insert

log = logging.getLogger(__name__)

WARSAW = ZoneInfo("Europe/Warsaw")
KEPT_DAYS = 90
# After how long a source that failed, or was read in part, is asked again; the last one repeats.
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (2, 10, 30, 120, 360))
# A source is told of at most once in so long for the same thing; what somebody decided himself, but once.
SILENCE = timedelta(hours=24)


def now() -> datetime:
    return datetime.now(timezone.utc)


def plan_of(source: HarvestSource, state: HarvestSourceState) -> str:
    """The source's schedule: its own, else the one that its frequency in ckanext-harvest means."""
    return state.schedule or schedule.from_frequency(source.frequency, source.id)


def after(run: HarvestRun, *, again: bool) -> None:
    """Note what a run that is over means for its source's rhythm (not committed); ``again``: it may do better soon."""
    from ckanext.kielce.harvest import runs

    state = runs.state_of(run.source_id)
    state.last_run_id = run.id
    good = run.outcome in ("ok", "unchanged") or (run.outcome == "partly" and run.complete)
    if good:
        state.last_success_at = run.finished_at
        state.clean_runs += 1
        state.basis, state.told = run.basis, {}
        _day(run.source_id, run.finished_at or now(), kept=True)
    if not again:
        state.retry_at, state.retry_attempts = None, 0
    else:
        wait = BACK_OFF[min(state.retry_attempts, len(BACK_OFF) - 1)]
        state.retry_at, state.retry_attempts = now() + wait, state.retry_attempts + 1
    _day(run.source_id, run.finished_at or now(), runs=1, failed=0 if good else 1)


def _day(
    source_id: str, moment: datetime, *, due: int = 0, runs: int = 0, failed: int = 0, kept: bool = False
) -> None:
    """Add to the tally of the moment's day in Kielce; ``kept`` says that all that was due until now has been done."""
    day = moment.astimezone(WARSAW).date()
    if due or runs or failed:
        statement = insert(HarvestDay).values(
            source_id=source_id, day=day, due=due, kept=0, runs=runs, failed=failed
        )
        model.Session.execute(
            statement.on_conflict_do_update(
                index_elements=["source_id", "day"],
                set_={
                    "due": HarvestDay.due + due,
                    "runs": HarvestDay.runs + runs,
                    "failed": HarvestDay.failed + failed,
                },
            )
        )
    if kept:
        latest = sa.select(sa.func.max(HarvestDay.day)).where(
            HarvestDay.source_id == source_id, HarvestDay.due > 0, HarvestDay.day <= day
        )
        model.Session.execute(
            sa.update(HarvestDay)
            .where(
                HarvestDay.source_id == source_id,
                HarvestDay.day == latest.scalar_subquery(),
                HarvestDay.kept < HarvestDay.due,
            )
            .values(kept=HarvestDay.kept + 1)
            .execution_options(synchronize_session=False)
        )


def start_due() -> list[str]:
    """Start the sources that are due or to be asked again; returns their ids. One faulty source stops no other."""
    from ckanext.kielce.harvest import runs

    started = []
    for source, state in _sources(runs.engine_types()):
        source_id = source.id
        try:
            if _start_if_due(source, state or runs.state_of(source_id)):
                started.append(source_id)
        except (schedule.ScheduleError, sa.exc.SQLAlchemyError) as error:
            model.Session.rollback()
            log.error("Source %s could not be started: %s", source_id, error)
    return started


def _sources(types: Iterable[str]) -> Sequence[sa.Row[tuple[HarvestSource, HarvestSourceState | None]]]:
    """The sources of these types with the engine's memory of them; those that were purged have no page any more."""
    query = (
        sa.select(HarvestSource, HarvestSourceState)
        .join(model.Package, model.Package.id == HarvestSource.id)
        .outerjoin(HarvestSourceState, HarvestSourceState.source_id == HarvestSource.id)
        .where(HarvestSource.type.in_(list(types)))
        .order_by(model.Package.name)
        .execution_options(populate_existing=True)
    )
    return model.Session.execute(query).all()


def _start_if_due(source: HarvestSource, state: HarvestSourceState) -> bool:
    from ckanext.kielce.harvest import runs

    moment, plan = now(), plan_of(source, state)
    if state.next_due is None and plan != "manual":
        state.next_due = schedule.next_due(plan, moment)
        model.Session.commit()
    # a source that is run by hand only is never due, but a run of it that broke off is repeated all the same
    due = state.next_due is not None and state.next_due <= moment
    retry = state.retry_at is not None and state.retry_at <= moment
    if not (due or retry):
        return False
    if due:
        state.next_due = schedule.next_due(plan, moment)
        _day(source.id, moment, due=1)
    if retry:
        state.retry_at = None
    may = source.active and state.paused_at is None
    model.Session.commit()
    if may:
        runs.start(source.id)
    return may


def reschedule(source: HarvestSource, text: str | None) -> None:
    """Give the source a schedule of its own, or take it away (None). Raises ScheduleError."""
    from ckanext.kielce.harvest import runs

    state = runs.state_of(source.id)
    state.schedule = schedule.normal(text) if text else None
    state.next_due = schedule.next_due(plan_of(source, state), now())
    model.Session.commit()


# Watching


def watch() -> None:
    """Tell the coordinator of sources that do not do what they promise; `health.RULES` says which, and when."""
    from ckanext.kielce.harvest import runs

    engine, moment = set(runs.engine_types()), now()
    for each in standing.of_sources():
        if each.type_known and each.source.type not in engine:
            continue  # ckanext-harvest's own affair
        judged = each.health(moment)
        if judged.topic == "refused" and each.held is not None:
            tell("refused", each.held)
        elif judged.topic:
            lang = _language()
            values = {name: getattr(judged, name)(lang) for name in ("word", "sentence", "remedy")}
            _tell(
                each.source, judged.topic, say("told", lang, **values, **_of(each.source)), once=judged.once
            )
    model.Session.commit()


def tell(topic: str, run: HarvestRun) -> None:
    """Tell the coordinator about a run."""
    source = model.Session.get(HarvestSource, run.source_id)
    if source is not None:
        lang = _language()
        text = say(f"told_{topic}", lang, reason=(run.reason or {}).get(lang, ""), **_of(source))
        _tell(source, topic, text)
        model.Session.commit()


def _language() -> str:
    from ckanext.kielce.harvest.base import language

    return language()


def _of(source: HarvestSource) -> dict[str, str]:
    """What every message names: the source's title and page. The consumers have no web request to make addresses from."""
    site = str(tk.config["ckan.site_url"]).rstrip("/")
    return {"title": source.title, "url": f"{site}/harvest/{source.id}"}


def _tell(source: HarvestSource, topic: str, text: str, *, once: bool = False) -> None:
    """Send the message, whose first line is its subject, unless the same was said lately (not committed)."""
    from ckanext.kielce.harvest import runs

    state = runs.state_of(source.id)
    said = state.told.get(topic)
    if said and (once or datetime.fromisoformat(said) > now() - SILENCE):
        return
    subject, _, body = text.partition("\n")
    notify(coordinators(), f"harvest.{topic}", subject, body.strip() or subject)
    state.told = {**state.told, topic: now().isoformat()}


def coordinators() -> list[str]:
    """Whom to tell: the option's users and addresses, else the portal's sysadmins."""
    named = str(tk.config.get("ckanext.kielce.harvest.coordinators") or "").split()
    if named:
        return named
    return list(
        model.Session.scalars(
            sa.select(model.User.name).where(
                model.User.sysadmin.is_(True), model.User.state == "active", model.User.email.is_not(None)
            )
        )
    )


def forget_old_days() -> None:
    """Keep ninety days of punctuality (not committed)."""
    limit: date = now().astimezone(WARSAW).date() - timedelta(days=KEPT_DAYS)
    model.Session.execute(
        sa.delete(HarvestDay).where(HarvestDay.day < limit).execution_options(synchronize_session=False)
    )
