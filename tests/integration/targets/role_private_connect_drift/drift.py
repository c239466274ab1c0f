# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every edit behind the role's back: what is reported, what a run does about it, and that the next run does nothing.

For each row of edits.py: private_connect_info reports exactly that drift; check mode predicts what the run does and writes nothing; the run
repairs it, or refuses with the plan and writes nothing; with replace it repairs that, too; the next run changes nothing; and all of AWS and
the org is afterwards as it was. The same run makes docs/drift.md: ``drift.py --write`` writes it, without it a difference is a failure.
"""

from __future__ import annotations

import json
import re
import sys
import time
import typing as t

from edits import EDITS, Edit, Site
from runs import COLLECTION, NAME, Json, Run, emulators, equal

PAGE = COLLECTION / "docs" / "drift.md"
Row = tuple[str, str, str, str]
HEAD = """<!--
Copyright (c) 2026, privatelink.salesforce contributors
GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
-->

# What drifts, and what a run does about it

Made by `tests/integration/targets/role_private_connect_drift`, which does each edit on the emulators behind the role's back and then runs the
role in check mode, for real, and once more. Check mode writes nothing and predicts what the run does; a refusal writes nothing; the last run
changes nothing; what belongs to others stays as it is.

`drift` and `blockers` are what `privatelink.salesforce.private_connect_info` returns; the steps are the names of the role's tasks.
Where a run refuses, the next column says what it does with `private_connect_replace: true`.

| Edit | Reported | A run | With replace |
| --- | --- | --- | --- |
"""


def main() -> None:
    only = [word for word in sys.argv[1:] if not word.startswith("-")]
    with emulators() as client:
        site = Site(client)
        site.arrange()
        made = site.role()
        equal("the first run", (made.failed, made.msg), (False, ""))
        site.settle_in()
        rows = []
        for edit in (edit for edit in EDITS if not only or any(word in edit.what for word in only)):
            started = time.monotonic()
            try:
                rows.append(prove(site, edit))
            except AssertionError as error:
                raise SystemExit(f"FAILED after the edit '{edit.what}': {error}") from error
            print(f"ok {edit.what} {time.monotonic() - started:.1f} s", flush=True)
    if not only:
        compare(HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows))


def compare(page: str) -> None:
    if "--write" in sys.argv:
        PAGE.write_text(page, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page:
        raise SystemExit(f"docs/drift.md is not what this test makes; run it with --write and look at the difference. It makes:\n{page}")


def prove(site: Site, edit: Edit) -> Row:
    good, before = site.info(**options(site)), plain(site)
    edit.do(site)
    edited, seen = plain(site), site.state()

    info = site.info(**options(site))
    equal("drift", [item["what"] for item in info["drift"]], list(edit.drift))
    equal("blockers", [item["what"] for item in info["blockers"]], list(edit.blockers))
    for item in info["drift"]:
        check_item(item, info, good)

    predicted = quiet(site, seen, "check mode", check=True)
    if edit.blockers:
        refused = quiet(site, seen, "a refusal")
        equal("the refusal names the plan or the cure", [item["cure"] in refused.msg for item in info["blockers"]], [True] * len(info["blockers"]))
        equal("check mode refuses the same", predicted.msg, refused.msg)
    run = site.role()
    with_replace = None
    if edit.by_hand:
        edit.by_hand(site)
    elif edit.blockers:
        predicted = quiet(site, seen, "check mode with replace", check=True, replace=True)
        run = with_replace = repaired(site, replace=True)
    else:
        equal("the run", (run.failed, run.msg), (False, ""))
    if not edit.by_hand:
        equal("what check mode predicts, for real", predicted.changed, [task for task in run.changed if task not in edit.unforeseen])

    quiet(site, site.state(), "the next run", nothing=True)
    equal("drift after it", site.info(**options(site))["drift"], [])
    if edit.tidy:
        edit.tidy(site)
    wanted = {"before": before, "edited": edited, "rest": without_zone(site, edited)}[edit.leads_to]
    equal("everything afterwards", without_zone(site, plain(site)) if edit.leads_to == "rest" else plain(site), wanted)
    return row(edit, info, run if not edit.blockers else None, with_replace)


def repaired(site: Site, **variables: t.Any) -> Run:
    run = site.role(**variables)
    equal("the run", (run.failed, run.msg), (False, ""))
    return run


def quiet(site: Site, seen: Json, what: str, *, nothing: bool = False, **variables: t.Any) -> Run:
    """A run that may write nothing; ``nothing``: nor report a change, nor fail."""
    site.client.clear_calls()
    run = site.role(**variables)
    equal(f"writes of {what}", site.writes(), [])
    equal(f"everything after {what}", site.state(), seen)
    if nothing:
        equal(what, (run.failed, run.msg, run.changed), (False, "", []))
    return run


def options(site: Site) -> Json:
    """The role's variables as options of the module."""
    names = ("dns_vpcs", "tags", "label", "description")
    return {name: site.vars[f"private_connect_{name}"] for name in names}


