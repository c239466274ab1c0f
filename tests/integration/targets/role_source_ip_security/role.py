# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role: its order, its reruns, taking out what it put in, and faults in the middle that leave the earlier state."""

from __future__ import annotations

import os
import time

from security import CONNECTED, EXTERNAL, INTEGRATION, INTEGRATION_PROFILE, NAME, OFFICE, OUTSIDE, Json, Stage, equal, run

SALES = "Custom%3A Sales Operations"
EVERY, EVERY_MEMBER = "enforce_ip_ranges_every_request", "enforceIpRangesEveryRequest"
# In no order; the role has its own.
RESTRICT: list[Json] = [
    {"what": "session_settings", EVERY: True},
    {"what": "profile", "name": "Standard"},
    {"what": "external_client_app", "name": EXTERNAL, "ip_relaxation": "bypass_2factor"},
    {"what": "trusted_ip_ranges"},
    {"what": "profile", "name": SALES},
    {"what": "connected_app", "name": CONNECTED},
]
REFUSAL = (
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><faultcode>sf:UNKNOWN_EXCEPTION</faultcode>'
    "<faultstring>out of order</faultstring></e:Fault></e:Body></e:Envelope>"
)
STEPS = [
    "Trust the ranges",
    "Keep the policies of connected apps",
    "Keep the policies of external client apps",
    "Keep the login IP ranges of profiles",
    "Keep the session settings",
]


def there_and_back(stage: Stage) -> None:
    before = stage.security()
    told = stage.secured(restrict=RESTRICT, check=True)
    equal("what check mode tells", (told.failed, told.changed, stage.soap_writes(), stage.security() == before), (False, STEPS, 0, True))
    done = stage.secured(restrict=RESTRICT)
    equal(f"what is done: {done.msg}", (done.failed, done.changed), (False, STEPS))
    ours = stage.entries
    equal("trusted", stage.trusted(), [OFFICE, *ours])
    equal("profiles", (stage.profile("Standard"), stage.profile(SALES)), (ours, ours))
    equal("apps", (stage.app(CONNECTED), stage.app(EXTERNAL)), (("ENFORCE", [OFFICE, *ours]), ("BYPASS_2FACTOR", [OFFICE, *ours])))
    equal("session settings", stage.client.security()["session_settings"]["enforceIpRangesEveryRequest"], True)
    # One to work, one after each step that can shut somebody out, one at the end.
    equal("logins", stage.logins_made() >= 4, True)
    assert "Allow only from trusted IP addresses" in done.output, done.output
    stage.client.clear_calls()
    again = stage.secured(restrict=RESTRICT)
    equal("a rerun", (again.failed, again.changed, stage.soap_writes()), (False, [], 0))
    back = stage.secured(restrict=RESTRICT, state="absent")
    equal(f"absent: {back.msg}", (back.failed, back.changed), (False, STEPS[:4]))
    # Nothing marks whose the relaxation and the settings are, so they stay.
    after = stage.security()
    after["SecuritySettings"]["Security"]["sessionSettings"][EVERY_MEMBER] = False
    after["ExtlClntAppOauthConfigurablePolicies"][f"{EXTERNAL}_oauthPlcy"]["ipRelaxationPolicyType"] = "Enforce"
    equal("afterwards", after, before)
    gone = stage.secured(restrict=RESTRICT, state="absent")
    equal("absent again", (gone.failed, gone.changed), (False, []))


def others_stay(stage: Stage) -> None:
    """State absent takes out what it put in, also where others hold parts of it, and from an address that then is trusted no more."""
    others = [[stage.ranges[0][0], stage.ranges[0][0], "Theirs"], ["192.0.2.1", "192.0.2.9", "Salesforce Private Connect"]]
    stage.client.set_trusted_ip_ranges(others)
    stage.client.set_login_ip_ranges("Standard", others)
    two = [{"what": "trusted_ip_ranges"}, {"what": "profile", "name": "Standard"}]
    stage.client.source_address(stage.inside)
    equal("present", stage.secured(restrict=two, ranges=["10.9.9.0/24"]).changed, [STEPS[0], STEPS[3]])
    equal("theirs come first", stage.trusted()[:2], others)
    equal("absent", stage.secured(restrict=two, state="absent").changed, [STEPS[0], STEPS[3]])
    equal("what is left", (stage.trusted(), stage.profile("Standard")), (others, others))


def faults_in_the_middle(stage: Stage) -> None:
    """Whichever write is refused: the run ends with the org's words, and everything is as it was."""
    before = stage.security()
    # The external client app takes two writes, the third and the fourth.
    for number, step in ((1, STEPS[1]), (3, STEPS[2]), (5, STEPS[4])):
        stage.client.add_fault("status", "salesforce", "soap.updateMetadata", skip=number, status=500, body=REFUSAL)
        run = stage.secured(restrict=RESTRICT)
        stage.client.clear_faults()
        told = step in run.msg and "out of order" in run.msg and "What this run had changed before was taken back" in run.msg
        equal(f"fault at write {number}: {run.msg}", (run.failed, told), (True, True))
        equal(f"components after a fault at write {number}", stage.security(), before)


