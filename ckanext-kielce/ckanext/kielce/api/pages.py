"""Pages and files of the room outside ``/api/``: the developers' page, starters of datasets, the sitemap."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk
from ckanext.kielce.api import developers, sitemap, starters
from ckanext.kielce.api.views import kielce_api, language
from flask import Response, request

IPYNB = "application/x-ipynb+json"
QGS = "application/x-qgis-project"
#: Pages of the portal itself that search engines should know.
OWN_PAGES = ("/", "/dataset", "/organization", "/group", "/developers", "/about", "/accessibility")


def developers_page() -> str:
    """Show how to use the portal from a program, and let it be tried."""
    found = developers.page(request.args.to_dict(), language())
    return tk.render("kielce_api/developers.html", found)


def _package(name: str) -> dict[str, Any]:
    """A dataset as the anonymous public sees it: what caches keep must not be a member's view."""
    try:
        found: dict[str, Any] = tk.get_action("package_show")(
            {"user": "", "auth_user_obj": None}, {"id": name}
        )
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("There is no such dataset, or it is not public."))
    return found


def _file(body: bytes, mimetype: str, name: str) -> Response:
    response = Response(body, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def notebook(package_id: str) -> Response:
    """Give a Jupyter notebook to start from."""
    package = _package(package_id)
    return _file(starters.notebook_of(package, language()), IPYNB, f"{package['name']}.ipynb")


def project(package_id: str) -> Response:
    """Give a QGIS project with the layers of a dataset."""
    package = _package(package_id)
    body = starters.project_of(package, language())
    if body is None:
        return tk.abort(404, tk._("This dataset has nothing that QGIS can show on a map."))
    return _file(body, QGS, f"{package['name']}.qgs")


def sitemap_index() -> Response:
    """Give the list of the sitemap's pages."""
    site = str(tk.config["ckan.site_url"]).rstrip("/")
    found = [(f"{site}/sitemap-pages.xml", None)]
    found += [(f"{site}/sitemap-{number}.xml", changed) for number, changed in enumerate(sitemap.latest(), 1)]
    return Response(sitemap.index(found), mimetype="application/xml")


def sitemap_page(number: int) -> Response:
    """Give one page of datasets."""
    places = sitemap.datasets(number - 1)
    if not places:
        return tk.abort(404)
    return _sitemap(places)


def sitemap_pages() -> Response:
    """Give the portal's own pages, units and domains."""
    return _sitemap([*(sitemap.Place(path) for path in OWN_PAGES), *sitemap.groups()])


def _sitemap(places: list[sitemap.Place]) -> Response:
    site = str(tk.config["ckan.site_url"]).rstrip("/")
    return Response(sitemap.page(site, places), mimetype="application/xml")


for _rule, _endpoint, _view in (
    ("/developers", "developers", developers_page),
    ("/dataset/<package_id>/notebook.ipynb", "notebook", notebook),
    ("/dataset/<package_id>/project.qgs", "project", project),
    ("/sitemap.xml", "sitemap", sitemap_index),
    ("/sitemap-<int(min=1, max=9999):number>.xml", "sitemap_page", sitemap_page),
    ("/sitemap-pages.xml", "sitemap_pages", sitemap_pages),
):
    kielce_api.add_url_rule(_rule, endpoint=_endpoint, view_func=_view)
