# Copyright (c) 2026, privatelink.salesforce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copy the checkout to where Ansible finds it as privatelink.salesforce.

What git tracks, and what it would track (not ignored), is copied into a profile's collections path; only what changed is
written, and what went is removed. So every tool sees the tree that would be committed, and leaves its traces in the copy.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

import env

COLLECTION = Path("ansible_collections/privatelink/salesforce")
# Made by the tools in the copy, not by the copying.
KEPT = (".git", "tests/output")


def files(root: Path = env.ROOT) -> list[Path]:
    """Return the paths, relative to the root, of all files that belong to the tree."""
    try:
        command = ["git", "-C", str(root), "ls-files", "-co", "--exclude-standard", "-z"]
        listed = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
    except (OSError, subprocess.CalledProcessError) as error:
        raise env.EnvError(f"The files of {root} cannot be listed by git ({error}); a clone of the repository and git are needed.") from error
    # git lists what it tracks also when it is gone.
    return sorted({Path(name) for name in listed if name and os.path.lexists(root / name)})


def _same(source: os.stat_result, target: Path) -> bool:
    try:
        there = target.lstat()
    except OSError:
        return False
    return (there.st_size, there.st_mtime_ns, there.st_mode) == (source.st_size, source.st_mtime_ns, source.st_mode)


def _copy(root: Path, target: Path, name: Path) -> bool:
    """Copy one file unless it is there unchanged; return whether it was written."""
    try:
        if _same((root / name).lstat(), target / name):
            return False
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).unlink(missing_ok=True)
        shutil.copy2(root / name, target / name, follow_symlinks=False)
    except FileNotFoundError:  # went between listing and copying
        return False
    return True


def _remove_others(target: Path, wanted: set[Path]) -> int:
    """Remove the files under the target that are not wanted, and directories left empty; return how many files went."""
    removed = 0
    for folder, subfolders, names in os.walk(target, topdown=False):
        here = Path(folder).relative_to(target)
        if any(here == Path(kept) or Path(kept) in here.parents for kept in KEPT):
            continue
        for name in [*names, *(s for s in subfolders if (target / here / s).is_symlink())]:
            if here / name not in wanted:
                (target / here / name).unlink()
                removed += 1
        if here != Path(".") and not os.listdir(folder):
            os.rmdir(folder)
    return removed


def sync(profile: env.Env) -> Path:
    """Bring the profile's copy of the collection up to date and return its path."""
    target = profile.collections / COLLECTION
    with env.locked(f"{profile.profile}.tree"):
        target.mkdir(parents=True, exist_ok=True)
        wanted = files()
        if not (target / ".git").exists():
            # The copy lies below the checkout, in a folder that git ignores there: without a repository of its own
            # ansible-test would ask the outer one for its files and be told that there are none.
            subprocess.run(["git", "init", "-q", str(target)], check=True)
        for name in wanted:
            _copy(env.ROOT, target, name)
        _remove_others(target, set(wanted))
    return target


def main() -> int:
    parser = argparse.ArgumentParser(description="Copy the checkout into a profile's collections path and print where it is.")
    parser.add_argument("profile", nargs="?", default="default")
    try:
        print(sync(env.ensure(parser.parse_args().profile)))
    except env.EnvError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
