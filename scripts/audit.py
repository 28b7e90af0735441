"""Holds the locked versions against the published vulnerabilities, with pip-audit.

Exits 1 when one of them is known to be vulnerable. Where the package index cannot be asked (no network,
or a mirror without advisories) it says that nothing was audited, and exits 0: `make lint` works offline.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "constraints.txt"
AUDIT = ["pip_audit", "--requirement", str(LOCK), "--no-deps", "--disable-pip", "--format", "json"]


def main() -> int:
    """Prints one line a vulnerability, and one about how many packages could be judged."""
    command = [sys.executable, "-m", *AUDIT, "--progress-spinner", "off", "--timeout", "10"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if "ConnectionError" in run.stderr or "Timeout" in run.stderr:
        print("audit: the package index cannot be reached; nothing was audited")
        return 0
    if not run.stdout.startswith("{"):
        print(f"audit: pip-audit failed:\n{run.stderr}", file=sys.stderr)
        return 1
    packages = json.loads(run.stdout)["dependencies"]
    judged = [package for package in packages if "vulns" in package]
    print(f"audit: {len(judged)} of {len(packages)} packages are known to the index and were audited")
    for package in judged:
        for found in package["vulns"]:
            fixed = ", ".join(found["fix_versions"]) or "no version yet"
            print(f"audit: {package['name']} {package['version']}: {found['id']}, mended in {fixed}")
    return int(any(package["vulns"] for package in judged))


if __name__ == "__main__":
    sys.exit(main())
