"""Versions of a dataset's files: a page of all, an address for each to cite and to fetch again, citations as files."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.plugins import plugin_loaded
from ckanext.kielce.common import formatting
from ckanext.kielce.common.answers import OwnCaching
from ckanext.kielce.export import about, citation
from ckanext.kielce.export.citation import Cited
from flask import Blueprint
from werkzeug.wrappers import Response

kielce_versions = Blueprint("kielce_versions", __name__)

#: Letters of the hash that stand in an address and a citation; a whole hash is taken too.
SHORT = 16
#: A version never changes: who has it need not ask again for a year.
KEEP_SECONDS = 31_536_000
CITATIONS = {
    "bib": "application/x-bibtex",
    "json": "application/vnd.citationstyles.csl+json",
    "txt": "text/plain",
}


def _package(package_id: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = tk.get_action("package_show")({}, {"id": package_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("There is no such dataset, or it is not public."))
    return found


def _versions(pkg: dict[str, Any]) -> list[dict[str, Any]]:
    if not plugin_loaded("kielce_quality"):
        return []
    from ckanext.kielce.quality import shared

    found = shared.seen_versions(pkg)
    for version in found:
        version["short"] = str(version["sha256"])[:SHORT]
        version["url"] = tk.url_for(
            "kielce_versions.one",
            package_id=pkg["name"],
            resource_id=version["resource_id"],
            version=version["short"],
        )
    return found


def _version(pkg: dict[str, Any], resource_id: str, version: str) -> dict[str, Any]:
    if len(version) >= SHORT:
        for found in _versions(pkg):
            if found["resource_id"] == resource_id and str(found["sha256"]).startswith(version):
                return found
    return tk.abort(404, tk._("There is no such version of this file."))


def _cited(pkg: dict[str, Any], lang: str, version: dict[str, Any] | None = None) -> Cited:
    if version is None:
        return about.cited(pkg, lang)
    url = tk.url_for(
        "kielce_versions.one",
        package_id=pkg["name"],
        resource_id=version["resource_id"],
        version=version["short"],
        _external=True,
        locale="default",
    )
    return about.cited(pkg, lang, url=str(url), changed=_day(version["first_seen"]), version=version["short"])


def _day(moment: dt.datetime) -> dt.date:
    return moment.astimezone(formatting.WARSAW).date()


def index(package_id: str) -> str:
    """List every version of a dataset's files."""
    pkg = _package(package_id)
    cited = _cited(pkg, about.language())
    shown = {"pkg": pkg, "versions": _versions(pkg), "citation": citation.line(cited, about.language())}
    return tk.render("kielce_export/versions.html", shown)


def one(package_id: str, resource_id: str, version: str) -> str:
    """Show one version: when, which hash, how to cite it, where to fetch it."""
    pkg = _package(package_id)
    found = _version(pkg, resource_id, version)
    cited = _cited(pkg, about.language(), found)
    shown = {
        "pkg": pkg,
        "version": found,
        "citation": citation.line(cited, about.language()),
        "bibtex": citation.bibtex(cited, about.today()),
    }
    return tk.render("kielce_export/version.html", shown)


def data(package_id: str, resource_id: str, version: str) -> Response:
    """Give the table of a version that is kept."""
    pkg = _package(package_id)
    found = _version(pkg, resource_id, version)
    from ckanext.kielce.quality import shared

    text = shared.version_text(resource_id, str(found["sha256"]))
    if text is None:
        return tk.abort(410, tk._("The table of this version is no longer kept. Its date and hash are."))
    answer = OwnCaching(text, content_type="text/csv")
    name = f"{pkg['name']}-{_day(found['first_seen']).isoformat()}-{found['short'][:8]}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    public = not pkg.get("private")
    answer.headers["Cache-Control"] = (
        f"public, max-age={KEEP_SECONDS}, immutable" if public else "private, no-cache"
    )
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.set_etag(str(found["sha256"])[:40])
    return answer.make_conditional(tk.request, accept_ranges=True, complete_length=len(text))


def cite(package_id: str, kind: str, resource_id: str = "", version: str = "") -> Response:
    """Give a citation of a dataset or of one version of a file: ``bib``, ``json`` (CSL) or ``txt``."""
    if kind not in CITATIONS:
        return tk.abort(
            404, tk._("There is no such form. There are: {forms}.").format(forms=", ".join(CITATIONS))
        )
    pkg, lang = _package(package_id), about.language()
    found = _version(pkg, resource_id, version) if version else None
    cited = _cited(pkg, lang, found)
    if kind == "txt":
        text = citation.line(cited, lang) + "\n"
    else:
        text = citation.bibtex(cited, about.today()) if kind == "bib" else citation.csl(cited, about.today())
    answer = OwnCaching(text, content_type=f"{CITATIONS[kind]}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{pkg["name"]}.{kind}"'
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


_ONE = "/dataset/<package_id>/wersje/<resource_id>/<version>"
kielce_versions.add_url_rule("/dataset/<package_id>/wersje", view_func=index)
kielce_versions.add_url_rule("/dataset/<package_id>/cytuj.<kind>", view_func=cite)
kielce_versions.add_url_rule(_ONE, view_func=one)
kielce_versions.add_url_rule(f"{_ONE}/dane.csv", view_func=data)
kielce_versions.add_url_rule(f"{_ONE}/cytuj.<kind>", view_func=cite)
