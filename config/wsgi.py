"""The web server's entry: ``gunicorn --chdir config wsgi:application`` with CKAN_INI naming the settings file."""

from __future__ import annotations

import os
import threading
from logging.config import fileConfig
from pathlib import Path

from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app
from ckanext.kielce.caching.keys import ALL
from ckanext.kielce.caching.purge import now_or_later
from ckanext.kielce.catalogue import search

ini = str(Path(os.environ["CKAN_INI"]).resolve())
fileConfig(ini, disable_existing_loggers=False)
application = make_app(CKANConfigLoader(ini).get_config())
# New code, new pages: what the caches hold was made by the old one.
now_or_later([ALL])
# The words that the search knows take a second to gather; no reader shall wait for them.
threading.Thread(target=search.warm_up, daemon=True).start()
