# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metadata components of an org: the one place where ranges, session settings and app policies are kept.

A component is a plain dict of its members without ``fullName``; absent members are absent.
"""

from __future__ import annotations

import copy
import dataclasses
import time
import typing as t

from . import component_seeds, ranges, wsdl
from .ranges import Problem

if t.TYPE_CHECKING:
    from .org import Org, User

Members = dict[str, t.Any]
SECURITY = "Security"
# A type of which only a list hangs is replaced whole: an empty <networkAccess/> clears.
_WHOLE = ("NetworkAccess",)


@dataclasses.dataclass(frozen=True)
class Stored:
    id: str
    full_name: str
    members: Members
    created_at: float
    modified_at: float
    modified_by: str


@dataclasses.dataclass(frozen=True)
class Outcome:
    """One SaveResult."""

    full_name: str
    problems: tuple[Problem, ...] = ()


class Components:
    def __init__(self, org: Org) -> None:
        self._org = org
        self._of: dict[str, dict[str, Stored]] = {kind: {} for kind in wsdl.KINDS}

    def put(self, kind: str, full_name: str, members: Members, *, record_id: str = "", by: str = "") -> Stored:
        """Store a component past every rule but its type's."""
        now = time.time()
        before = self._of[kind].get(full_name)
        made = Stored(before.id if before else record_id, full_name, members, before.created_at if before else now, now, by)
        self._of[kind][full_name] = made
        return made

    @property
    def kinds(self) -> list[str]:
        return list(self._of)

    def all(self, kind: str) -> list[Stored]:
        return list(self._of[kind].values())

    def members(self, kind: str, full_name: str) -> Members:
        """The members of a component that is there. Raises LookupError."""
        if full_name not in self._of[kind]:
            raise LookupError(f"org {self._org.name} has no {kind} {full_name}; there are: {', '.join(self._of[kind]) or 'none'}")
        return self._of[kind][full_name].members

    def edit(self, kind: str, full_name: str, changes: Members) -> Members:
        """Lay ``changes`` over a component, as a person in Setup does. Raises LookupError, ValueError."""
        _check_names(kind, changes)
        made = self.put(kind, full_name, merged(self.members(kind, full_name), changes, kind, "keeps", {}), by="Setup")
        return made.members

    def find(self, kind: str, asked: str) -> Stored | None:
        """The component that a full name means; spellings by switch."""
        known, switches = self._of[kind], self._org.switches
        if kind == "SecuritySettings":
            spellings = {"Security": ("Security",), "Security_SecuritySettings": ("Security", "SecuritySettings")}.get(switches["security_full_name"])
            return known[SECURITY] if spellings is None or asked in spellings else None
        if asked in known or switches["full_names"] == "exact":
            return known.get(asked)
        if kind == "Profile":
            names = {profile.name.casefold(): profile.full_name for profile in self._org.profiles.values()}
            asked = names.get(asked.casefold(), asked)
        folded = {name.casefold(): stored for name, stored in known.items()}
        return folded.get(asked.casefold())

    def update(self, kind: str, sent: t.Sequence[tuple[str, Members]], *, user: User, all_or_none: bool) -> list[Outcome]:
        """Apply ``(full name, members)`` in turn. Nothing is kept where ``all_or_none`` and one of them fails."""
        before, outcomes = dict(self._of[kind]), []
        for full_name, members in sent:
            problems = self._problems(kind, full_name, members, user)
            stored = self.find(kind, full_name) if not problems else None
            if stored is not None:
                self.put(kind, stored.full_name, self._merged(kind, stored, members), by=user.username)
            outcomes.append(Outcome(full_name, tuple(problems)))
        if all_or_none and any(outcome.problems for outcome in outcomes):
            self._of[kind] = before
            message = "Record rolled back because not all records were valid and the request was using AllOrNone header"
            rolled_back = (Problem("ALL_OR_NONE_OPERATION_ROLLED_BACK", message),)
            outcomes = [outcome if outcome.problems else dataclasses.replace(outcome, problems=rolled_back) for outcome in outcomes]
        return outcomes

    def _merged(self, kind: str, stored: Stored, members: Members) -> Members:
        sent = _settled(kind, members, self._org.switches["empty_list_element"])
        defaults = component_seeds.defaults(kind, stored.members)
        return merged(stored.members, sent, kind, self._org.switches["partial_update"], defaults)

    def _problems(self, kind: str, full_name: str, members: Members, user: User) -> list[Problem]:
        org = self._org
        if not full_name and (kind != "SecuritySettings" or org.switches["security_full_name"] != "any"):
            return [Problem("REQUIRED_FIELD_MISSING", "Required field is missing: fullName", ("fullName",))]
        stored = self.find(kind, full_name)
        if stored is None:
            return [Problem("INVALID_CROSS_REFERENCE_KEY", f"no {kind} named {full_name} found")]
        denied = _denied(org, kind, user)
        if denied:
            return [denied]
        problems = _missing(kind, members, org.switches["required_members"] == "enforced")
        for type_name, items in _range_lists(kind, members):
            if items == [{}]:
                refused = org.switches["empty_list_element"] == "refused"
                names = ranges.ENDS[type_name]
                problems += [Problem("REQUIRED_FIELD_MISSING", f"Required field is missing: {name}", (name,)) for name in names if refused]
            else:
                problems += ranges.check(type_name, items, org.switches)
        return problems + _check_policies(kind, members) + self._check_every_request(kind, members)

    def _check_every_request(self, kind: str, members: Members) -> list[Problem]:
        """A code that the SOAP API documents: with more than five ranges in a profile, they can't be checked on every request."""
        if kind != "SecuritySettings" or self._org.switches["every_request_ranges"] == "any":
            return []
        if not (members.get("sessionSettings") or {}).get("enforceIpRangesEveryRequest"):
            return []
        over = [stored.full_name for stored in self.all("Profile") if len(stored.members.get("loginIpRanges", [])) > 5]
        message = f"Exceeded the limit of five IP ranges specified in a profile: {', '.join(over)}"
        return [Problem("CANNOT_ENABLE_IP_RESTRICT_REQUESTS", message, ("enforceIpRangesEveryRequest",))] if over else []


