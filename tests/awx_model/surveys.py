# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Surveys: what AWX accepts as one, and the extra variables that it makes of answers."""

from __future__ import annotations

import typing as t

Json = t.Mapping[str, t.Any]

_DEFAULTS = {"text": str, "textarea": str, "password": str, "multiplechoice": str, "multiselect": (str, list), "integer": int, "float": (int, float)}
_NEEDED = {"type": str, "question_name": str, "variable": str, "required": bool}
_KNOWN = {*_NEEDED, "question_description", "default", "min", "max", "choices", "new_question"}


def problems(survey: Json) -> list[str]:
    """Why AWX would refuse the survey."""
    found = [f"{name} is no {kind.__name__}" for name, kind in (("name", str), ("description", str), ("spec", list)) if not isinstance(survey.get(name), kind)]
    if found:
        return found
    if not survey["spec"]:
        return ["spec has no questions"]
    variables = [question.get("variable") for question in survey["spec"]]
    found += [f"{name} is asked for twice" for name in sorted({str(name) for name in variables}) if variables.count(name) > 1]
    for question in survey["spec"]:
        found += [f"{question.get('variable')}: {problem}" for problem in _of_question(question)]
    return found


def _of_question(question: Json) -> list[str]:
    found = [f"{name} is no {kind.__name__}" for name, kind in _NEEDED.items() if not isinstance(question.get(name), kind)]
    found += [f"{name} is unknown" for name in sorted(set(question) - _KNOWN)]
    limits = [name for name in ("min", "max") if name in question]
    found += [f"{name} is no number" for name in limits if not isinstance(question[name], int) or isinstance(question[name], bool)]
    kind = question.get("type")
    if kind not in _DEFAULTS:
        return [*found, f"type {kind} is unknown"]
    if "default" in question and not isinstance(question["default"], t.cast(type, _DEFAULTS[kind])):
        found.append(f"default is not of type {kind}")
    if kind in ("multiplechoice", "multiselect"):
        choices = question.get("choices")
        if not choices or not all(isinstance(choice, str) for choice in choices):
            found.append("choices are no texts")
    return found


def extra_vars(survey: Json, answers: Json) -> dict[str, t.Any]:
    """What the job gets. A text that is left blank counts as an answer, an empty one, unless a minimum length says that it may not be."""
    unknown = set(answers) - {question["variable"] for question in survey["spec"]}
    if unknown:
        raise ValueError(f"not asked for: {sorted(unknown)}")
    found = {}
    for question in survey["spec"]:
        name = question["variable"]
        value = answers.get(name, question.get("default"))
        if value is None:
            if question["required"]:
                raise ValueError(f"{name} is required")
            if question["type"] in ("text", "textarea") and not question.get("min"):
                found[name] = ""
            continue
        _judge(question, value)
        found[name] = value
    return found


def _judge(question: Json, value: t.Any) -> None:
    name, kind = question["variable"], question["type"]
    if kind in ("multiplechoice", "multiselect"):
        wrong = [item for item in (value if kind == "multiselect" else [value]) if item not in question["choices"]]
        if wrong:
            raise ValueError(f"{name}: {wrong} is none of {question['choices']}")
        return
    if not isinstance(value, t.cast(type, _DEFAULTS[kind])):
        raise ValueError(f"{name}: {value!r} is no {kind}")
    size = value if kind in ("integer", "float") else len(value)
    if size < question.get("min", size) or size > question.get("max", size):
        raise ValueError(f"{name}: {value!r} is out of bounds")
