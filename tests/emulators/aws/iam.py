# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identity-based IAM policies: whether the documents of a user allow a question. Pure.

moto's own evaluation is not used: there a condition that does not hold denies whatever other statements allow, and it knows no values that
are lists. Here as IAM documents it: an Allow that applies is needed, a Deny that applies wins. What is not understood is an error at
reading, so that a policy with a misspelt operator cannot pass.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

Values = t.Sequence[str]

_KEYS = {"Sid", "Effect", "Action", "Resource", "Condition"}
_OPERATORS = ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "ArnEquals", "ArnLike", "Null")
_SETS = ("ForAllValues", "ForAnyValue")


@dataclasses.dataclass(frozen=True)
class Question:
    """One thing that a call needs: an action on a resource (an ARN, or ``*`` where the action knows none), with the context's keys."""

    action: str
    resource: str = "*"
    context: t.Mapping[str, Values] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class _Condition:
    operator: str
    quantifier: str
    key: str
    wanted: Values

    def holds(self, context: t.Mapping[str, Values]) -> bool:
        have = next((values for key, values in context.items() if key.lower() == self.key.lower()), ())
        if self.operator == "Null":
            return (not have) is (self.wanted[0].lower() == "true")
        if self.quantifier == "ForAllValues":
            return all(self._fits(value) for value in have)  # as in IAM, true where the key is missing
        if not have:
            return "Not" in self.operator
        if self.quantifier == "ForAnyValue":
            return any(self._fits(value) for value in have)
        return self._fits(have[0])

    def _fits(self, value: str) -> bool:
        same = any(_like(wanted, value) if self.operator.endswith("Like") or self.operator.startswith("Arn") else wanted == value for wanted in self.wanted)
        return same is not ("Not" in self.operator)


@dataclasses.dataclass(frozen=True)
class Statement:
    allow: bool
    actions: Values
    resources: Values
    conditions: tuple[_Condition, ...]

    @classmethod
    def parse(cls, raw: t.Mapping[str, t.Any]) -> Statement:
        if set(raw) - _KEYS or raw.get("Effect") not in ("Allow", "Deny") or not raw.get("Action") or not raw.get("Resource"):
            raise ValueError(f"statement {raw.get('Sid')}: needs Effect, Action and Resource; beside them it may have Sid and Condition")
        conditions = [_condition(operator, key, _listed(wanted)) for operator, keys in (raw.get("Condition") or {}).items() for key, wanted in keys.items()]
        return cls(raw["Effect"] == "Allow", _listed(raw["Action"]), _listed(raw["Resource"]), tuple(conditions))

    def applies(self, question: Question) -> bool:
        return (
            any(_like(pattern.lower(), question.action.lower()) for pattern in self.actions)
            and any(_like(pattern, question.resource) for pattern in self.resources)
            and all(condition.holds(question.context) for condition in self.conditions)
        )


class Policy:
    """All documents of a user together."""

    def __init__(self, *documents: t.Mapping[str, t.Any]) -> None:
        for document in documents:
            if document.get("Version") != "2012-10-17" or not isinstance(document.get("Statement"), list):
                raise ValueError("a policy document has the Version 2012-10-17 and a list Statement")
        self._statements = [Statement.parse(raw) for document in documents for raw in document["Statement"]]

    def allows(self, question: Question) -> bool:
        applying = [statement for statement in self._statements if statement.applies(question)]
        return bool(applying) and all(statement.allow for statement in applying)


def _condition(name: str, key: str, wanted: Values) -> _Condition:
    quantifier, _colon, operator = name.rpartition(":")
    if operator not in _OPERATORS or quantifier not in ("", *_SETS) or not wanted:
        raise ValueError(f"condition {name} of {key} is not understood; known: {', '.join(_OPERATORS)}, with {' or '.join(_SETS)} before them")
    return _Condition(operator, quantifier, key, wanted)


def _listed(value: t.Any) -> Values:
    return [str(value)] if isinstance(value, (str, bool)) else [str(item) for item in value]


def _like(pattern: str, value: str) -> bool:
    """``*`` is any text and ``?`` any character; nothing else is special."""
    return re.fullmatch("".join({"*": ".*", "?": "."}.get(sign) or re.escape(sign) for sign in pattern), value, re.DOTALL) is not None
