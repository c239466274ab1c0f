# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look at a status page in headless Chromium, where there is one.

Usage: browser.py PAGE. A copy of the page gets a script that writes what the browser made of it into the page; Chromium prints that.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--headless",
    "--no-sandbox",  # the page is ours, and Chromium's sandbox does not start for root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
# The policy refuses whatever the page would load, and the browser tells of each refusal.
LOOK = """
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<script>
const refused = [];
addEventListener('securitypolicyviolation', event => refused.push(event.blockedURI));
addEventListener('load', () => setTimeout(() => {
  const style = node => getComputedStyle(node);
  const bad = style(document.documentElement).getPropertyValue('--bad').trim();
  const paint = document.createElement('p');
  paint.style.color = bad;
  document.body.append(paint);
  const red = style(paint).color;
  paint.remove();
  const look = {
    title: document.title,
    scripts: document.scripts.length - 1,
    images: document.images.length,
    refused,
    wide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
    text: document.body.innerText,
    drawings: [...document.querySelectorAll('svg')].map(svg => ({
      box: [svg.getBoundingClientRect().width, svg.getBoundingClientRect().height],
      dashed: [...svg.querySelectorAll('rect')].filter(node => style(node).strokeDasharray !== 'none' && style(node).stroke === red)
        .map(node => node.dataset.part),
      broken: [...svg.querySelectorAll('path')].filter(node => style(node).strokeDasharray !== 'none' && style(node).stroke === red).length,
      over: [...svg.querySelectorAll('text')].filter(node => {
        const boxes = [...svg.querySelectorAll('rect')].map(rect => rect.getBBox());
        const text = node.getBBox();
        return !boxes.some(box => text.x >= box.x && text.x + text.width <= box.x + box.width && text.y >= box.y && text.y + text.height <= box.y + box.height);
      }).map(node => node.textContent),
      red: [...svg.querySelectorAll('text')].filter(node => style(node).fill === red).map(node => node.textContent),
    })),
  };
  const told = document.createElement('pre');
  told.id = 'told';
  told.textContent = JSON.stringify(look);
  document.body.append(told);
}, 100));
</script>
"""


def look(browser: str, page: Path, folder: Path) -> dict[str, t.Any]:
    copy = folder / "page.html"
    copy.write_text(page.read_text(encoding="utf-8").replace("<head>", f"<head>{LOOK}", 1), encoding="utf-8")
    out = run(browser, folder, "--virtual-time-budget=2000", "--dump-dom", copy.as_uri())
    told = re.search(r'<pre id="told">(.*?)</pre>', out, re.DOTALL)
    assert told, f"the browser told nothing of the page:\n{out[-2000:]}"
    return json.loads(html.unescape(told.group(1)))


def run(browser: str, folder: Path, *words: str) -> str:
    command = [browser, *QUIET, f"--user-data-dir={folder / 'profile'}", "--window-size=1100,1400", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def expect(what: str, have: t.Any, want: t.Any) -> None:
    assert have == want, f"{what}: have {have!r}, want {want!r}"


def judge(seen: dict[str, t.Any]) -> None:
    expect("title, which markup of others would change", seen["title"], "Salesforce Private Connect")
    expect("scripts, images, and what it wanted to load", (seen["scripts"], seen["images"], seen["refused"]), (0, 0, []))
    expect("wider than the window", seen["wide"], False)
    for shown in ("2 of 6 as wanted.", "Acme_Well", "Acme_Unreachable", "Cannot log in: <script>document.title = 'run'</script>", "Nothing differs."):
        assert shown in seen["text"], f"{shown!r} cannot be read on the page:\n{seen['text']}"
    well, _long, differing, around, dissociated = seen["drawings"]
    for drawing in seen["drawings"]:
        expect("texts that reach over their box", drawing["over"], [])
        assert min(drawing["box"]) > 100, f"a drawing has no room: {drawing['box']}"
    expect("marks where all is well", (well["dashed"], well["broken"], well["red"]), ([], 0, []))
    expect("marked boxes and arrows", (differing["dashed"], differing["broken"]), (["names", "org"], 2))
    lost = "acme.my.salesforce.com \u2192 missing"
    expect("marked texts", differing["red"], [lost, "differs: record", "RejectedRemotely", "differs: connection.status"])
    expect("a VPC that lost its zone", (dissociated["dashed"], dissociated["broken"], dissociated["red"]), (["names"], 0, ["differs: zone.vpcs"]))
    expect("boxes that are marked", around["dashed"], ["whole", "vpc", "endpoint", "names", "transit", "org", "left_over"])
    told = ["security_group.rules", "endpoint.subnet_ids", "zone.vpcs", "connection.vpc_endpoint_id", "endpoint.replaced", "moved_from"]
    marks = {*(f"differs: {what}" for what in told), *(f"in the way: {what}" for what in ("vpc", "resolver_rule", "service", "weather"))}
    expect("words that cannot be read in the drawing", sorted(marks - set(around["red"])), [])


def main() -> None:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print(f"SKIPPED: the page was not opened in a browser, since there is none of {', '.join(BROWSERS)}")
        return
    with tempfile.TemporaryDirectory(prefix="browser-") as name:
        judge(look(browser, Path(sys.argv[1]), Path(name)))
    print(f"{browser} shows the page as it is meant")


if __name__ == "__main__":
    main()
