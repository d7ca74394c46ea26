"""One call of the API as code to copy: curl, Python, R, JavaScript. Pure."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode


def address(site: str, path: str, params: Mapping[str, Any]) -> str:
    """The whole address of a call; parameters named in the path go there."""
    query = {}
    for name, value in params.items():
        if value in (None, ""):
            continue
        if f"{{{name}}}" in path:
            path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
        else:
            query[name] = value
    return f"{site}{path}" + (f"?{urlencode(query)}" if query else "")


def curl(url: str) -> str:
    """For a shell."""
    return f"curl {shlex.quote(url)}"


def python(url: str, shows: str = "") -> str:
    """Python's own library; ``shows`` is the member of the answer that holds a list."""
    show = "print(json.dumps(answer, indent=2, ensure_ascii=False))"
    if shows:
        show = f"for row in answer{_python(shows)}:\n    print(row)"
    return (
        f"import json\nimport urllib.request\n\nurl = {json.dumps(url)}\n"
        f"with urllib.request.urlopen(url) as reply:\n    answer = json.load(reply)\n{show}"
    )


def r(url: str, shows: str = "") -> str:
    """R with jsonlite."""
    member = "".join(f"${part}" for part in shows.split(".") if part)
    show = f"head(answer{member})" if shows else "str(answer)"
    return f"library(jsonlite)\n\nanswer <- fromJSON({json.dumps(url)})\n{show}"


def javascript(url: str, shows: str = "") -> str:
    """A browser's or Node's own fetch."""
    member = "".join(f".{part}" for part in shows.split(".") if part)
    show = f"console.table(answer{member});" if shows else "console.log(answer);"
    return f"const reply = await fetch({json.dumps(url)});\nconst answer = await reply.json();\n{show}"


def _python(shows: str) -> str:
    return "".join(f'["{part}"]' for part in shows.split(".") if part)


def all_of(url: str, shows: str = "") -> list[tuple[str, str]]:
    """(language, code), in the order in which they are shown."""
    return [
        ("curl", curl(url)),
        ("Python", python(url, shows)),
        ("R", r(url, shows)),
        ("JavaScript", javascript(url, shows)),
    ]
