"""Looking for new and changed layers, once in a while."""

from __future__ import annotations

import logging

from ckan.plugins import toolkit as tk
from ckanext.kielce.common import periodic
from ckanext.kielce.places import taking

log = logging.getLogger(__name__)

#: Seconds that the first sweep of a large catalogue may take.
TIMEOUT = 7200


def _seconds() -> int:
    return taking.option("sweep_minutes") * 60


def take() -> None:
    """Take layers in and say in the log what was done."""
    log.info("Layers for the sheets of places: %s", taking.sweep().as_dict())


def enqueue() -> None:
    """Queue a sweep now."""
    tk.enqueue_job(take, title="Layers for the sheets of places", rq_kwargs={"timeout": TIMEOUT})


periodic.every("places-take", "kielce_places", _seconds, take)
