"""Turtle and N-Triples read fast, for catalogues that are read whole on every run. Pure.

rdflib reads some ten thousand facts a second, this more than ten times as many. Whatever it does not understand it leaves
to rdflib, whose word is the last: `TurtleError` says "read it otherwise", not "it is wrong".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urljoin

from .rdf_store import RDF, TYPE, Row

XSD = "http://www.w3.org/2001/XMLSchema#"
#: A token with the space and comments before it. A name may hold dots, but never ends with one.
TOKEN = re.compile(
    r"""(?:[ \t\r\n]+|\#[^\n\r]*)*
    ( <[^<>"{}|^`\\\x00-\x20]*(?:\\u[0-9A-Fa-f]{4}[^<>"{}|^`\\\x00-\x20]*)*>
    | (?: \"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*''' | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*' )
      (?:@[A-Za-z]+(?:-[A-Za-z0-9]+)*|\^\^)?
    | _:\w(?:[\w\-\u00b7]|\.+(?=[\w\-\u00b7]))*
    | (?:[A-Za-z](?:[\w\-]|\.+(?=[\w\-]))*)?:(?:[\w:\-\u00b7]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]|\.+(?=[\w:\-%\\]))*
    | [+-]?(?:\d+(?:\.\d*)?|\.\d+)[eE][+-]?\d+ | [+-]?\d*\.\d+ | [+-]?\d+
    | @?[A-Za-z]+
    | [.;,\[\]()]
    | \Z
    | .
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_PLAIN = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_NUMBER_START = frozenset("0123456789+-.")
Object = tuple[str, str, str]
NIL: Object = ("u", RDF + "nil", "")


class TurtleError(ValueError):
    """The text holds something that this reader does not know."""


def _unescaped(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        what = match.group(1)
        return chr(int(what[1:], 16)) if what[0] in "uU" and len(what) > 1 else _PLAIN.get(what, what)

    return _ESCAPE.sub(one, text)


class _Reader:
    def __init__(self, text: str, base: str) -> None:
        self.base, self.made = base, 0
        self.prefixes: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.rows: dict[str, list[Row]] = {}
        self.next: Callable[[], str] = self._tokens(text).__next__

    @staticmethod
    def _tokens(text: str) -> Iterator[str]:
        for match in TOKEN.finditer(text):
            yield match.group(1)
        while True:  # a text that ends too early meets this
            yield ""

    def blank(self) -> str:
        self.made += 1
        return f"_:g{self.made}"

    def say(self, subject: str, row: Row) -> None:
        if subject in self.rows:
            self.rows[subject].append(row)
        else:
            self.rows[subject] = [row]

    def iri(self, word: str) -> str:
        """The address that a word names. Raises TurtleError for any other word."""
        found = self.names.get(word)
        if found is not None:
            return found
        if word[:1] == "<" and word[-1:] == ">" and len(word) > 1:
            inner = _unescaped(word[1:-1]) if "\\" in word else word[1:-1]
            found = (
                inner
                if "://" in inner or inner[:4] == "urn:" or inner[:7] == "mailto:"
                else urljoin(self.base, inner)
            )
        else:
            prefix, colon, local = word.partition(":")
            if not colon or prefix not in self.prefixes:
                raise TurtleError(word)
            found = self.prefixes[prefix] + (re.sub(r"\\(.)", r"\1", local) if "\\" in local else local)
        if len(self.names) < 50_000:
            self.names[word] = found
        return found

    def object(self, word: str) -> Object:
        """The object that begins with a word; reads on to its end."""
        start = word[:1]
        if start == "<":
            return ("u", self.iri(word), "")
        if start in ('"', "'"):
            return self.literal(word)
        if start == "_":
            return ("b", word, "")
        if word == "[":
            subject = self.blank()
            inner = self.next()
            if inner != "]":
                self.facts(subject, inner, "]")
            return ("b", subject, "")
        if word == "(":
            return self.collection()
        if start in _NUMBER_START and word != ".":
            kind = "double" if "e" in word.lower() else "decimal" if "." in word else "integer"
            return ("l", word, XSD + kind)
        if word in ("true", "false"):
            return ("l", word, XSD + "boolean")
        return ("u", self.iri(word), "")

    def literal(self, word: str) -> Object:
        if len(word) < 2:  # a quotation mark that nothing closes
            raise TurtleError(word)
        extra = ""
        if word[-1] == "^":
            word, extra = word[:-2], self.iri(self.next())
            extra = "" if extra == XSD + "string" else extra
        elif word[-1] not in "\"'":
            word, _at, lang = word.rpartition("@")
            extra = f"@{lang.lower()}"
        width = 3 if word[:3] in ('"' * 3, "'" * 3) and len(word) > 5 else 1
        inner = word[width:-width]
        return ("l", _unescaped(inner) if "\\" in inner else inner, extra)

    def collection(self) -> Object:
        members = []
        while (word := self.next()) != ")":
            members.append(self.object(word))
        tail = NIL
        for member in reversed(members):
            cell = self.blank()
            self.rows[cell] = [(RDF + "first", *member), (RDF + "rest", *tail)]
            tail = ("b", cell, "")
        return tail

    def facts(self, subject: str, word: str, end: str) -> None:
        """Predicates and objects from ``word`` up to ``end``."""
        while True:
            verb = TYPE if word == "a" else self.iri(word)
            while True:
                self.say(subject, (verb, *self.object(self.next())))
                word = self.next()
                if word != ",":
                    break
            while word == ";":
                word = self.next()
            if word == end:
                return
            if not word or word in ".]),":
                raise TurtleError(word)

    def statement(self, word: str) -> None:
        if word in ("@prefix", "@base") or word.upper() in ("PREFIX", "BASE"):
            self.directive(word)
            return
        if word == "[":
            subject = self.blank()
            inner = self.next()
            if inner != "]":
                self.facts(subject, inner, "]")
            word = self.next()
            if word == ".":
                return
        else:
            kind, subject, _extra = self.object(word)
            if kind == "l":
                raise TurtleError(word)
            word = self.next()
        self.facts(subject, word, ".")

    def directive(self, word: str) -> None:
        if word.lower().endswith("prefix"):
            prefix = self.next()
            if prefix[-1:] != ":":
                raise TurtleError(prefix)
            self.prefixes[prefix[:-1]] = self.iri(self.next())
        else:
            self.base = urljoin(self.base, self.next()[1:-1])
        self.names.clear()
        if word[0] == "@" and self.next() != ".":
            raise TurtleError(word)


def read(text: str, url: str) -> dict[str, list[Row]]:
    """The rows of a text by subject. Raises TurtleError for what this reader does not know."""
    reader = _Reader(text, url)
    try:
        while word := reader.next():
            reader.statement(word)
    except (IndexError, ValueError, OverflowError, RecursionError) as error:
        raise TurtleError(str(error)) from error
    return reader.rows
