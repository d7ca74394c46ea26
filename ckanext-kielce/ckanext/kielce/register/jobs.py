"""The register fills itself from the catalogue, once in a while."""

from __future__ import annotations

import logging

from ckan.plugins import toolkit as tk
from ckanext.kielce.common import periodic

from . import prefill

log = logging.getLogger(__name__)


def _seconds() -> int:
    return int(tk.config["ckanext.kielce.register.prefill_hours"]) * 3600


def fill() -> None:
    """Fill the register and say in the log what was done."""
    log.info("The register was filled from the catalogue: %s", prefill.prefill().as_dict())


periodic.every("register-prefill", "kielce_register", _seconds, fill)
