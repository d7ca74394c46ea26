"""The refusal of the child process. A module of its own: a module that is run is not the one that is imported."""

from __future__ import annotations


class RefusedError(Exception):
    """The file can't be made, for a reason that lies in the data; ``code`` is a key of `words.FAILURES`."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail
