# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts all emulators in one process: ``PYTHONPATH=tests python -m emulators --ready-file ready.json``."""

from __future__ import annotations

import argparse
import json
import pathlib
import signal
import sys
import threading
import typing as t

from .rig import Rig, write_ready
from .salesforce import parse_seeds, switches


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not name=value")
    return name, value


def _value(text: str) -> t.Any:
    """JSON where it is JSON (numbers, true, null, quoted text), else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _setting(text: str) -> tuple[str, t.Any]:
    name, value = _pair(text)
    known = next((switch for switch in switches.ALL if switch.name == name), None)
    parsed = _value(value)
    # action_answer=200 and topology_status=null: the choices tell whether text or a value is meant.
    return name, value if known is not None and known.choices and parsed not in known.choices else parsed


def _port(text: str) -> tuple[str, int]:
    name, value = _pair(text)
    return name, int(value)


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m emulators",
        description="A Salesforce org, AWS and DNS on loopback, until SIGTERM or Ctrl-C.",
        epilog="switches (default, [allowed values], meaning):\n" + switches.documentation(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--ready-file", type=pathlib.Path, metavar="PATH", help="write addresses and credentials here (JSON) once everything listens")
    parser.add_argument("--tls", action="store_true", help="orgs and AWS over https, with a test CA written next to the ready file")
    parser.add_argument("--ports", type=_port, nargs="*", default=[], metavar="NAME=PORT", help="control, aws, dns, dataplane or an org's name; 0: free")
    parser.add_argument("--set", type=_setting, action="append", default=[], dest="settings", metavar="NAME=VALUE", help="a switch; may be repeated")
    parser.add_argument("--seed", type=pathlib.Path, metavar="FILE", help='the orgs, as {"orgs": [{"name": ...}]}; default: one org acme')
    parser.add_argument("--no-aws", action="store_true", help="orgs only: no AWS, DNS and data plane")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    options = _arguments(argv)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    try:
        seeds = parse_seeds(json.loads(options.seed.read_text(encoding="utf-8"))) if options.seed else None
        rig = Rig(
            tls=options.tls,
            aws=not options.no_aws,
            directory=options.ready_file.absolute().parent if options.ready_file else None,
            ports=dict(options.ports),
            switches=dict(options.settings),
            seeds=seeds,
        )
    except (OSError, ValueError) as error:
        print(f"emulators: {error}", file=sys.stderr)
        return 2
    with rig:
        if options.ready_file:
            write_ready(options.ready_file, rig.ready)
        print(f"control {rig.ready['control_url']}", flush=True)
        ended.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
