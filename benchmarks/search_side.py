"""One portal that answers questions, in a process of its own: ``python -m benchmarks.search_side INI``.

Reads a line of JSON, answers with one: ``{"rebuild": true}`` writes the index anew, ``{"params": {…}}`` is given to
``package_search`` as an anonymous caller; the answer has titles, count and the milliseconds that the action took.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any


def answer(task: dict[str, Any]) -> dict[str, Any]:
    """Do what a line asks for."""
    import ckan.plugins.toolkit as tk
    from ckan import model
    from ckan.lib import search

    if task.get("rebuild"):
        search.rebuild(quiet=True, force=True, defer_commit=True, clear=True)
        search.commit()
        return {}
    started = time.perf_counter()
    found = tk.get_action("package_search")({"ignore_auth": False, "user": ""}, dict(task["params"]))
    took = (time.perf_counter() - started) * 1000
    model.Session.remove()
    return {"titles": [row["title"] for row in found["results"]], "count": found["count"], "ms": took}


def main() -> None:
    """Answer until there are no more lines."""
    import logging

    from ckan.cli import CKANConfigLoader
    from ckan.config.middleware import make_app

    app = make_app(CKANConfigLoader(sys.argv[1]).get_config())
    logging.disable(logging.WARNING)
    with app._wsgi_app.test_request_context():
        for line in sys.stdin:
            print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
