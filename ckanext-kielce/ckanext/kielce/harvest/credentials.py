"""Passwords have no place in a source's address or settings, which everybody can read. Pure."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ckanext.kielce.common.marking import N_

# Names of query parameters that hold a secret. Narrower than what is masked in messages: "keyword" is no secret.
PARAMETER = re.compile(
    r"(?:pass|password|passwd|pwd|secret|client_secret|token|access_?token|auth_?token|api_?key|auth_?key|"
    r"apikey|sig|signature|credentials?)",
    re.IGNORECASE,
)
IN_TEXT = re.compile(r"[a-z][a-z0-9+.-]*://[^\s\"'<>\\]+", re.IGNORECASE)
LOG_IN = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s\"'<>?#]*@", re.IGNORECASE)

IN_ADDRESS = N_(
    "The address holds a user name, a password or a key, and everybody can read it. Take it out, and write in the "
    'configuration the name of a secret: {"secret": "NAME"}; its value stands in the environment variable '
    "KIELCE_SECRET_NAME."
)
IN_CONFIG = N_(
    "An address in the configuration holds a user name, a password or a key, and everybody can read it. Take it out, "
    'and use the name of a secret instead: {"secret": "NAME"}.'
)


def has_credentials(url: str) -> bool:
    """Whether an address carries a log-in or a parameter that is a secret by its name."""
    if LOG_IN.match(url.strip()):
        return True
    try:
        pairs = parse_qsl(urlsplit(url.strip()).query, keep_blank_values=False)
    except ValueError:
        return "@" in url
    return any(PARAMETER.fullmatch(name) for name, _value in pairs)


def complaints(url: Any, config: Any) -> dict[str, str]:
    """Complaints by field, ``url`` and ``config``; empty when both may be public."""
    found = {}
    if isinstance(url, str) and has_credentials(url):
        found["url"] = IN_ADDRESS
    text = config if isinstance(config, str) else json.dumps(config or {}, default=str)
    if any(has_credentials(match) for match in IN_TEXT.findall(text)):
        found["config"] = IN_CONFIG
    return found
