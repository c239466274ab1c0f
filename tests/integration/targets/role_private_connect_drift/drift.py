# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every edit behind the role's back: what is reported, what a run does about it, and that the next run does nothing.

For each row of edits.py: private_connect_info reports exactly that drift; check mode predicts what the run does and writes nothing; the run
repairs it, or refuses with the plan and writes nothing; with replace it repairs that, too; the next run changes nothing; and all of AWS and
the org is afterwards as it was. The same run makes docs/drift.md; if that is another, the test fails and says where the new one is.
"""

from __future__ import annotations

import difflib
import json
import os
import pathlib
import re
import sys
import tempfile
import time
import typing as t

import quick
from edits import EDITS, MARK, Edit, Site
from runs import COLLECTION, NAME, TAG, Json, Run, emulators, equal

PAGE = COLLECTION / "docs" / "drift.md"
Row = tuple[str, str, str, str]
HEAD = """<!--
Copyright (c) 2026, privatelink.salesforce contributors
GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
-->

# What drifts, and what a run does about it

Made by `tests/integration/targets/role_private_connect_drift`, which does each edit on the emulators behind the role's back and then runs the
role in check mode, for real, and once more. Check mode writes nothing and predicts what the run does, apart from the Sync after a creation or a
replacement, a record that comes back as it was, and what goes into a zone that is not there yet. A refusal writes nothing. The last run changes
nothing. What belongs to others stays as it is, apart from their tags on an endpoint that is gone.

`drift` and `blockers` are what `privatelink.salesforce.private_connect_info` returns; the steps are the names of the role's tasks.
Where a run refuses, the next column says what it does with `private_connect_replace: true`.

| Edit | Reported | A run | With replace |
| --- | --- | --- | --- |
"""


def main() -> None:
    only = sys.argv[1:]
    quick.prepare()
    with emulators() as client:
        site = Site(client)
        site.arrange()
        made = site.role()
        equal("the first run", (made.failed, made.msg), (False, ""))
        site.settle_in()
        rows, good = [], site.info(**options(site))
        for edit in (edit for edit in EDITS if not only or any(word in edit.what for word in only)):
            started = time.monotonic()
            try:
                made_row, good = prove(site, edit, good)
                rows.append(made_row)
            except AssertionError as error:
                raise SystemExit(f"FAILED after the edit '{edit.what}': {error}") from error
            print(f"ok {edit.what} {time.monotonic() - started:.1f} s", flush=True)
    table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    if only:
        print(table)
    else:
        compare(HEAD + table)


def compare(page: str) -> None:
    have = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    if have != page:
        made = pathlib.Path(os.environ.get("OUTPUT_DIR") or tempfile.mkdtemp()) / PAGE.name
        made.write_text(page, encoding="utf-8")
        difference = "\n".join(difflib.unified_diff(have.splitlines(), page.splitlines(), "docs/drift.md", "what the collection does", lineterm="", n=0))
        raise SystemExit(f"docs/drift.md does not tell what the collection does. If that is as it should be, copy {made} over it:\n{difference}")


def prove(site: Site, edit: Edit, good: Json) -> tuple[Row, Json]:
    """``good``: what the module told before the edit. Returns the row of the table, and what the module tells in the end."""
    before = plain(site)
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
    run = with_replace = None
    if edit.by_hand:
        edit.by_hand(site)
    elif edit.blockers:
        predicted = quiet(site, seen, "check mode with replace", check=True, replace=True)
        run = with_replace = repaired(site, replace=True)
    else:
        run = repaired(site)
    if run:
        later = unforeseen(edit)
        equal("what check mode predicts, for real", *([task for task in tasks.changed if task not in later] for tasks in (predicted, run)))

    if run is None or run.changed:
        quiet(site, site.state(), "the next run", nothing=True)
    if edit.tidy:
        edit.tidy(site)
    after = site.info(**options(site))
    equal("drift after it", after["drift"], [])
    if run:
        for item in info["drift"]:
            check_repaired(item, after)
    part: t.Callable[[Json], Json] = without_zone(site) if edit.leads_to == "rest" else without_their_tags(site) if "endpoint" in edit.drift else dict
    equal("everything afterwards", part(plain(site)), part(before if edit.leads_to == "before" else edited))
    return row(edit, info, None if edit.blockers else run, with_replace), after


def unforeseen(edit: Edit) -> list[str]:
    """Tasks that work on what is not there yet, or is taken away only for a tear-down, so that check mode finds nothing to compare."""
    found = ["Sync until the connection is ready"] if "connection" in edit.drift or edit.blockers else []
    if edit.blockers and "record" not in edit.drift:
        found.append("Write the records")
    return found + (["Associate further VPCs", "Write the records"] if "zone" in edit.drift else [])


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
    names = ("dns_vpcs", "subnet_ids", "tags", "label", "description")
    return {name: site.vars[f"private_connect_{name}"] for name in names}


def check_item(item: Json, info: Json, good: Json) -> None:
    """What is reported as ``have`` is there, and what is reported as ``want`` is what was there before the edit."""
    part, _dot, field = item["what"].partition(".")
    if part in ("endpoint", "connection") and field not in ("", "tags", "state", "replaced"):
        equal(f"have of {item['what']}", item["have"], info[part][field])
        fresh = item["what"] == "connection.vpc_endpoint_id" and info["endpoint"] is None
        equal(f"want of {item['what']}", item["want"], "a new endpoint" if fresh else good[part][field])
    elif item["what"] == "record":
        equal("have of record", item["have"], info["dns"][0]["record"])
        if info["endpoint"] is not None and "endpoint.subnet_ids" not in [other["what"] for other in info["drift"]]:
            equal("want of record", item["want"], good["dns"][0]["record"])
    elif item["what"] in SHOWN:
        equal(f"have of {item['what']}", ordered(item["have"]), ordered(SHOWN[item["what"]](info)))
    elif field == "replaced":
        equal("have of endpoint.replaced", item["have"]["id"] in info["own_endpoint_ids"], True)
    elif field == "tags":
        holder = {"endpoint": "endpoint", "security_group": "security_group"}.get(part)
        have = info[holder]["tags"] if holder else info["dns"][0]["zone"]["tags"]
        want = good[holder]["tags"] if holder else good["dns"][0]["zone"]["tags"]
        equal(f"have of {item['what']}", item["have"], {key: have.get(key) for key in item["want"]})
        equal(f"want of {item['what']}", item["want"], {key: want.get(key) for key in item["want"]})


def _zone(info: Json) -> Json | None:
    zone = info["dns"][0]["zone"]
    return {"name": zone["name"], "vpcs": zone["vpcs"]} if zone else None


def _marked(info: Json) -> list[Json]:
    return [rule for rule in info["security_group"]["ingress"] if rule["description"] == MARK]


def _named(part: str, *keys: str) -> t.Callable[[Json], Json | None]:
    return lambda info: {key: info[part][key] for key in keys} if info[part] else None


# What the module shows of what it tells as ``have`` and ``want``.
SHOWN: t.Mapping[str, t.Callable[[Json], t.Any]] = {
    "security_group.rules": _marked,
    "endpoint": _named("endpoint", "service_name", "subnet_ids"),
    "zone": _zone,
    "zone.vpcs": lambda info: (_zone(info) or {}).get("vpcs"),
}


def check_repaired(item: Json, after: Json) -> None:
    """What was reported as ``want`` is there when the run is over, and of a replaced endpoint nothing is."""
    if item["what"] in SHOWN:
        equal(f"want of {item['what']}, after it", ordered(item["want"]), ordered(SHOWN[item["what"]](after)))
    elif item["what"] == "endpoint.replaced":
        equal("want of endpoint.replaced", item["want"], None)
        equal("the replaced endpoint is gone", item["have"]["id"] in after["own_endpoint_ids"], False)


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


def without_zone(site: Site) -> t.Callable[[Json], Json]:
    """A part of everything: all but the zone of the host."""
    return lambda state: {**state, "aws": {**state["aws"], "zones": [zone for zone in state["aws"]["zones"] if zone["name"] != f"{site.host}."]}}


def without_their_tags(site: Site) -> t.Callable[[Json], Json]:
    """All but the tags of others on the endpoint: they are gone with the old one."""
    ours = {TAG, *site.vars["private_connect_tags"]}

    def bare(endpoint: Json) -> Json:
        return {**endpoint, "tags": {key: value for key, value in endpoint["tags"].items() if key in ours}} if endpoint["id"] == "<endpoint>" else endpoint

    return lambda state: {**state, "aws": {**state["aws"], "endpoints": [bare(endpoint) for endpoint in state["aws"]["endpoints"]]}}


def row(edit: Edit, info: Json, run: Run | None, with_replace: Run | None) -> Row:
    host = str(info["dns"][0]["host"])
    reported = [f"`{item['what']}`: {re.sub('vpce-[0-9a-f]+', 'vpce-...', item['repair'].replace(host, 'of the host'))}" for item in info["drift"]]
    reported += [f"in the way: `{item['what']}`" for item in info["blockers"]]
    does = steps(run) if run else "stops before the first write, with the plan" if with_replace else "stops before the first write, with the cure"
    return edit.what, "<br>".join(reported) or "nothing", does, steps(with_replace) if with_replace else ""


def steps(run: Run) -> str:
    return "<br>".join(run.changed) or "nothing"


if __name__ == "__main__":
    main()
