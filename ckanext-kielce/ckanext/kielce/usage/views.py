"""One click: what a dataset is used for."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from flask import Blueprint
from werkzeug.wrappers import Response

kielce_usage = Blueprint("kielce_usage", __name__)


def say(package_id: str) -> Response:
    """Count the answer and go back to the dataset's page."""
    try:
        tk.get_action("kielce_usage_say")(
            {"user": ""}, {"id": package_id, "purpose": tk.request.form.get("purpose", "")}
        )
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("There is no such dataset, or it is not public."))
    except tk.ValidationError as error:
        return tk.abort(400, " ".join(word for words in error.error_dict.values() for word in words))
    response: Response = tk.redirect_to(tk.h.url_for("kielce_usage.thanks", package_id=package_id))
    response.headers["Cache-Control"] = "no-store"
    return response


def thanks(package_id: str) -> str:
    """Thank, and show what others said."""
    try:
        found = tk.get_action("kielce_usage_show")({"user": ""}, {"id": package_id, "days": 365})
        package = tk.get_action("package_show")({"user": ""}, {"id": package_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("There is no such dataset, or it is not public."))
    return tk.render("kielce_usage/thanks.html", {"pkg": package, "usage": found})


kielce_usage.add_url_rule("/dataset/<package_id>/uzywam", view_func=say, methods=["POST"])
kielce_usage.add_url_rule("/dataset/<package_id>/uzywam", endpoint="thanks", view_func=thanks)
