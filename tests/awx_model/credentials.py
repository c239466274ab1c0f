# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credential types: what AWX accepts, and what it injects into a job.

After AWX's documentation of custom credential types and its behaviour in release 24: templates are rendered in an immutable sandbox where inputs left
blank are undefined, so an environment variable is set, empty, all the same; files go into env/ of the job's private data directory.
"""

from __future__ import annotations

import dataclasses
import pathlib
import typing as t

import jinja2
import jsonschema
from jinja2 import sandbox

Json = t.Mapping[str, t.Any]

_INPUTS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "required": {"type": "array", "items": {"type": "string"}},
        "fields": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["id", "label"],
                "properties": {
                    "id": {"type": "string", "pattern": "^[a-zA-Z_]+[a-zA-Z0-9_]*$"},
                    "type": {"enum": ["string", "boolean"]},
                    "format": {"enum": ["ssh_private_key", "url"]},
                    "choices": {"type": "array", "minItems": 1, "items": {"type": "string"}, "uniqueItems": True},
                    **{name: {"type": "string"} for name in ("label", "help_text")},
                    **{name: {"type": "boolean"} for name in ("multiline", "secret", "ask_at_runtime")},
                    "default": {},
                },
            },
        },
    },
}
_INJECTORS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "file": {"type": "object", "additionalProperties": False, "patternProperties": {r"^template(\.[a-zA-Z_]+[a-zA-Z0-9_]*)?$": {"type": "string"}}},
        "env": {
            "type": "object",
            "additionalProperties": False,
            "patternProperties": {"^(?!ANSIBLE_)[a-zA-Z_]+[a-zA-Z0-9_]*$": {"type": "string", "pattern": "^[\x00-\x7f]*$"}},
        },
        "extra_vars": {"type": "object"},
    },
}


class _Filenames:
    """`tower.filename` with one path for each template."""


class _Tower:
    filename: _Filenames


@dataclasses.dataclass(frozen=True)
class Injected:
    """``env``: variables of the job; ``secrets``: the values of secret inputs, as they are."""

    env: dict[str, str]
    secrets: list[str]


def problems(credential_type: Json) -> list[str]:
    """Why AWX would refuse the type."""
    found = [
        f"{part}: {error.message}"
        for part, schema in (("inputs", _INPUTS), ("injectors", _INJECTORS))
        for error in jsonschema.Draft202012Validator(schema).iter_errors(credential_type[part])
    ]
    if found:
        return found
    fields = credential_type["inputs"]["fields"]
    ids = [field["id"] for field in fields]
    found += [f"{name} is there twice" for name in sorted(set(ids)) if ids.count(name) > 1]
    found += [f"{name} is required and is no input" for name in credential_type["inputs"].get("required", []) if name not in ids]
    found += ["tower is a reserved name"] if "tower" in ids else []
    for field in fields:
        if field.get("type", "string") != "string":
            found += [f"{key} of {field['id']} is for texts" for key in ("choices", "multiline", "format", "secret") if key in field]
    templates = credential_type["injectors"].get("file", {})
    if "template" in templates and len(templates) > 1:
        found.append("several files need names")
    return found + _undefined(credential_type, ids)


def _undefined(credential_type: Json, ids: list[str]) -> list[str]:
    """Templates that name what is neither an input nor a file."""
    environment = sandbox.ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined)
    filenames = {label.partition(".")[2]: "file" for label in credential_type["injectors"].get("file", {})}
    names: dict[str, t.Any] = {**dict.fromkeys(ids, "EXAMPLE"), "tower": {"filename": filenames}}
    found = []
    for kind in ("file", "env"):
        for label, template in credential_type["injectors"].get(kind, {}).items():
            try:
                environment.from_string(template).render(**names)
            except jinja2.TemplateError as error:
                found.append(f"{label}: {error}")
    return found


def inject(credential_type: Json, inputs: t.Mapping[str, str], private_data_dir: pathlib.Path) -> Injected:
    """Write the files of a job with this credential, and return its variables."""
    fields = {field["id"]: field for field in credential_type["inputs"]["fields"]}
    missing = [name for name in credential_type["inputs"].get("required", []) if not inputs.get(name)]
    unknown = [name for name in inputs if name not in fields]
    if missing or unknown:
        raise ValueError(f"{credential_type['name']}: missing {missing}, unknown {unknown}")
    tower = _Tower()
    names: dict[str, t.Any] = {name: value for name, value in inputs.items() if value}
    for name, field in fields.items():
        if field.get("type") == "boolean":
            names.setdefault(name, False)
        elif field.get("format") == "ssh_private_key" and name in names:
            names[name] = names[name].rstrip("\n") + "\n"
    names["tower"] = tower
    environment = sandbox.ImmutableSandboxedEnvironment()
    for label, template in credential_type["injectors"].get("file", {}).items():
        path = _write(private_data_dir / "env" / f"tmp_{label.replace('.', '_')}", environment.from_string(template).render(**names))
        if "." in label:
            tower.filename = getattr(tower, "filename", None) or _Filenames()
            setattr(tower.filename, label.partition(".")[2], path)
        else:
            tower.filename = t.cast(_Filenames, path)
    env = {name: environment.from_string(template).render(**names) for name, template in credential_type["injectors"].get("env", {}).items()}
    return Injected(env, [inputs[name] for name, field in fields.items() if field.get("secret") and inputs.get(name)])


def _write(path: pathlib.Path, content: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)
    return str(path)
