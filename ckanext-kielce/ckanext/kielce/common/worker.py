"""A worker for CKAN's queue that stays in one process.

CKAN's own worker forks for every job and loads all plugins anew in the child, which takes longer than most of the
hundreds of jobs that a city's catalogue makes. RQ's way out is a worker that does not
fork (``SimpleWorker``). What the fork gave – a job that eats memory or crashes takes nobody along – is had by ending the
process after a number of jobs and by the supervisor that starts it again; RQ notices a job whose worker died.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from ckan.lib import jobs
from ckanext.kielce.common import periodic
from flask import Flask
from rq import Queue
from rq.job import Job
from rq.worker import WorkerStatus

#: Jobs after which the process ends, so that what a library leaks does not add up.
JOBS_PER_PROCESS = 1000
#: Resident bytes beyond which it ends after the job at hand: what a large table took is not given back otherwise.
MOST_MEMORY = 500 * 1024 * 1024

_application: Flask | None = None


class SteadyWorker(jobs.Worker):
    """CKAN's worker without the fork; sessions and connections are given back after each job, as CKAN's does."""

    def execute_job(self, job: Job, queue: Queue, *args: Any, **kwargs: Any) -> None:
        self.prepare_execution(job)
        self.perform_job(job, queue)
        self.set_state(WorkerStatus.IDLE)
        periodic.book_soon()
        if resident() > MOST_MEMORY:
            os.kill(os.getpid(), signal.SIGTERM)  # RQ's warm shutdown

    def get_heartbeat_ttl(self, job: Job) -> int:
        """Seconds that the worker may be silent: no process is left to send signs of life while a job runs."""
        timeout = int(job.timeout or 0)
        return timeout + 60 if timeout > 0 else self.worker_ttl


def application() -> Flask | None:
    """The application of the portal whose jobs this process does; None in any other process.

    Jobs run without its context, as CKAN's worker runs them: with one, but without a request, CKAN's translations fail.
    """
    return _application


def resident() -> int:
    """Bytes of memory that this process has now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def work(queues: list[str], *, burst: bool = False, scheduler: bool = True, app: Flask | None = None) -> None:
    """Do the jobs of the queues (default: CKAN's default queue), until ended, or with ``burst`` until there are none.

    :param app: the portal's application, for jobs that ask for it (`application`)
    """
    global _application
    _application = app
    if scheduler:
        periodic.book_all()
    SteadyWorker(queues).work(burst=burst, with_scheduler=scheduler, max_jobs=JOBS_PER_PROCESS)
