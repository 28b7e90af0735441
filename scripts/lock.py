"""Writes constraints.txt, the exact version of everything that `make setup` installs, and requirements.txt.

In: pyproject.toml. Out: one `name==version` a line, in order, without addresses or paths; the second file
holds the part of it that the web app itself names, for hosts that read nothing else. It resolves as on
an empty machine and installs nothing.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WHAT = ["--editable", ".[build,web,postgres,redis]", "--group", "test", "--group", "lint", "--group", "bench"]
HEAD = """\
# What `make setup` installs, to the version. Written by `make lock` from pyproject.toml; not edited by hand.
# Where PyPI's PyTorch brings CUDA along, those packages come on top: the CPU's own wheel needs none of them.
"""
SPACE = "# What a host installs that reads only this file (a Hugging Face Space). Written by `make lock`.\n"


def resolve() -> dict[str, str]:
    """The versions that pip would install into an empty environment, by lower-case name."""
    dry = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--dry-run",
        "--ignore-installed",
        "--quiet",
        "--report",
        "-",
    ]
    report = subprocess.run([*dry, *WHAT], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    found = [item["metadata"] for item in json.loads(report)["install"]]
    return {one["name"].lower().replace("_", "-"): one["version"].partition("+")[0] for one in found}


def named() -> list[str]:
    """The packages that building and serving name themselves, in order."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    return sorted(
        re.split(r"[\[<>=~!; ]", one)[0] for one in project["dependencies"] + extras["build"] + extras["web"]
    )


def main() -> None:
    """Writes both files and says how many lines they have."""
    versions = {name: version for name, version in resolve().items() if name != "askguide"}
    for file, head, names in (
        ("constraints.txt", HEAD, sorted(versions)),
        ("requirements.txt", SPACE, named()),
    ):
        lines = [f"{name}=={versions[name]}\n" for name in names]
        (ROOT / file).write_text(head + "".join(lines), encoding="utf-8")
        print(f"{file}: {len(lines)} packages")


if __name__ == "__main__":
    main()
