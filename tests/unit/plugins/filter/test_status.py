# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters of the status: rows, table and page, and the variables of a connection that is there already."""

from __future__ import annotations

import ast
import copy
import fnmatch
import importlib
import json
import pathlib
import re
from html.parser import HTMLParser

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.privatelink.salesforce.plugins.module_utils import _drift
from ansible_collections.privatelink.salesforce.plugins.modules import private_connect_info
from ansible_collections.privatelink.salesforce.plugins.plugin_utils._status_drawing import PARTS

HOST, ENDPOINT, VPC, REGION = "acme.my.salesforce.com", "vpce-0123456789abcdef0", "vpc-0123456789abcdef0", "eu-central-1"
OTHER_VPC = {"id": "vpc-0fedcba9876543210", "region": "eu-west-1"}
ADDRESSES = ["10.0.1.10", "10.0.2.10"]
MARKUP = "<script>alert('x')</script> & \"y\""
# Elements that HTML closes by itself.
VOID = {"meta"}


def call(name, value):
    module = importlib.import_module(f"ansible_collections.privatelink.salesforce.plugins.filter.{name}")
    filters = module.FilterModule().filters()
    assert list(filters) == [name]
    return filters[name](value)


def record(host=HOST, values=(), alias=None):
    return {"name": host, "type": "A", "ttl": None if alias else 60, "values": list(values), "alias": alias, "set_identifier": None}


def entry(host=HOST, have=None, want=None):
    zone = {"id": "Z1", "name": host, "vpcs": [{"id": VPC, "region": REGION}]}
    return {"host": host, "zone_name": host, "zone": zone, "record": have, "wanted_record": want}


def leftover(item, zone_name=HOST):
    return {"zone_id": "Z1", "zone_name": zone_name, "record": item}


def read(**changes):
    """What private_connect_info returns where all is well."""
    well = record(values=ADDRESSES)
    return {
        "my_domain": HOST,
        "region": REGION,
        "vpc_id": VPC,
        "connection": {
            "name": "Acme_Inbound",
            "label": "Acme",
            "description": "Traffic of the payments VPC",
            "status": "Ready",
            "vpc_endpoint_id": ENDPOINT,
            "source_cidrs": ["10.10.10.0/30"],
        },
        "security_group": None,
        "endpoint": {
            "id": ENDPOINT,
            "state": "available",
            "subnet_ids": ["subnet-1", "subnet-2"],
            "security_group_ids": ["sg-1"],
            "interfaces": [{"zone": zone, "address": address} for zone, address in zip((REGION + "a", REGION + "b"), ADDRESSES)],
        },
        "dns": [entry(have=well, want=well)],
        "dns_leftovers": {"records": [leftover(well)], "zones": [], "kept": []},
        "drift": [],
        "blockers": [],
        "next_step": "nothing",
        **changes,
    }


def drift(what, repair="mend it"):
    return {"what": what, "have": None, "want": 1, "repair": repair}


def status(**changes):
    return {"host": "acme_prod", "name": "Acme_Inbound", "read": read(**changes)}


ERROR = {"host": "acme_uat", "name": "Acme_UAT", "error": "Cannot log in: invalid_client"}
EMPTY = status(connection=None, endpoint=None, dns=[entry()], drift=[drift("endpoint"), drift("connection")], next_step="create the VPC endpoint")


class Page(HTMLParser):
    """Elements as (tag, attributes, text directly in them); fails where they are not closed in order."""

    def __init__(self, text):
        super().__init__()
        self.elements, self._open = [], []
        self.feed(text)
        self.close()
        assert not self._open, f"not closed: {self._open}"

    def handle_starttag(self, tag, attrs):
        element = [tag, dict(attrs), ""]
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.elements.append([tag, dict(attrs), ""])

    def handle_endtag(self, tag):
        assert self._open.pop()[0] == tag

    def handle_data(self, data):
        if self._open:
            self._open[-1][2] += data

    def texts(self, tag=None, kind=None):
        return [text for name, attrs, text in self.elements if text and tag in (None, name) and kind in (None, attrs.get("class"))]

    def drawn(self, kind):
        """Outlines of that kind, by the part that they are."""
        return [attrs["data-part"] for name, attrs, _text in self.elements if name == "rect" and attrs["class"] == kind]

    def arrows(self):
        return [attrs["class"] for name, attrs, _text in self.elements if name == "path"]


# Rows


