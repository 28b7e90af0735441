"""Imports point one way, each library has one home, and asking costs neither PyTorch nor a web framework.

The rules are the tables below; `complaints` reads one module's source against them, without importing it.
"""

import ast
import graphlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ORDER = [  # each part imports only parts before it, and itself
    "errors",
    "settings",
    "guides",
    "verifying",
    "passages",
    "encoder",
    "lexical",
    "excepting",
    "asides",
    "measures",
    "letters",
    "spelling",
    "aliases",
    "roles",
    "index",
    "coverage",
    "ranking",
    "retrieval",
    "conversation",
    "answering",
    "fitting",
    "calibration",
    "building",
    "checking",
    "journal",
    "evaluation",
    "web",
    "cli",
]
PUBLIC = {"__version__": "", "Chatbot": "answering", "Answer": "answering", "Source": "answering"}
# Siblings in web/: only web/__init__.py knows them; none knows another.
FACES = {"security", "pages", "api", "widget", "chat", "staff"}
HOMES = {  # a library (or a part of one) → where it may be imported
    "sentence_transformers": ["chatbot.encoder.export"],
    "torch": ["chatbot.encoder.export"],
    "onnxruntime": ["chatbot.encoder"],
    "faiss": ["chatbot.index"],
    "bm25s": ["chatbot.lexical"],
    "sklearn": ["chatbot.fitting", "chatbot.calibration"],
    "yaml": ["chatbot.guides", "chatbot.evaluation"],
    "sqlalchemy": ["chatbot.journal"],
    "alembic": ["chatbot.journal"],
    "gradio": ["chatbot.web.chat", "chatbot.web.staff"],
    "fastapi": ["chatbot.web"],
    "starlette": ["chatbot.web"],
    "prometheus_client": ["chatbot.web.metrics"],
    "uvicorn": ["chatbot.web"],
    "click": ["chatbot.cli"],
    "os.environ": ["chatbot.settings", "chatbot.cli", "app"],
    "os.getenv": ["chatbot.settings", "chatbot.cli", "app"],
}


