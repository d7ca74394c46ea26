"""Answers whose caching is their own matter."""

from __future__ import annotations

from flask import Response
from werkzeug.datastructures import HeaderSet, ResponseCacheControl


class OwnCaching(Response):
    """An answer with ``Cache-Control`` and ``Vary`` of its own.

    CKAN and Flask write theirs over those of every answer ("private", "Cookie"); here they write into the air. Set the
    headers by name.
    """

    cache_control = property(lambda _self: ResponseCacheControl())  # type: ignore[assignment]
    vary = property(lambda _self: HeaderSet())  # type: ignore[assignment]
