"""Makes the users of a portal, inside CKAN: ``python ops/people.py INI`` reads JSON from standard input.

Input: {"people": [{name, fullname, sysadmin, password, role, unit}], "token": bool}. Prints {"token": str | null}.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from ckan import model
from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app
from ckan.plugins import toolkit as tk


def main(ini: str) -> None:
    wanted = json.load(sys.stdin)
    app = make_app(CKANConfigLoader(ini).get_config())
    with app._wsgi_app.app_context():
        site = tk.get_action("get_site_user")({"ignore_auth": True}, {})
        context: dict[str, Any] = {"ignore_auth": True, "user": site["name"]}
        units = tk.get_action("organization_list")({**context}, {})
        for person in wanted["people"]:
            user = model.User.get(person["name"])
            fields = {
                "name": person["name"],
                "email": f"{person['name']}@kielce.example",
                "fullname": person["fullname"],
                "password": person["password"],
            }
            if user is None:
                tk.get_action("user_create")({**context}, fields)
            if person["sysadmin"]:
                tk.get_action("user_patch")({**context}, {"id": person["name"], "sysadmin": True})
            mine = units if person["unit"] == "*" else [unit for unit in units if unit == person["unit"]]
            for unit in mine:
                tk.get_action("organization_member_create")(
                    {**context}, {"id": unit, "username": person["name"], "role": person["role"]}
                )
            if person["desk"]:
                tk.get_action("kielce_role_grant")(
                    {**context}, {"user": person["name"], "role": person["desk"]}
                )
        token = None
        if wanted["token"]:
            token = tk.get_action("api_token_create")({**context}, {"user": "admin", "name": "scripts"})[
                "token"
            ]
        print(json.dumps({"token": token}))


if __name__ == "__main__":
    main(sys.argv[1])