def modules() -> dict[str, Path]:
    """Every module of the project that a user runs, by its dotted name."""
    found = {"app": ROOT / "app.py"} if (ROOT / "app.py").exists() else {}
    for file in sorted((ROOT / "chatbot").rglob("*.py")):
        parts = file.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imported(module: str, source: str, is_package: bool = False) -> Iterator[tuple[int, str]]:
    """All that a module imports or reads of `os`, anywhere in it, as (line, dotted name).

    `from chatbot import cli` gives `chatbot.cli`; relative imports are resolved against `module`.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = module.split(".")[: len(module.split(".")) - node.level + is_package]
                base = ".".join([*package, base] if base else package)
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
            yield node.lineno, f"os.{node.attr}"
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in (
            "importlib.import_module",
            "__import__",
        ):
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant):
                yield node.lineno, str(first.value)


def circle(sources: dict[str, tuple[str, bool]]) -> list[str]:
    """Modules that import each other in a circle, the first of them again at the end; empty if none do.

    `sources` has each module's text, and whether it is a package's `__init__`.
    """
    graph = {
        module: {
            found
            for _, name in imported(module, source, is_package)
            if (found := next((m for m in (name, name.rpartition(".")[0]) if m in sources), module)) != module
        }
        for module, (source, is_package) in sources.items()
    }
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def is_within(module: str, home: str) -> bool:
    """Whether a module is at home in a module, in its parts, or in a file that continues its name."""
    return module == home or module.startswith((f"{home}.", f"{home}_"))


def part_of(name: str) -> str | None:
    """The part of `chatbot` that a dotted name lies in; None for what every part may use."""
    head, _, rest = name.partition(".")
    if head != "chatbot" or not rest:
        return "" if head == "chatbot" else None
    first = rest.partition(".")[0]
    return PUBLIC.get(first, first) or None


def face_of(name: str) -> str | None:
    """The face that a module of web/ is or belongs to: `web.staff_record` belongs to `staff`."""
    first = name.removeprefix("chatbot.web.").partition(".")[0].partition("_")[0]
    return first if name.startswith("chatbot.web.") and first in FACES else None


def complaints(module: str, source: str, is_package: bool = False) -> list[str]:
    """What a module imports that it should not."""
    found = []
    # The package itself and its __main__ only pass on what lies below; they may see everything.
    own = part_of(module) if module not in ("app", "chatbot", "chatbot.__main__") else None
    for line, name in imported(module, source, is_package):
        for library, homes in HOMES.items():
            if is_within(name, library) and not any(is_within(module, home) for home in homes):
                found.append(f"{module}:{line}: {library} belongs in {' or '.join(homes)}")
        part = part_of(name)
        if part is None or own is None:
            continue
        if part not in ORDER:
            found.append(f"{module}:{line}: {name} has no place in the order")
        elif ORDER.index(part) > ORDER.index(own):
            found.append(f"{module}:{line}: {own} must not import {part}")
        if (
            own == "web"
            and module != "chatbot.web"
            and (face := face_of(name)) not in (None, face_of(module))
        ):
            found.append(f"{module}:{line}: must not know its sibling {face}")
    return found


def test_every_part_has_its_place_in_the_order() -> None:
    parts = {part for name in modules() if (part := part_of(name)) not in (None, "", "__main__")}
    assert parts == set(ORDER)


def test_the_tree_of_the_readme_shows_the_order() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"^  (\w+)(?:\.py|/) ", readme, re.MULTILINE)
    assert shown == ORDER


@pytest.mark.parametrize("module", modules())
def test_imports_point_one_way_and_libraries_stay_at_home(module: str) -> None:
    file = modules()[module]
    assert complaints(module, file.read_text(encoding="utf-8"), file.name == "__init__.py") == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    sources = {
        module: (file.read_text(encoding="utf-8"), file.name == "__init__.py")
        for module, file in modules().items()
        if module != "chatbot"  # passes on what lies below
    }
    assert circle(sources) == []
    steps = sources["chatbot.conversation.steps"][0] + "from chatbot.conversation import sequences\n"
    planted = circle(sources | {"chatbot.conversation.steps": (steps, False)})
    assert {"chatbot.conversation.steps", "chatbot.conversation.sequences"} <= set(planted)


def test_every_rule_about_a_library_is_about_one_that_is_used() -> None:
    used = {
        name
        for module, file in modules().items()
        for _, name in imported(module, file.read_text(encoding="utf-8"), file.name == "__init__.py")
    }
    idle = [library for library in HOMES if not any(is_within(name, library) for name in used)]
    assert [library for library in idle if library != "os.getenv"] == []


@pytest.mark.parametrize(
    ("module", "planted", "complaint"),
    [
        ("chatbot.guides", "from chatbot.index import Index", "guides must not import index"),
        ("chatbot.guides", "from chatbot import cli", "guides must not import cli"),
        ("chatbot.guides", "import chatbot.web.api", "guides must not import web"),
        ("chatbot.guides", "from . import answering", "guides must not import answering"),
        ("chatbot.guides", "from .web import api", "guides must not import web"),
        ("chatbot.guides", "from chatbot import Chatbot", "guides must not import answering"),
        ("chatbot.encoder.export", "from ..building import build", "encoder must not import building"),
        ("chatbot.errors", "def late():\n    import chatbot.settings", "errors must not import settings"),
        (
            "chatbot.errors",
            "if TYPE_CHECKING:\n    from chatbot.guides import Guide",
            "errors must not import guides",
        ),
        ("chatbot.errors", "importlib.import_module('chatbot.cli')", "errors must not import cli"),
        ("chatbot.cli", "import chatbot.helpers", "chatbot.helpers has no place in the order"),
        ("chatbot.web.chat", "from chatbot.web import api", "must not know its sibling api"),
        ("chatbot.web.staff_record", "from chatbot.web.chat import x", "must not know its sibling chat"),
        ("chatbot.web.desk", "from .security import x", "must not know its sibling security"),
        ("chatbot.web.api", "import gradio as gr", "gradio belongs in"),
        ("chatbot.building", "from torch import nn", "torch belongs in"),
        ("chatbot.encoder", "import sentence_transformers", "sentence_transformers belongs in"),
        ("chatbot.web.staff", "from sqlalchemy.orm import Session", "sqlalchemy belongs in"),
        ("chatbot.answering", "os.environ['HOME']", "os.environ belongs in"),
        ("chatbot.answering", "from os import environ", "os.environ belongs in"),
        ("chatbot.answering", "import faiss", "faiss belongs in"),
    ],
)
def test_a_planted_import_is_found(module: str, planted: str, complaint: str) -> None:
    line = planted.count("\n") + 1
    found = complaints(module, planted)
    assert len(found) == 1
    assert found[0].startswith(f"{module}:{line}: ")
    assert complaint in found[0]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        (
            "chatbot.index",
            "from chatbot.guides import Guide\nfrom .lexical import Bm25\nimport faiss.contrib",
        ),
        ("chatbot.web.staff_record", "from chatbot.web.staff import desk\nimport gradio"),
        ("chatbot.web.api", "from chatbot import __version__\nfrom chatbot.web.desk import Desk"),
        ("chatbot.cli", "from chatbot import Chatbot\nimport os, click\nos.environ"),
        ("chatbot.encoder.export", "from . import Encoder\nimport torch.nn"),
        ("chatbot.encoder", "import os\nos.replace('a', 'b')\nimport torchvision"),
    ],
)
def test_what_is_allowed_is_not_complained_of(module: str, source: str) -> None:
    assert complaints(module, source) == []


def test_a_package_imports_from_itself_by_one_dot() -> None:
    assert list(imported("chatbot.web", "from . import api", is_package=True)) == [(1, "chatbot.web.api")]
    assert list(imported("chatbot.web.chat", "from .reply import show")) == [(1, "chatbot.web.reply.show")]


@pytest.mark.parametrize("module", ["chatbot", "chatbot.answering", "chatbot.cli"])
def test_asking_imports_neither_pytorch_nor_the_web(module: str) -> None:
    heavy = {"torch", "sentence_transformers", "transformers", "sklearn", "gradio", "fastapi", "sqlalchemy"}
    code = f"import sys, {module}; print(*sorted({heavy!r} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
