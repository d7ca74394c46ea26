"""Addresses of the portal's pages, the same in a request, a job and a command."""

from __future__ import annotations

from ckan.plugins import toolkit as tk


def site(path: str, lang: str | None = None) -> str:
    """Full address of a path of the portal; in a language, or free of any (the form to cite and to call)."""
    base = str(tk.config["ckan.site_url"]).rstrip("/")
    root = (tk.config.get("ckan.root_path") or "").rstrip("/")
    prefix = f"/{lang}" if lang and lang != tk.config["ckan.locale_default"] else ""
    if "{{LANG}}" in root:
        return base + root.replace("/{{LANG}}", prefix) + path
    return base + root + prefix + path
