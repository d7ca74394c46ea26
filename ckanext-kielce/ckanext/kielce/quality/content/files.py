"""What the reader of the file saw: another format or encoding than stated, a file that would do harm."""

from __future__ import annotations

from collections.abc import Iterator

from ..domain.model import Finding
from .base import ContentCheck, Subject, register


class _FromProblems(ContentCheck):
    """Findings out of what the reader had to put up with: it says so in sentences of its own."""

    def applies(self, subject: Subject) -> bool:
        """Always: the reader has looked."""
        return True

    def findings(self, subject: Subject) -> Iterator[Finding]:
        """Yield one finding a problem of the kind."""
        for code in self.rules["problems"]:
            if code in subject.problems:
                polish, english = subject.problems[code]
                yield self.found(subject, problem=code, told_pl=polish, told_en=english)


@register
class DeclaredOtherwise(_FromProblems):
    """Format, encoding or columns are others than stated."""

    code = "declared_otherwise"


@register
class HostileFile(_FromProblems):
    """An archive that unpacks to far too much, thousands of columns, a line without an end, paths out of the archive."""

    code = "hostile_file"
