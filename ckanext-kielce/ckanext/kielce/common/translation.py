"""One translation catalogue for all plugins of the portal."""

from __future__ import annotations

from pathlib import Path

from ckan.lib.plugins import DefaultTranslation

DOMAIN = "ckanext-kielce"
DIRECTORY = Path(__file__).resolve().parent.parent / "i18n"


class KielceTranslation(DefaultTranslation):
    """ITranslation for every plugin of ours.

    CKAN's default looks for ``i18n`` beside the plugin's top module, which for the harvesters is the wrong folder,
    and names the domain after the plugin; both are fixed here instead.
    """

    def i18n_directory(self) -> str:
        return str(DIRECTORY)

    def i18n_locales(self) -> list[str]:
        return sorted(path.name for path in DIRECTORY.iterdir() if path.is_dir())

    def i18n_domain(self) -> str:
        return DOMAIN
