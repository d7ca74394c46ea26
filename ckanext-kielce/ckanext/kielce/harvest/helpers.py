"""Template helpers of the harvest room."""

from __future__ import annotations

import ckan.plugins as p
from ckanext.harvest.interfaces import IHarvester
from ckanext.kielce.harvest.base import SourceHarvester
from ckanext.kielce.harvest.settings import COMMON


def kielce_harvest_settings() -> list[tuple[str, list[tuple[str, str]]]]:
    """(heading, [(key, what it is for)]) for the form of a source: the keys of all harvesters, then of each.

    The heading of the keys that all share is empty.
    """
    lang = str(p.toolkit.h.lang() or "")[:2]
    groups = [("", [(key, field.help(lang)) for key, field in COMMON.items()])]
    for plugin in p.PluginImplementations(IHarvester):
        if isinstance(plugin, SourceHarvester) and plugin.config_schema:
            rows = [(key, field.help(lang)) for key, field in plugin.config_schema.items()]
            groups.append((plugin.info()["title"], rows))
    return groups
