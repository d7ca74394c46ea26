"""The web server's entry: ``gunicorn --chdir config wsgi:application`` with CKAN_INI naming the settings file."""

from __future__ import annotations

import os
from logging.config import fileConfig
from pathlib import Path

from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app

ini = str(Path(os.environ["CKAN_INI"]).resolve())
fileConfig(ini, disable_existing_loggers=False)
application = make_app(CKANConfigLoader(ini).get_config())
