"""Many jobs on CKAN's own queue at once: `enqueue_job` asks Redis several times for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import ckan.lib.jobs as ckan_jobs
from ckan.plugins import toolkit as tk
from rq import Queue


class Call(NamedTuple):
    """A job: the arguments of its function, its title, and its id (a random one unless given)."""

    args: list[Any]
    title: str
    job_id: str | None = None


def enqueue_many(
    function: Callable[..., Any],
    calls: Iterable[Call],
    queue: str = ckan_jobs.DEFAULT_QUEUE_NAME,
    **options: Any,
) -> int:
    """Queue ``function`` once for each of the calls, as CKAN's ``enqueue_job`` does; ``options`` are RQ's.

    :returns: how many jobs were queued
    :raises redis.RedisError: when Redis does not answer
    """
    timeout = tk.config.get("ckan.jobs.timeout")
    prepared = [
        Queue.prepare_data(
            function,
            args=call.args,
            timeout=timeout,
            job_id=call.job_id,
            meta={"title": call.title},
            **options,
        )
        for call in calls
    ]
    if prepared:
        ckan_jobs.get_queue(queue).enqueue_many(prepared)
    return len(prepared)