def test_a_row_where_all_is_well():
    (row,) = call("status_rows", [status()])
    assert row == {
        "host": "acme_prod",
        "name": "Acme_Inbound",
        "my_domain": HOST,
        "region": REGION,
        "vpc_id": VPC,
        "state": "ok",
        "connection_status": "Ready",
        "endpoint_id": ENDPOINT,
        "endpoint_state": "available",
        "interfaces": [{"zone": "eu-central-1a", "address": "10.0.1.10"}, {"zone": "eu-central-1b", "address": "10.0.2.10"}],
        "records": [{"host": HOST, "leads_to": ADDRESSES, "right": True}],
        "source_cidrs": ["10.10.10.0/30"],
        "drift": [],
        "blockers": [],
        "next_step": "nothing",
        "error": None,
    }


def test_every_row_has_the_same_keys_and_is_plain():
    rows = call("status_rows", [status(), EMPTY, ERROR])
    assert [row["state"] for row in rows] == ["ok", "drift", "error"]
    assert len({tuple(sorted(row)) for row in rows}) == 1
    assert json.loads(json.dumps(rows)) == rows


def test_a_row_of_what_is_not_there():
    (row,) = call("status_rows", [EMPTY])
    assert (row["connection_status"], row["endpoint_id"], row["endpoint_state"]) == ("missing", None, "missing")
    assert (row["interfaces"], row["source_cidrs"], row["records"]) == ([], [], [{"host": HOST, "leads_to": [], "right": False}])


def test_a_row_of_an_error_holds_its_text():
    (row,) = call("status_rows", [ERROR])
    assert (row["error"], row["connection_status"]) == ("Cannot log in: invalid_client", None)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"drift": [drift("connection.label")]}, "drift"),
        ({"blockers": [{"what": "vpc", "problem": "it is not there", "cure": "check it"}]}, "drift"),
        ({}, "ok"),
    ],
)
def test_a_state_is_drift_where_anything_differs_or_is_in_the_way(changes, state):
    assert call("status_rows", [status(**changes)])[0]["state"] == state


@pytest.mark.parametrize(
    ("have", "want", "leads_to", "right"),
    [
        (record(values=ADDRESSES), record(values=ADDRESSES), ADDRESSES, True),
        (record(values=["10.9.9.9"]), record(values=ADDRESSES), ["10.9.9.9"], False),
        (record(alias={"dns_name": "vpce.example", "hosted_zone_id": "Z2"}), record(values=ADDRESSES), ["vpce.example"], False),
        (None, record(values=ADDRESSES), [], False),
        (None, None, [], False),
    ],
)
def test_a_record_is_right_only_as_it_is_wanted(have, want, leads_to, right):
    (row,) = call("status_rows", [status(dns=[entry(have=have, want=want)])])
    assert row["records"] == [{"host": HOST, "leads_to": leads_to, "right": right}]


def test_rows_leave_their_input_alone():
    given = [status(drift=[drift("record")]), ERROR]
    before = copy.deepcopy(given)
    call("status_rows", given)[0]["source_cidrs"].append("0.0.0.0/0")
    assert given == before


# Table


def test_a_table_has_a_line_for_each_address_and_what_differs_below():
    lines = call("status_table", [status(drift=[drift("record", f"write the record {HOST}")], dns=[entry(want=record(values=ADDRESSES))])])
    assert lines[0].split("  ")[0] == "connection"
    assert set(lines[1]) == {"-", " "}
    first, second, below = lines[2:]
    assert [word in first for word in ("Acme_Inbound", "Ready", ENDPOINT, "10.0.1.10 eu-central-1a", f"{HOST}: missing !", "10.10.10.0/30")] == [True] * 6
    assert [word in second for word in ("(acme_prod)", "available", "10.0.2.10 eu-central-1b")] == [True] * 3
    assert below == f"    differs: record: write the record {HOST}"


def test_a_table_marks_no_record_that_is_right():
    assert "!" not in "\n".join(call("status_table", [status()]))


def test_columns_are_aligned_and_long_texts_wrapped():
    lines = call("status_table", [status(next_step="wait " * 40), ERROR, EMPTY])
    start = lines[0].index("next step")
    rows = [line for line in lines[2:] if not line.startswith("    ") or not line.strip().startswith(("differs", "in the way"))]
    assert max(len(line) for line in rows) <= start + 44
    assert all(line[start - 2 : start].strip() == "" for line in rows)
    assert "".join(line[start:] for line in rows[:5]).count("wait") == 40


def test_a_table_tells_an_error_and_what_is_in_the_way():
    text = "\n".join(call("status_table", [ERROR, status(blockers=[{"what": "vpc", "problem": "it is not there", "cure": "check vpc_id"}])]))
    assert "Cannot log in: invalid_client" in text
    assert "    in the way: it is not there. Cure: check vpc_id" in text


@pytest.mark.parametrize("host", ["localhost", "Acme_Inbound"])
def test_a_host_that_says_nothing_is_not_named(host):
    assert "(" not in "\n".join(call("status_table", [{**status(), "host": host}]))


# Page


def test_a_page_where_all_is_well_marks_nothing():
    page = Page(call("status_page", [status()]))
    assert page.texts("p") == ["1 of 1 as wanted.", "Nothing differs."]
    assert (page.drawn("bad"), page.drawn("ok")) == ([], ["vpc", "endpoint", "names", "transit", "org"])
    assert page.arrows() == ["", ""]
    assert page.texts(kind="bad") == []
    assert f"{HOST} \u2192 {', '.join(ADDRESSES)}" in page.texts("text")
    assert "10.10.10.0/30" in page.texts("text")


# Each word that can be in drift or blockers: the part of the drawing that it marks, and how many of the two arrows.
MARKS = {
    "aws": ("whole", 0),
    "connection": ("org", 2),
    "connection.active": ("org", 2),
    "connection.description": ("org", 0),
    "connection.label": ("org", 0),
    "connection.region": ("org", 2),
    "connection.status": ("org", 2),
    "connection.vpc_endpoint_id": ("org", 2),
    "edition": ("org", 0),
    "endpoint": ("endpoint", 1),
    "endpoint.private_dns_enabled": ("endpoint", 0),
    "endpoint.replaced": ("left_over", 0),
    "endpoint.security_group_ids": ("endpoint", 0),
    "endpoint.state": ("endpoint", 1),
    "endpoint.subnet_ids": ("endpoint", 0),
    "endpoint.tags": ("endpoint", 0),
    "iam": ("whole", 0),
    "moved_from": ("left_over", 0),
    "permission": ("org", 0),
    "record": ("names", 0),
    "region": ("transit", 1),
    "name": ("org", 0),
    "package": ("org", 0),
    "replace": ("org", 0),
    "resolver_rule": ("names", 0),
    "security_group": ("endpoint", 0),
    "security_group.rules": ("endpoint", 0),
    "security_group.tags": ("endpoint", 0),
    "security_groups": ("endpoint", 0),
    "service": ("transit", 1),
    "subnets": ("endpoint", 0),
    "vpc": ("vpc", 0),
    "zone": ("names", 0),
    "zone.tags": ("names", 0),
    "zone.vpcs": ("names", 0),
}
MODULE_UTILS = pathlib.Path(_drift.__file__).parent


def words_of(*calls):
    """The words that module_utils give these calls as their first argument; one that is put together has a ``*``."""
    found = set()
    for path in MODULE_UTILS.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or ast.unparse(node.func) not in calls:
                continue
            parts = node.args[0].values if isinstance(node.args[0], ast.JoinedStr) else [node.args[0]]
            found.add("".join(part.value if isinstance(part, ast.Constant) else "*" for part in parts))
    return found


def documented(value):
    """The words that the documentation of private_connect_info gives for ``what``."""
    told = yaml.safe_load(private_connect_info.RETURN)[value]["description"]
    return set(re.findall(r"V\(([^)]*)\)", " ".join(told)))


def test_the_documentation_has_each_word_of_drift_and_blockers():
    given = words_of("_item") - {"*.tags"} | {f"{what}.tags" for what in words_of("_tags")}
    assert [word for word in given if not fnmatch.filter(documented("drift"), word)] == []
    assert [word for word in documented("drift") if not any(fnmatch.fnmatch(word, pattern) for pattern in given)] == []
    assert documented("blockers") == words_of("blockers.add")


def test_each_word_has_its_place_in_the_drawing():
    assert set(MARKS) == documented("drift") | documented("blockers")
    assert [word for word in MARKS if word not in PARTS and word.split(".")[0] not in PARTS] == []


