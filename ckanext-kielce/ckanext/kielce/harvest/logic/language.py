"""In which language an action answers."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from flask import has_request_context


def reader() -> str:
    """The language of the page or call: "pl" or "en"; English for commands and jobs, which have no reader."""
    return "pl" if has_request_context() and str(tk.h.lang() or "").startswith("pl") else "en"
