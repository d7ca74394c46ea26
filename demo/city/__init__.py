"""The stand-in city: deterministic sample data and real servers for it. See ``docs/demo-city.md``."""

from __future__ import annotations

import datetime as dt

SEED = 26610
"""Every random stream of the generator starts from this number (and a name)."""

GENERATOR_VERSION = 1
"""Raise it when the generated data changes: an older build is then made anew."""

DAY_BEGINS = dt.time(6)
"""The city's day begins at this time (UTC): all that it has published by then is what a build of that day shows."""

SAMPLE_NOTE = (
    "Dane przykładowe: wartości są zmyślone i służą wyłącznie do pokazania działania portalu; "
    "nie opisują rzeczywistego stanu miasta."
)
"""Ends every description, so that nobody takes a generated number for a fact."""
