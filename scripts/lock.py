"""Writes constraints.txt: the exact version of everything that `make setup` installs, nothing else.

In: pyproject.toml. Out: one `name==version` a line, in order, without addresses or paths. It resolves as
on an empty machine and installs nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WHAT = ["--editable", ".[build,web,postgres]", "--group", "test", "--group", "lint", "--group", "bench"]
HEAD = """\
# What `make setup` installs, to the version. Written by `make lock` from pyproject.toml; not edited by hand.
# Where PyPI's PyTorch brings CUDA along, those packages come on top: the CPU's own wheel needs none of them.
"""


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


def main() -> None:
    """Writes the file and says how many lines it has."""
    versions = {name: version for name, version in resolve().items() if name != "askguide"}
    lines = [f"{name}=={version}\n" for name, version in sorted(versions.items())]
    (ROOT / "constraints.txt").write_text(HEAD + "".join(lines), encoding="utf-8")
    print(f"constraints.txt: {len(lines)} packages")


if __name__ == "__main__":
    main()