@pytest.mark.parametrize(("kind", "what"), [(kind, what) for kind in ("drift", "blockers") for what in sorted(documented(kind))])
def test_a_page_marks_what_differs_or_is_in_the_way(what, kind):
    given = {"drift": drift(what, "mend this"), "blockers": {"what": what, "problem": "it is wrong", "cure": "mend this"}}
    page = Page(call("status_page", [status(**{kind: [given[kind]]})]))
    part, arrows = MARKS[what]
    assert (page.drawn("bad"), page.arrows().count("bad")) == ([part], arrows)
    assert f"{'differs' if kind == 'drift' else 'in the way'}: {what}" in page.texts("text", "bad")
    assert page.texts("td")[-2:] == [what, "mend this" if kind == "drift" else "it is wrong: mend this"]
    assert page.texts("p") == ["0 of 1 as wanted."]
    assert page.texts("span", "bad") == ["!", "!"]


@pytest.mark.parametrize("what", ["endpoint.subnet_ids", "subnets"])
def test_a_page_marks_the_addresses_where_subnets_differ(what):
    page = Page(call("status_page", [status(drift=[drift(what)])]))
    assert [text.split()[-1] for text in page.texts("text", "bad")] == [*ADDRESSES, what]


def test_a_word_that_nobody_knows_marks_the_whole():
    page = Page(call("status_page", [status(drift=[drift(MARKUP)])]))
    assert page.drawn("bad") == ["whole"]
    assert page.texts("text", "bad") == [f"differs: {MARKUP}"]


def test_what_is_left_over_is_drawn_beside_the_endpoint():
    replaced = {**drift("endpoint.replaced"), "have": {"id": "vpce-0fedcba9876543210", "state": "available"}}
    moved = {**drift("moved_from"), "have": OTHER_VPC}
    page = Page(call("status_page", [status(drift=[replaced, moved])]))
    assert (page.drawn("bad"), page.arrows()) == (["left_over"], ["", ""])
    assert {"vpce-0fedcba9876543210  available", f"{OTHER_VPC['id']}  {OTHER_VPC['region']}"} <= set(page.texts("text"))


def test_a_page_marks_a_record_that_leads_elsewhere():
    wrong = entry(have=record(values=["10.9.9.9"]), want=record(values=ADDRESSES))
    page = Page(call("status_page", [status(drift=[drift("record")], dns=[wrong])]))
    assert page.texts("text", "bad") == [f"{HOST} \u2192 10.9.9.9", "differs: record"]


def test_a_page_counts_and_tells_errors_and_what_is_missing():
    page = Page(call("status_page", [status(), EMPTY, ERROR]))
    assert page.texts("p") == ["1 of 3 as wanted.", "Nothing differs.", "Cannot log in: invalid_client"]
    assert len([name for name, *_rest in page.elements if name == "svg"]) == 2
    assert {"no addresses", "no source IPs yet", "VPC endpoint: missing"} <= set(page.texts("text"))


def test_markup_from_a_service_is_text():
    """Every text that a status can hold comes from a service or an inventory, but for the words of what differs."""

    def spoilt(value):
        if isinstance(value, dict):
            return {key: item if key == "what" else spoilt(item) for key, item in value.items()}
        if isinstance(value, list):
            return [spoilt(item) for item in value]
        return f"{MARKUP} {value}" if isinstance(value, str) else value

    full = status(drift=[drift("record")], blockers=[{"what": "vpc", "problem": "gone", "cure": "look"}])
    for given in ([full], [EMPTY], [ERROR]):
        plain, page = Page(call("status_page", given)), Page(call("status_page", spoilt(given)))
        # What is too long for the drawing is cut, and whole in a title.
        kept = [[(name, set(attrs)) for name, attrs, _text in seen.elements if name != "title"] for seen in (plain, page)]
        assert kept[0] == kept[1]
        assert any(f"{MARKUP} {given[0]['name']}" in text for text in page.texts())
        changed = [text for text in page.texts() if "script" in text]
        assert changed
        assert all(MARKUP in text or (text.endswith("\u2026") and any(whole.startswith(text[:-1]) for whole in page.texts("title"))) for text in changed)


def test_a_text_that_is_too_long_for_the_drawing_is_cut_and_whole_in_a_title():
    host = "acme-with-a-long-name--uat.sandbox.my.salesforce.com"
    page = Page(call("status_page", [status(my_domain=host), status()]))
    assert host in page.texts("title")
    cut = [text for text in page.texts("text") if text.endswith("\u2026")]
    assert [host.startswith(text[:-1]) for text in cut] == [True]