def check_item(item: Json, info: Json, good: Json) -> None:
    """What is reported as ``have`` is there, and what is reported as ``want`` is what was there before the edit."""
    part, _dot, field = item["what"].partition(".")
    if part in ("endpoint", "connection") and field not in ("", "tags", "state"):
        equal(f"have of {item['what']}", item["have"], info[part][field])
        fresh = item["what"] == "connection.vpc_endpoint_id" and info["endpoint"] is None
        equal(f"want of {item['what']}", item["want"], "a new endpoint" if fresh else good[part][field])
    elif item["what"] == "record":
        equal("have of record", item["have"], info["dns"][0]["record"])
        if info["endpoint"] is not None and "endpoint.subnet_ids" not in [other["what"] for other in info["drift"]]:
            equal("want of record", item["want"], good["dns"][0]["record"])
    elif field == "tags":
        holder = {"endpoint": "endpoint", "security_group": "security_group"}.get(part)
        have = info[holder]["tags"] if holder else info["dns"][0]["zone"]["tags"]
        want = good[holder]["tags"] if holder else good["dns"][0]["zone"]["tags"]
        equal(f"have of {item['what']}", item["have"], {key: have.get(key) for key in item["want"]})
        equal(f"want of {item['what']}", item["want"], {key: want.get(key) for key in item["want"]})


def plain(site: Site) -> Json:
    """Everything, with a word for each ID and address that a new endpoint or connection has anew, and without the source addresses."""
    state = site.state()
    for org in state["orgs"].values():
        for connection in org["connections"]:
            connection["source_ip_ranges"] = []
            connection["properties"] = [item for item in connection["properties"] if item["name"] != "SourceIpRanges"]
    text = json.dumps(state, sort_keys=True)
    connection = site.client.connections().get(NAME)
    words = {connection["id"]: "<connection>"} if connection else {}
    for endpoint in state["aws"]["endpoints"]:
        if connection and endpoint["id"] == connection["vpc_endpoint_id"]:
            words[endpoint["id"]] = "<endpoint>"
            own = [item for item in state["aws"]["interfaces"] if item["endpoint_id"] == endpoint["id"]]
            for item in own:
                words |= {item["id"]: f"<interface {item['subnet_id']}>", item["address"]: f"<address {item['subnet_id']}>"}
    for value, word in words.items():
        text = re.sub(rf"(?<![\w.]){re.escape(value)}(?![\w.])", word, text)
    return ordered(json.loads(text))


def ordered(value: t.Any) -> t.Any:
    """Lists in the order of their content, since new IDs sort elsewhere."""
    if isinstance(value, dict):
        return {key: ordered(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted((ordered(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return value


def without_zone(site: Site, state: Json) -> Json:
    return {**state, "aws": {**state["aws"], "zones": [zone for zone in state["aws"]["zones"] if zone["name"] != f"{site.host}."]}}


def row(edit: Edit, info: Json, run: Run | None, with_replace: Run | None) -> Row:
    reported = [f"`{item['what']}`: {item['repair'].replace(str(info['dns'][0]['host']), 'of the host')}" for item in info["drift"]]
    reported += [f"in the way: `{item['what']}`" for item in info["blockers"]]
    does = steps(run) if run else "stops before the first write, with the plan" if with_replace else "stops before the first write, with the cure"
    return edit.what, "<br>".join(reported) or "nothing", does, steps(with_replace) if with_replace else ""


def steps(run: Run) -> str:
    return "<br>".join(run.changed) or "nothing"


if __name__ == "__main__":
    main()
