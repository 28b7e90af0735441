"""Every way in which a corpus can be wrong, planted in a copy of tests/corpus, with what is then said.

`FAULTS` holds (name, what plants it, the message without the folder before it). A message is one line:
file, line where there is one, what is wrong; and after a semicolon what to do.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

Plant = Callable[[Path], object]

GOLDEN = '{"question": "What is a baker?", "relevant": ["baker#definition"]}\n'


def write(name: str, text: str | bytes) -> Plant:
    """Writes a file of the corpus."""
    data = text.encode() if isinstance(text, str) else text
    return lambda corpus: (corpus / name).write_bytes(data)


def swap(name: str, old: str, new: str) -> Plant:
    """Replaces words in a file of the corpus."""

    def plant(corpus: Path) -> None:
        file = corpus / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    return plant


def remove_guides(corpus: Path) -> None:
    for file in (corpus / "guides").iterdir():
        file.unlink()


MARKDOWN = "guides/new.md"
CSV = "guides/new.csv"
JSONL = "guides/new.jsonl"
YAML = "guides/baker.questions.yaml"
DECLINED = "guides/baker.declined.yaml"

FAULTS: list[tuple[str, Plant, str]] = [
    ("no corpus folder", shutil.rmtree, "guides: there is no such folder; put guides there, or set --corpus"),
    ("no guides", remove_guides, "guides: holds no guides; add a .md, .csv or .jsonl file"),
    (
        "empty guide",
        write(MARKDOWN, ""),
        "guides/new.md: is empty: no section says anything; write below a heading",
    ),
    (
        "headings and nothing below",
        write(MARKDOWN, "# A\n\n## B\n\n<!-- soon -->\n"),
        "guides/new.md: is empty: no section says anything; write below a heading",
    ),
    (
        "an anchor used twice",
        write(MARKDOWN, "## A {#pay}\n\nOne.\n\n## B {#pay}\n\nTwo.\n"),
        "guides/new.md:5: the anchor 'pay' is used twice (first in line 1); "
        "give each heading an anchor of its own: ## Heading {#anchor}",
    ),
    (
        "two headings alike without anchors",
        write(MARKDOWN, "Hello.\n\n## Pay\n\nOne.\n\n### Pay\n\nTwo.\n"),
        "guides/new.md:7: the anchor 'pay' is used twice (first in line 3); "
        "give each heading an anchor of its own: ## Heading {#anchor}",
    ),
    (
        "a heading that takes the introduction's anchor",
        write(MARKDOWN, "Hello.\n\n## Introduction\n\nTwo.\n"),
        "guides/new.md:3: the anchor 'introduction' is used twice (first in line 1); "
        "give each heading an anchor of its own: ## Heading {#anchor}",
    ),
    (
        "front matter not closed",
        write(MARKDOWN, "---\ntitle: A\n\n## B\n\nText.\n"),
        "guides/new.md:1: the front matter is not closed; end it with a line of ---",
    ),
    (
        "front matter that is not YAML",
        write(MARKDOWN, "---\ntitle: A\nurl: [\n---\n\n## B\n\nText.\n"),
        "guides/new.md:3: the front matter is broken: expected the node content, but found '<stream end>'; "
        "write `name: value` lines",
    ),
    (
        "front matter without names",
        write(MARKDOWN, "---\n- title\n---\n\n## B\n\nText.\n"),
        "guides/new.md:2: the front matter is broken: no names; write `name: value` lines",
    ),
    (
        "an unknown field",
        write(MARKDOWN, "---\ntitle: A\ntilte: B\n---\n\n## B\n\nText.\n"),
        "guides/new.md:3: the front matter has an unknown field 'tilte'; "
        "use aliases, examples, language, sources, synonyms, title, updated, url",
    ),
    (
        "a field given twice",
        write(MARKDOWN, "---\ntitle: A\ntitle: B\n---\n\n## B\n\nText.\n"),
        "guides/new.md:3: the front matter has 'title' twice; drop one",
    ),
    (
        "a date that is none",
        write(MARKDOWN, "---\ntitle: A\nupdated: last May\n---\n\n## B\n\nText.\n"),
        "guides/new.md:3: updated is 'last May'; write an ISO date, e.g. 2026-01-31",
    ),
    (
        "a date that no calendar has",
        write(MARKDOWN, "---\ntitle: A\nupdated: 2026-02-31\n---\n\n## B\n\nText.\n"),
        "guides/new.md:3: the front matter is broken: day is out of range for month; "
        "write `name: value` lines",
    ),
    (
        "a tag that would run a program",
        write(MARKDOWN, "---\ntitle: A\nurl: !!python/object/apply:os.getpid []\n---\n\n## B\n\nText.\n"),
        "guides/new.md:3: the front matter is broken: could not determine a constructor for the tag "
        "'tag:yaml.org,2002:python/object/apply:os.getpid'; write `name: value` lines",
    ),
    (
        "aliases that are no list",
        write(MARKDOWN, "---\ntitle: A\naliases: baker\n---\n\n## B\n\nText.\n"),
        "guides/new.md:3: aliases is not a list; write aliases: [one, two]",
    ),
    (
        "synonyms that are no lists",
        write(MARKDOWN, "---\ntitle: A\nsynonyms:\n  pay: wage\n---\n\n## B\n\nText.\n"),
        "guides/new.md:3: synonyms is not a map of lists; write synonyms: {pay: [wage, salary]}",
    ),
    (
        "a title that is no text",
        write(MARKDOWN, "---\ntitle: [A, B]\n---\n\n## B\n\nText.\n"),
        "guides/new.md:2: title is not text; write title: text",
    ),
    (
        "not UTF-8",
        write(MARKDOWN, "## Büro\n\nText.\n\nCafé.\n".encode("latin-1")),
        "guides/new.md:1: is not UTF-8 (byte 4); save the file as UTF-8",
    ),
    (
        "not UTF-8 further down",
        write(MARKDOWN, b"## B\n\nText.\n\nCaf\xe9.\n"),
        "guides/new.md:5: is not UTF-8 (byte 16); save the file as UTF-8",
    ),
    (
        "a link to a file that is gone",
        lambda corpus: (corpus / MARKDOWN).symlink_to("gone.md"),
        "guides/new.md: cannot be read (No such file or directory); mend or remove it",
    ),
    (
        "two guides of one name",
        write("guides/baker.csv", "question,answer\nA?,B.\n"),
        "guides/baker.md: has the same name as {corpus}/guides/baker.csv; rename one of them",
    ),
    (
        "a # in a name",
        write("guides/a#b.md", "## A\n\nB.\n"),
        "guides/a#b.md: has a # in its name, which parts guide and section; rename it",
    ),
    (
        "a CSV without the columns",
        write(CSV, "Question,Reply\nA?,B.\n"),
        "guides/new.csv:1: has no column 'answer'; start with the line question,answer",
    ),
    (
        "a CSV with semicolons",
        write(CSV, "question;answer\nA?;B.\n"),
        "guides/new.csv:1: has no column 'answer'; start with the line question,answer",
    ),
    ("an empty CSV", write(CSV, "\n"), "guides/new.csv:1: is empty; start with the line question,answer"),
    (
        "a CSV without rows",
        write(CSV, "question,answer\n"),
        "guides/new.csv: is empty: no section says anything; write below a heading",
    ),
    (
        "a CSV with a column twice",
        write(CSV, "question,answer,Answer\nA?,B.,C.\n"),
        "guides/new.csv:1: has two columns of one name; rename or drop one",
    ),
    (
        "a CSV row too long",
        write(CSV, 'question,answer\n"A\n?",B.\nC?,Well, yes.\n'),
        "guides/new.csv:4: has 3 cells, not 2; quote cells that hold commas",
    ),
    (
        "a CSV quote that is not closed",
        write(CSV, 'question,answer\nA?,B.\nC?,"D.\n'),
        "guides/new.csv:3: is not CSV: a quote is not closed; close it, double the quotes in it",
    ),
    (
        "a CSV quote that is closed too early",
        write(CSV, 'question,answer\nA?,"B" is it.\n'),
        "guides/new.csv:2: is not CSV: text after a closing quote; double the quotes in it",
    ),
    (
        "a CSV answer that is empty",
        write(CSV, "question,answer\nA?,B.\nC?, \n"),
        "guides/new.csv:3: a question or an answer is empty; fill it in or drop the row",
    ),
    (
        "a CSV id used twice",
        write(CSV, "question,answer\nWhat now?,B.\nWhat now,C.\n"),
        "guides/new.csv:3: the id 'what-now' is used twice (first in line 2); give each pair its own id",
    ),
    (
        "a JSONL line that is not JSON",
        write(JSONL, '{"question": "A?", "answer": "B."}\n{"question": "C?"\n'),
        "guides/new.jsonl:2: is not JSON: Expecting ',' delimiter; write one object a line",
    ),
    (
        "a JSONL line without an answer",
        write(JSONL, '\n{"question": "A?", "reply": "B."}\n'),
        'guides/new.jsonl:2: has no question or no answer; write {"question": "…", "answer": "…"}',
    ),
    (
        "a JSONL line that is a list",
        write(JSONL, '["A?", "B."]\n'),
        'guides/new.jsonl:1: has no question or no answer; write {"question": "…", "answer": "…"}',
    ),
    (
        "a JSONL answer that is no text",
        write(JSONL, '{"question": "A?", "answer": 42}\n'),
        "guides/new.jsonl:1: the answer is not text; write it in quotes",
    ),
    (
        "a JSONL question that is no text",
        write(JSONL, '{"question": ["A?"], "answer": "B."}\n'),
        "guides/new.jsonl:1: question is not text; write it in quotes",
    ),
    (
        "JSONL alternates that are no list",
        write(JSONL, '{"question": "A?", "answer": "B.", "alternates": {"x": 1}}\n'),
        'guides/new.jsonl:1: the alternates are no list of questions; write ["…", "…"]',
    ),
    (
        "a JSONL answer with half of a character",
        write(JSONL, '{"question": "A?", "answer": "B \\ud83d."}\n'),
        "guides/new.jsonl:1: holds half of a character (\\ud…); write the character itself",
    ),
    (
        "a JSONL file that is not UTF-8",
        write(JSONL, b'{"question": "A?", "answer": "Caf\xe9."}\n'),
        "guides/new.jsonl:1: is not UTF-8 (byte 33); save the file as UTF-8",
    ),
    (
        "alternates for an unknown section",
        swap(YAML, "\nsalary:", "\nwages:"),
        f"{YAML}:35: the guide has no section 'wages'; use the anchor of a heading",
    ),
    (
        "alternates for a section twice",
        swap(YAML, "\nsalary:", '\n"duties":'),
        f"{YAML}:35: 'duties' stands there twice; join the two lists",
    ),
    (
        "alternates that are no list",
        write(YAML, "# ask\nduties: What do they do?\n"),
        f"{YAML}:2: 'duties' is not a list of questions; "
        "write `- question` lines, a question with a colon in quotes",
    ),
    (
        "an alternate with a colon",
        write(YAML, "duties:\n  - What?\n  - Tell me: what?\n"),
        f"{YAML}:3: 'duties' is not a list of questions; "
        "write `- question` lines, a question with a colon in quotes",
    ),
    (
        "an alternate that is empty",
        write(YAML, "duties:\n  -\n"),
        f"{YAML}:2: 'duties' is not a list of questions; "
        "write `- question` lines, a question with a colon in quotes",
    ),
    (
        "alternates that are no map",
        write(YAML, "- What?\n"),
        f"{YAML}:1: is not a map; write `section-id:` and a list of questions",
    ),
    (
        "alternates that are not YAML",
        write(YAML, "duties:\n  - 'What?\n"),
        f"{YAML}:3: is not YAML; write `section-id:` and a list of questions",
    ),
    (
        "alternates of no guide",
        write("guides/cook.questions.yaml", "a: [b]\n"),
        "guides/cook.questions.yaml: belongs to no guide; name it after a guide beside it",
    ),
    (
        "alternates in another folder than the guide",
        lambda corpus: [
            (corpus / "guides" / "far").mkdir(),
            (corpus / YAML).rename(corpus / "guides" / "far" / "baker.questions.yaml"),
        ],
        "guides/far/baker.questions.yaml: belongs to no guide; name it after a guide beside it",
    ),
    (
        "declined questions that are no list",
        write(DECLINED, "a: b\n"),
        f"{DECLINED}:1: is not a list of questions; "
        "write `- question` lines, a question with a colon in quotes",
    ),
    (
        "synonyms without their word",
        write("synonyms.txt", "# pay\n\nsalary: pay\nwage, earnings\n"),
        "synonyms.txt:4: is not a word with its synonyms; "
        "write `word of the guides: what people write, another`",
    ),
    (
        "a word without synonyms",
        write("synonyms.txt", "salary: ,\n"),
        "synonyms.txt:1: is not a word with its synonyms; "
        "write `word of the guides: what people write, another`",
    ),
    (
        "a word with synonyms in two lines",
        write("synonyms.txt", "salary: pay\nsalary: wage\n"),
        "synonyms.txt:2: 'salary' stands there twice; join the two lines",
    ),
    (
        "a golden question about an unknown section",
        write("golden.jsonl", GOLDEN + '{"question": "What?", "relevant": ["baker#wages"]}\n'),
        "golden.jsonl:2: names 'baker#wages', which no guide has; use guide#section",
    ),
    (
        "a golden line that is not JSON",
        write("golden.jsonl", GOLDEN + "\n{oops\n"),
        "golden.jsonl:3: is not JSON: Expecting property name enclosed in double quotes; "
        "write one object a line",
    ),
    (
        "a golden line without a question",
        write("golden.jsonl", '{"relevant": []}\n'),
        'golden.jsonl:1: has no question; write {"question": "…", "relevant": ["guide#section"]}',
    ),
    (
        "a golden line with one section, not a list",
        write("golden.jsonl", '{"question": "What?", "relevant": "baker#salary"}\n'),
        'golden.jsonl:1: relevant is not a list of texts; write "relevant": ["…"]',
    ),
    (
        "a golden question asked of an unknown guide",
        write("golden.jsonl", GOLDEN + '{"question": "What?", "guide": "butcher"}\n'),
        "golden.jsonl:2: asks the guide 'butcher', which is not there; "
        "use one of: baker, gardener, orders, visits",
    ),
    (
        "a golden question asked of what is no guide",
        write("golden.jsonl", '{"question": "What?", "guide": ["baker"]}\n'),
        "golden.jsonl:1: asks the guide ['baker'], which is not there; "
        "use one of: baker, gardener, orders, visits",
    ),
    (
        "golden questions that are not UTF-8",
        write("golden.jsonl", GOLDEN.encode() + b'{"question": "Caf\xe9?"}\n'),
        "golden.jsonl:2: is not UTF-8 (byte 84); save the file as UTF-8",
    ),
]