def test_a_page_loads_nothing():
    text = call("status_page", [status(), EMPTY, ERROR])
    page = Page(text)
    assert not {name for name, *_rest in page.elements} & {"script", "link", "img", "iframe", "object", "base"}
    assert not [attrs for _name, attrs, _text in page.elements if set(attrs) & {"src", "href", "srcset"}]
    assert "url(" not in text
    assert "@import" not in text


def test_nothing_at_all():
    assert call("status_rows", []) == []
    assert len(call("status_table", [])) == 2
    assert Page(call("status_page", [])).texts("p") == ["0 of 0 as wanted."]


# Variables of what is there


def test_variables_describe_what_is_there():
    assert call("connection_variables", read()) == {
        "private_connect_name": "Acme_Inbound",
        "private_connect_label": "Acme",
        "private_connect_description": "Traffic of the payments VPC",
        "private_connect_region": REGION,
        "private_connect_vpc_id": VPC,
        "private_connect_my_domain": HOST,
        "private_connect_vpc_endpoint_id": ENDPOINT,
        "private_connect_subnet_ids": ["subnet-1", "subnet-2"],
        "private_connect_security_group_ids": ["sg-1"],
        "private_connect_manage_dns": True,
        "private_connect_dns_names": [],
        "private_connect_dns_zone": "",
        "private_connect_dns_record": "addresses",
        "private_connect_dns_ttl": 60,
        "private_connect_dns_vpcs": [],
    }


def test_the_group_of_the_role_goes_with_the_endpoint_so_it_is_not_given():
    ingress = [{"source": source, "description": told} for source, told in (("10.0.0.0/16", "Salesforce Private Connect"), ("10.9.0.0/16", "theirs"))]
    found = call("connection_variables", read(security_group={"id": "sg-1", "ingress": ingress}))
    assert "private_connect_security_group_ids" not in found
    assert found["private_connect_allowed_cidrs"] == ["10.0.0.0/16"]
    beside = read(security_group={"id": "sg-2", "ingress": []})
    assert call("connection_variables", beside)["private_connect_security_group_ids"] == ["sg-1"]


@pytest.mark.parametrize("value", ["{{ lookup('pipe', 'id') }}", "{% raw %}", "a {# b", "#: & *x", "yes", "\u00fc\n", "- {{ x }}", ""])
def test_a_file_of_variables_holds_no_template_and_is_read_as_it_was(value, tmp_path):
    file = tmp_path / "variables.yml"
    file.write_text(call("to_variables_file", {"private_connect_label": value, "private_connect_dns_vpcs": [{"id": value}], "ttl": 60}), encoding="utf-8")
    loader = DataLoader()
    read_back = loader.load_from_file(str(file), trusted_as_template=True)
    assert read_back == {"private_connect_label": value, "private_connect_dns_vpcs": [{"id": value}], "ttl": 60}
    templar = Templar(loader, variables=read_back)
    assert templar.template(read_back) == read_back


def dns_of(**changes):
    found = call("connection_variables", read(**changes))
    return {key.removeprefix("private_connect_"): value for key, value in found.items() if "dns" in key}


def test_dns_is_left_alone_where_the_host_does_not_lead_to_the_endpoint():
    assert dns_of(dns_leftovers={"records": []}) == {"manage_dns": False}
    other = leftover(record("acme.my.site.com", ADDRESSES))
    assert dns_of(dns_leftovers={"records": [other]}) == {"manage_dns": False}


def test_dns_as_it_is_found():
    alias = record(alias={"dns_name": "vpce.example", "hosted_zone_id": "Z2"})
    names = [leftover(record(name, ADDRESSES), name) for name in ("b.my.site.com", "a.my.site.com")]
    dns = entry(have=alias, want=alias)
    dns["zone"]["vpcs"].append(OTHER_VPC)
    found = dns_of(dns=[dns], dns_leftovers={"records": [*names, leftover(alias, "my.salesforce.com")]})
    assert found == {
        "manage_dns": True,
        "dns_names": ["a.my.site.com", "b.my.site.com"],
        "dns_zone": "my.salesforce.com",
        "dns_record": "alias",
        "dns_ttl": 60,
        "dns_vpcs": [OTHER_VPC],
    }


@pytest.mark.parametrize(("gone", "why"), [("connection", "the org has no such connection"), ("endpoint", f"{ENDPOINT} is not live in {VPC}")])
def test_nothing_to_import_is_told(gone, why):
    with pytest.raises(AnsibleFilterError, match=why):
        call("connection_variables", read(**{gone: None}))
