"""The worker does the queue's jobs in its own process and outlives those that fail."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ckan.lib import jobs
from ckan.plugins import toolkit as tk
from ckanext.kielce.common import worker
from ckanext.kielce.common.worker import work
from flask import has_app_context

pytestmark = [pytest.mark.ckan, pytest.mark.usefixtures("with_plugins", "clean_queues")]


def note_process(path: str) -> None:
    with Path(path).open("a") as stream:
        stream.write(f"{os.getpid()}\n")


def fail() -> None:
    raise ValueError("on purpose")


@pytest.fixture(autouse=True)
def room(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process holds a whole test session: it may be larger than a worker ever gets."""
    monkeypatch.setattr(worker, "MOST_MEMORY", 1 << 40)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "pids"


def test_jobs_are_done_in_one_process_and_a_failure_stops_nobody(log: Path) -> None:
    tk.enqueue_job(note_process, [str(log)])
    failing = tk.enqueue_job(fail)
    tk.enqueue_job(note_process, [str(log)])
    work([], burst=True, scheduler=False)
    assert log.read_text().split() == [str(os.getpid())] * 2
    assert jobs.get_queue().jobs == []
    assert failing.get_status() == "failed"


def test_a_queue_of_its_own_can_be_served(log: Path) -> None:
    tk.enqueue_job(note_process, [str(log)], queue="other")
    work([], burst=True, scheduler=False)
    assert not log.exists()
    work(["other"], burst=True, scheduler=False)
    assert log.exists()


@pytest.fixture
def handlers() -> Iterator[None]:
    """RQ's worker takes the signals over for the rest of the process."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def test_a_process_that_has_grown_large_ends_after_the_job_at_hand(
    log: Path, monkeypatch: pytest.MonkeyPatch, handlers: None
) -> None:
    assert 10_000_000 < worker.resident() < 10_000_000_000
    tk.enqueue_job(note_process, [str(log)])
    tk.enqueue_job(note_process, [str(log)])
    monkeypatch.setattr(worker, "MOST_MEMORY", 0)
    work([], burst=True, scheduler=False)
    assert len(log.read_text().split()) == 1
    assert len(jobs.get_queue().jobs) == 1, "the next process does it"


def note_application(path: str) -> None:
    with Path(path).open("a") as stream:
        stream.write(f"{worker.application().name} {has_app_context()}\n")


def test_jobs_may_ask_for_the_application_and_run_outside_of_it(log: Path, app: Any) -> None:
    tk.enqueue_job(note_application, [str(log)])
    work([], burst=True, scheduler=False, app=app.flask_app)
    assert log.read_text() == f"{app.flask_app.name} False\n"