def others_write_meanwhile(stage: Stage) -> None:
    """What another job did to the same lists before the run failed is none of the run's, and stays."""
    before = stage.security()
    theirs = ["192.0.2.1", "192.0.2.9", "Theirs"]
    # After the lists of the trusted ranges and of both apps, and their relaxation, come the profiles, then the session settings.
    stage.client.add_fault("hold", "salesforce", "soap.updateMetadata", skip=4, after=True)
    stage.client.add_fault("status", "salesforce", "soap.updateMetadata", skip=4, status=500, body=REFUSAL)
    other = os.fork()
    if other == 0:
        os._exit(_add(stage, theirs))
    run = stage.secured(restrict=RESTRICT)
    stage.client.clear_faults()
    equal("status of the other job", os.waitstatus_to_exitcode(os.waitpid(other, 0)[1]), 0)
    equal(f"refused: {run.msg}", (run.failed, STEPS[4] in run.msg, "was taken back" in run.msg), (True, True, True))
    lists = (stage.trusted(), stage.profile("Standard"), stage.profile(SALES), stage.app(CONNECTED), stage.app(EXTERNAL))
    equal("what is left", lists, ([OFFICE, theirs], [theirs], [], ("ENFORCE", [OFFICE, theirs]), ("ENFORCE", [OFFICE, theirs])))
    settings = "SecuritySettings", "Security", "sessionSettings"
    equal("session settings", *(components[settings[0]][settings[1]][settings[2]] for components in (stage.security(), before)))


def _add(stage: Stage, entry: list[str]) -> int:
    """An entry to each list, while a write of the run is held. Returns an exit code."""
    for _look in range(600):
        held = stage.client.held()
        if held:
            stage.client.set_trusted_ip_ranges([*stage.trusted(), entry])
            stage.client.set_login_ip_ranges("Standard", [*stage.profile("Standard"), entry])
            for app in (CONNECTED, EXTERNAL):
                stage.client.set_app_policy(app, ranges=[*stage.app(app)[1], entry])
            stage.client.release(held[0]["number"])
            return 0
        time.sleep(0.1)
    return 1


def logins_that_fail(stage: Stage) -> None:
    """The login after a step, and the one at the end."""
    before = stage.security()
    two = [{"what": "trusted_ip_ranges"}, {"what": "profile", "name": "Standard"}]
    for number, words in ((1, "Keep the login IP ranges of profiles failed: After the change a new login failed"), (2, "Log in once more")):
        stage.client.add_fault("status", "salesforce", "oauth.token", skip=number, status=400, body='{"error": "invalid_grant"}')
        run = stage.secured(restrict=two)
        stage.client.clear_faults()
        equal(f"login {number}: {run.msg}", (run.failed, words in run.msg, "was taken back" in run.msg), (True, True, True))
        equal("components", stage.security(), before)


def judged_before_the_first_write(stage: Stage) -> None:
    """What would lock out, and what cannot be, is told while nothing is written yet."""
    stage.client.clear_calls()
    stage.login = stage.integration()
    stage.client.source_address(OUTSIDE)
    cases: list[tuple[str, Json, tuple[str, ...]]] = [
        ("lock-out", {"restrict": [*RESTRICT, {"what": "profile", "name": INTEGRATION_PROFILE}]}, (INTEGRATION, OUTSIDE, "allow_lockout")),
        ("unknown profile", {"restrict": [*RESTRICT, {"what": "profile", "name": "Standrad"}]}, ("no profile Standrad; there are Standard",)),
        ("unknown app", {"restrict": [*RESTRICT, {"what": "connected_app", "name": "None"}]}, ("no connected app None", CONNECTED)),
        ("unknown connection", {"connections": [NAME, "Elsewhere"], "restrict": RESTRICT}, ("Elsewhere is missing, not Ready or without",)),
        ("no name", {"restrict": [{"what": "profile"}]}, ("a name with each app and profile",)),
        ("nothing to restrict", {"restrict": []}, ("something in source_ip_security_restrict",)),
        ("no ranges", {"connections": [], "restrict": RESTRICT}, ("Give source_ip_security_connections or source_ip_security_ranges",)),
        ("bad range", {"ranges": ["10.0.0.2-10.0.0.1"], "restrict": RESTRICT}, ("it is reversed",)),
        ("not a thing", {"restrict": [{"what": "profiles", "name": "x"}]}, ("what", "profiles")),
    ]
    for what, variables, words in cases:
        run = stage.secured(**variables)
        equal(f"{what}: it went on", run.failed, True)
        for word in words:
            assert word in run.msg, f"{what}: {word!r} is not in: {run.msg}"
    equal("writes", stage.soap_writes(), 0)
    own = [{"what": "profile", "name": INTEGRATION_PROFILE}]
    run = stage.secured(restrict=own, allow_lockout=True)
    equal(f"allowed, and found out by the login: {run.msg}", (run.failed, "ip restricted" in run.msg, stage.profile(INTEGRATION_PROFILE)), (True, True, []))


if __name__ == "__main__":
    run(there_and_back, others_stay, faults_in_the_middle, others_write_meanwhile, logins_that_fail, judged_before_the_first_write)