def merged(before: Members, sent: Members, type_name: str, mode: str, defaults: Members) -> Members:
    """``sent`` over ``before``. Lists replace; ``mode`` says what becomes of members that were not sent."""
    base = defaults if mode == "resets" else before
    made = copy.deepcopy(base)
    for name, value in sent.items():
        member = wsdl.members(type_name)[name]
        if value is None:
            made.pop(name, None)
        elif member.complex and not member.many and member.type not in _WHOLE:
            inner = "resets" if mode != "keeps" else mode
            made[name] = merged(before.get(name) or {}, value, member.type, inner, defaults.get(name) or {})
        else:
            made[name] = copy.deepcopy(value)
    return {name: made[name] for name in wsdl.members(type_name) if name in made}


def shown(org: Org, type_name: str, members: Members) -> Members:
    """Members as an answer has them: order and spelling of ranges by switch, and no secrets."""
    made: Members = {}
    for name, value in members.items():
        member = wsdl.members(type_name)[name]
        if member.type in ranges.ENDS:
            made[name] = ranges.shown(member.type, value, org.switches)
        elif member.complex and not member.many:
            made[name] = shown(org, member.type, value)
        elif name != "consumerSecret":
            made[name] = value
    return made


def _settled(type_name: str, members: Members, rule: str) -> Members:
    """Lists of one empty element, which nobody documents, as the switch has them: cleared or ignored."""
    made: Members = {}
    for name, value in members.items():
        member = wsdl.members(type_name)[name]
        if member.type in ranges.ENDS and value == [{}]:
            if rule == "clears":
                made[name] = []
        elif member.complex and not member.many and value:
            inner = _settled(member.type, value, rule)
            if inner or member.type not in _WHOLE:
                made[name] = inner
        else:
            made[name] = value
    return made


def _missing(type_name: str, members: Members, enforced: bool) -> list[Problem]:
    """Required members that are not sent. Items of lists must always be whole; those of ranges are checked elsewhere."""
    problems = []
    for member in wsdl.members(type_name).values():
        value = members.get(member.name)
        if member.required and value is None and enforced:
            problems.append(Problem("REQUIRED_FIELD_MISSING", f"Required field is missing: {member.name}", (member.name,)))
        if member.complex and member.type not in ranges.ENDS:
            items = value if isinstance(value, list) else [value] if value is not None else []
            problems += [problem for item in items for problem in _missing(member.type, item, enforced or member.many)]
    return problems


def _range_lists(type_name: str, members: Members) -> t.Iterator[tuple[str, list[ranges.Item]]]:
    for name, value in members.items():
        member = wsdl.members(type_name)[name]
        if member.type in ranges.ENDS:
            yield member.type, value
        elif member.complex and not member.many and value:
            yield from _range_lists(member.type, value)


_POLICIES = {
    "ConnectedApp": (("oauthPolicy", "ipRelaxation"), ("ENFORCE", "BYPASS", "BYPASS_2FACTOR", "ENFORCE_RELAXREFRESH")),
    "ExtlClntAppOauthConfigurablePolicies": (("ipRelaxationPolicyType",), ("Enforce", "Bypass", "Bypass_2factor", "Enforce_RelaxRefresh")),
}


def _check_policies(kind: str, members: Members) -> list[Problem]:
    path, allowed = _POLICIES.get(kind, ((), ()))
    value: t.Any = members
    for name in path:
        value = (value or {}).get(name)
    if not path or value is None or value in allowed:
        return []
    return [Problem("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", f"{path[-1]}: bad value for restricted picklist field: {value}", (path[-1],))]


def _denied(org: Org, kind: str, user: User) -> Problem | None:
    if kind == "ExtlClntAppOauthSettings" and not (org.consumer_secrets_in_metadata and user.may("ViewConsumerSecretsInMetadata")):
        words = "the org must allow access to OAuth consumer secrets via Metadata API, the user 'View External Client Apps Consumer Secrets in Metadata'"
        return Problem("INSUFFICIENT_ACCESS_OR_READONLY", f"insufficient access rights on object: {words}")
    if kind == "ExtlClntAppOauthConfigurablePolicies" and not user.may("ManageExternalClientAppPolicies"):
        words = "the user needs 'View all External Client Apps, view their settings, and edit their policies'"
        return Problem("INSUFFICIENT_ACCESS_OR_READONLY", f"insufficient access rights on object: {words}")
    return None


def _check_names(type_name: str, changes: t.Any) -> None:
    known = wsdl.members(type_name)
    unknown = sorted(set(changes) - set(known))
    if unknown:
        raise ValueError(f"{type_name}: unknown {', '.join(unknown)}; known: {', '.join(known)}")
    for name, value in changes.items():
        if known[name].complex:
            for item in value if isinstance(value, list) else [value]:
                _check_names(known[name].type, item or {})
