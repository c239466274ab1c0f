# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A strict part of SOQL: one object, no aggregates but COUNT(), no sub-queries, no date functions.

SELECT <fields> FROM <object> [WHERE ...] [ORDER BY ...] [LIMIT n] [OFFSET n]. What is not understood is refused, never guessed.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
import typing as t

from .errors import ApiError

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>'(?:[^'\\]|\\.)*')
      | (?P<datetime>\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))?)
      | (?P<number>-?\d+(?:\.\d+)?)
      | (?P<word>[A-Za-z][A-Za-z0-9_.]*)
      | (?P<op><=|>=|!=|<>|=|<|>)
      | (?P<mark>[(),])
    )""",
    re.VERBOSE,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_KEYWORDS = {"select", "from", "where", "and", "or", "not", "in", "like", "order", "by", "asc", "desc", "nulls", "first", "last", "limit", "offset"}


def malformed(message: str) -> ApiError:
    return ApiError(400, "MALFORMED_QUERY", message)


@dataclasses.dataclass(frozen=True)
class Comparison:
    """``field op value``; for IN and NOT IN the value is a tuple."""

    field: str
    op: str
    value: t.Any


@dataclasses.dataclass(frozen=True)
class Junction:
    """``and``, ``or`` over any number of parts, or ``not`` over one."""

    op: str
    parts: tuple[t.Any, ...]


@dataclasses.dataclass(frozen=True)
class Ordering:
    field: str
    descending: bool = False
    nulls_last: bool = False


@dataclasses.dataclass(frozen=True)
class Query:
    fields: tuple[str, ...]
    object: str
    where: Comparison | Junction | None = None
    order: tuple[Ordering, ...] = ()
    limit: int | None = None
    offset: int = 0
    count: bool = False


def unescape(literal: str) -> str:
    """The text of a quoted SOQL string. ``\\_`` and ``\\%`` keep their backslash: they mean something to LIKE only."""

    def replace(match: re.Match[str]) -> str:
        char = match.group(1)
        if char in "_%":
            return match.group(0)
        if char not in _ESCAPES:
            raise malformed(f"Illegal string literal: invalid escape sequence '\\{char}'")
        return _ESCAPES[char]

    return re.sub(r"\\(.)", replace, literal[1:-1], flags=re.DOTALL)


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens = self._tokenize(text)
        self.at = 0

    @staticmethod
    def _tokenize(text: str) -> list[tuple[str, str]]:
        tokens, position, end = [], 0, len(text.rstrip())
        while position < end:
            match = _TOKEN.match(text, position)
            if match is None:
                raise malformed(f"unexpected token: {text[position:].split()[0]!r} at column {position + 1}")
            tokens.append((t.cast(str, match.lastgroup), match.group(t.cast(str, match.lastgroup))))
            position = match.end()
        return tokens

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "<EOF>")

    def take(self) -> tuple[str, str]:
        token = self.peek()
        self.at += 1
        return token

    def keyword(self, *words: str) -> bool:
        """Take these words if they come next."""
        ahead = self.tokens[self.at : self.at + len(words)]
        if [text.lower() for kind, text in ahead if kind == "word"] != list(words):
            return False
        self.at += len(words)
        return True

    def mark(self, sign: str) -> bool:
        if self.peek() != ("mark", sign):
            return False
        self.at += 1
        return True

    def expect(self, taken: bool, what: str) -> None:
        if not taken:
            raise malformed(f"unexpected token: '{self.peek()[1]}', expected {what}")

    def name(self) -> str:
        kind, text = self.take()
        if kind != "word" or text.lower() in _KEYWORDS:
            raise malformed(f"unexpected token: '{text}'")
        return text

    def integer(self) -> int:
        kind, text = self.take()
        if kind != "number" or not text.isdigit():
            raise malformed(f"unexpected token: '{text}', expected a number")
        return int(text)

    def query(self) -> Query:
        self.expect(self.keyword("select"), "SELECT")
        fields, count = self.fields()
        self.expect(self.keyword("from"), "FROM")
        found = Query(fields, self.name(), count=count)
        if self.keyword("where"):
            found = dataclasses.replace(found, where=self.condition())
        if self.keyword("order", "by"):
            found = dataclasses.replace(found, order=self.ordering())
        if self.keyword("limit"):
            found = dataclasses.replace(found, limit=self.integer())
        if self.keyword("offset"):
            found = dataclasses.replace(found, offset=self.integer())
        self.expect(self.peek()[0] == "end", "the end of the query")
        return found

    def fields(self) -> tuple[tuple[str, ...], bool]:
        names = [self.name()]
        if names[0].lower() == "count" and self.mark("("):
            self.expect(self.mark(")"), ")")
            return (), True
        while self.mark(","):
            names.append(self.name())
        lowered = [name.lower() for name in names]
        twice = next((name for name in names if lowered.count(name.lower()) > 1), None)
        if twice:
            raise malformed(f"duplicate field selected: {twice}")
        return tuple(names), False

    def condition(self) -> Comparison | Junction:
        parts = [self.term()]
        joined = ""
        while self.peek()[1].lower() in ("and", "or"):
            word = self.take()[1].lower()
            if joined and word != joined:
                raise malformed("AND and OR can't be mixed without parentheses")
            joined = word
            parts.append(self.term())
        return parts[0] if len(parts) == 1 else Junction(joined, tuple(parts))

    def term(self) -> Comparison | Junction:
        if self.keyword("not"):
            return Junction("not", (self.term(),))
        if self.mark("("):
            inner = self.condition()
            self.expect(self.mark(")"), ")")
            return inner
        field = self.name()
        if self.keyword("not", "in"):
            return Comparison(field, "not in", self.values())
        if self.keyword("in"):
            return Comparison(field, "in", self.values())
        if self.keyword("like"):
            return Comparison(field, "like", self.value())
        kind, op = self.take()
        if kind != "op":
            raise malformed(f"unexpected token: '{op}', expected an operator")
        return Comparison(field, "!=" if op == "<>" else op, self.value())

    def values(self) -> tuple[t.Any, ...]:
        self.expect(self.mark("("), "(")
        values = [self.value()]
        while self.mark(","):
            values.append(self.value())
        self.expect(self.mark(")"), ")")
        return tuple(values)

    def value(self) -> t.Any:
        kind, text = self.take()
        if kind == "string":
            return unescape(text)
        if kind == "number":
            return float(text)
        if kind == "datetime":
            try:
                return moment(text)
            except (ValueError, OverflowError):
                raise malformed(f"line 1: invalid date: '{text}'") from None
        words = {"true": True, "false": False, "null": None}
        if kind == "word" and text.lower() in words:
            return words[text.lower()]
        raise malformed(f"unexpected token: '{text}', expected a value")

    def ordering(self) -> tuple[Ordering, ...]:
        found = []
        while True:
            field = self.name()
            descending = self.keyword("desc") or (self.keyword("asc") and False)
            nulls_last = self.keyword("nulls", "last") or (self.keyword("nulls", "first") and False)
            found.append(Ordering(field, descending, nulls_last))
            if not self.mark(","):
                return tuple(found)


def parse(text: str) -> Query:
    return _Parser(text).query()


def moment(text: str) -> datetime.datetime:
    """A date or a date with time and zone, as a moment in UTC."""
    value = datetime.datetime.fromisoformat(re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text.replace("Z", "+00:00")))
    return value.astimezone(datetime.timezone.utc) if value.tzinfo else value.replace(tzinfo=datetime.timezone.utc)


def matches(condition: Comparison | Junction | None, get: t.Callable[[str], t.Any]) -> bool:
    """Whether a row satisfies the condition; ``get`` gives the comparable value of a field."""
    if condition is None:
        return True
    if isinstance(condition, Junction):
        results = (matches(part, get) for part in condition.parts)
        return {"and": all, "or": any, "not": lambda values: not next(values)}[condition.op](results)
    return _compare(get(condition.field), condition.op, condition.value)


def _fold(value: t.Any) -> t.Any:
    return value.casefold() if isinstance(value, str) else value


def _compare(actual: t.Any, op: str, wanted: t.Any) -> bool:
    actual = _fold(actual)
    if op in ("in", "not in"):
        return (actual in [_fold(value) for value in wanted]) == (op == "in")
    if op == "like":
        return isinstance(actual, str) and re.fullmatch(_like(wanted.casefold()), actual, re.DOTALL) is not None
    wanted = _fold(wanted)
    if op in ("=", "!="):
        return (actual == wanted) == (op == "=")
    if actual is None or wanted is None:
        return False
    return {"<": actual < wanted, ">": actual > wanted, "<=": actual <= wanted, ">=": actual >= wanted}[op]


def _like(pattern: str) -> str:
    parts = re.findall(r"\\[_%]|.", pattern, re.DOTALL)
    return "".join({"%": ".*", "_": "."}.get(part, re.escape(part[-1])) for part in parts)
