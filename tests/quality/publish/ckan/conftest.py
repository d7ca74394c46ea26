"""The fixtures of the quality room's CKAN tests, for the tests of what is published."""

from __future__ import annotations

import importlib.util
from pathlib import Path

_spec = importlib.util.spec_from_file_location(
    "quality_ckan_fixtures", Path(__file__).resolve().parents[2] / "ckan" / "conftest.py"
)
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
files, fresh, make_dataset, act, months = (
    getattr(_module, name) for name in ("files", "fresh", "make_dataset", "act", "months")
)
