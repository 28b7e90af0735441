"""Settings come from a file, then the environment, then the caller; what is not one is refused by name."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from chatbot.errors import SettingsError
from chatbot.settings import Settings

NONE = Path("no such file.toml")
EXAMPLE = {  # a setting → what somebody writes into the environment, and what it means
    "corpus": ("guides", Path("guides")),
    "index": ("/srv/index", Path("/srv/index")),
    "model": ("all-mpnet-base-v2", "all-mpnet-base-v2"),
    "encoder": ("fp32", "fp32"),
    "faiss": ("HNSW32", "HNSW32"),
    "promise": ("0.02", 0.02),
    "contact": ("help@example.org", "help@example.org"),
    "journal": ("postgresql+psycopg:///askguide", "postgresql+psycopg:///askguide"),
    "retention_days": ("30", 30),
    "allowed_origins": (
        "https://a.example, http://localhost:8000",
        ("https://a.example", "http://localhost:8000"),
    ),
    "staff_users": ("ada:one,grace:two", ("ada:one", "grace:two")),
    "rate_limit": ("10/second", "10/second"),
    "rate_store": ("redis://localhost:6379", "redis://localhost:6379"),
    "redact": (r"ticket-\d+", (r"ticket-\d+",)),
    "log_questions": ("yes", True),
}


def write(folder: Path, text: str) -> Path:
    file = folder / "chatbot.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_nothing_given_means_the_defaults() -> None:
    assert Settings.load({}, NONE) == Settings()


def test_every_setting_has_an_example_here() -> None:
    assert set(EXAMPLE) == {field.name for field in dataclasses.fields(Settings)}


@pytest.mark.parametrize("name", EXAMPLE)
def test_a_setting_is_read_from_the_environment(name: str) -> None:
    written, meant = EXAMPLE[name]
    settings = dataclasses.asdict(Settings.load({f"CHATBOT_{name.upper()}": written}, NONE))
    assert settings == dataclasses.asdict(Settings()) | {name: meant}
    assert settings[name] != getattr(Settings(), name)


def test_settings_are_read_from_a_file_in_its_own_types(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        'corpus = "guides"\npromise = 0.1\nretention_days = 7\nlog_questions = true\n'
        'allowed_origins = ["https://a.example"]\nredact = ["[a-z]{2,3}-[0-9]+"]\n',
    )
    assert Settings.load({}, file) == Settings(
        corpus=Path("guides"),
        promise=0.1,
        retention_days=7,
        log_questions=True,
        allowed_origins=("https://a.example",),
        redact=("[a-z]{2,3}-[0-9]+",),
    )


def test_a_whole_number_may_be_written_with_a_point(tmp_path: Path) -> None:
    assert Settings.load({}, write(tmp_path, "retention_days = 7.0")).retention_days == 7


def test_names_in_the_file_may_be_written_large(tmp_path: Path) -> None:
    assert Settings.load({}, write(tmp_path, 'CONTACT = "desk"')).contact == "desk"


def test_the_environment_wins_over_the_file_and_the_caller_over_both(tmp_path: Path) -> None:
    file = write(tmp_path, 'contact = "file"\nfaiss = "HNSW16"\nindex = "file"')
    environ = {"CHATBOT_CONTACT": "environment", "CHATBOT_INDEX": "environment"}
    settings = Settings.load(environ, file, index=Path("caller"), corpus=None)
    assert (settings.faiss, settings.contact, settings.index) == ("HNSW16", "environment", Path("caller"))
    assert settings.corpus == Settings().corpus  # None means: not given


def test_variables_of_other_programs_are_left_alone() -> None:
    assert Settings.load({"CHATBOT": "1", "MY_CHATBOT_INDEX": "x", "INDEX": "y"}, NONE) == Settings()


@pytest.mark.parametrize(("word", "meant"), [("1", True), ("TRUE", True), ("no", False), ("0", False)])
def test_yes_and_no_are_words(word: str, meant: bool) -> None:
    assert Settings.load({"CHATBOT_LOG_QUESTIONS": word}, NONE).log_questions is meant


@pytest.mark.parametrize("written", ["", " , ,", ","])
def test_an_empty_list_is_an_empty_list(written: str) -> None:
    assert Settings.load({"CHATBOT_STAFF_USERS": written}, NONE).staff_users == ()


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"CHATBOT_CONTCT": "x"}, r"^CHATBOT_CONTCT is not a setting; did you mean 'contact'\?$"),
        ({"CHATBOT_ZZZ": "x"}, r"^CHATBOT_ZZZ is not a setting; known are: allowed_origins, contact, "),
        ({"CHATBOT_PROMISE": "few"}, r"^CHATBOT_PROMISE is 'few'; give a number$"),
        ({"CHATBOT_RETENTION_DAYS": "1.5"}, r"^CHATBOT_RETENTION_DAYS is '1.5'; give a whole number$"),
        ({"CHATBOT_LOG_QUESTIONS": "maybe"}, r"^CHATBOT_LOG_QUESTIONS is 'maybe'; give true or false$"),
        ({"CHATBOT_ENCODER": "fp16"}, r"^encoder is 'fp16'; set it to int8 or fp32$"),
        ({"CHATBOT_PROMISE": "0"}, r"^promise is 0.0; set a share between 0 and 1"),
        ({"CHATBOT_PROMISE": "1"}, r"^promise is 1.0; "),
        ({"CHATBOT_PROMISE": "nan"}, r"^promise is nan; "),
        ({"CHATBOT_RETENTION_DAYS": "0"}, r"^retention_days is 0; set 1 or more$"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(environ: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        Settings.load(environ, NONE)


@pytest.mark.parametrize(
    "origin", ["example.org", "ftp://example.org", "https://example.org/page", "https://", "*", "null"]
)
def test_an_origin_that_is_none_is_refused(origin: str) -> None:
    with pytest.raises(SettingsError, match="allowed_origins holds .*; write origins as https://"):
        Settings(allowed_origins=("https://good.example", origin))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("index = ", "is not TOML: .*; mend it or remove it$"),
        ("idnex = 'x'", r"^idnex in .*chatbot.toml is not a setting; did you mean 'index'\?$"),
        ("redact = 5", r"^redact in .*chatbot.toml is 5; give a list of texts$"),
        ("redact = 'a'\n[contact]\nname = 'x'", r"^contact in .*chatbot.toml is \{'name': 'x'\}; give text$"),
        ("[redact]\na = 'x'", r"^redact in .*chatbot.toml is \{'a': 'x'\}; give a list of texts$"),
        ("contact = ['x']", r"^contact in .*chatbot.toml is \['x'\]; give text$"),
        ("retention_days = true", r"^retention_days in .*chatbot.toml is True; give a whole number$"),
        ("retention_days = 90.7", r"^retention_days in .*chatbot.toml is 90.7; give a whole number$"),
        ("retention_days = inf", r"^retention_days in .*chatbot.toml is inf; give a whole number$"),
        ("index = false", r"^index in .*chatbot.toml is False; give a path$"),
        ("retention_days = 'long'", r"^retention_days in .*chatbot.toml is 'long'; give a whole number$"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        Settings.load({}, write(tmp_path, text))


def test_a_file_that_is_not_utf8_is_refused_with_its_name(tmp_path: Path) -> None:
    file = tmp_path / "chatbot.toml"
    file.write_bytes('contact = "Büro"'.encode("latin-1"))
    with pytest.raises(SettingsError, match=r"chatbot\.toml: is not TOML"):
        Settings.load({}, file)


def test_the_journal_lies_beside_the_index(tmp_path: Path) -> None:
    assert Settings(index=tmp_path / "index").journal_url == f"sqlite:///{tmp_path / 'journal.db'}"


@pytest.mark.parametrize(("journal", "url"), [("off", ""), ("sqlite:///x.db", "sqlite:///x.db")])
def test_the_journal_can_be_elsewhere_or_off(journal: str, url: str) -> None:
    assert Settings(journal=journal).journal_url == url


def test_passwords_are_not_shown_when_settings_are_printed() -> None:
    assert "secret" not in repr(Settings(staff_users=("ada:secret",)))


def test_settings_cannot_be_changed() -> None:
    settings: Any = Settings()
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.contact = "elsewhere"


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"CHATBOT_JOURNAL": "off", "CHATBOT_RETENTION_DAYS": "9"}, "CHATBOT_RETENTION_DAYS has no effect"),
        ({"CHATBOT_JOURNAL": "off", "CHATBOT_REDACT": "x+"}, "CHATBOT_REDACT has no effect"),
        ({"CHATBOT_RATE_LIMIT": "", "CHATBOT_RATE_STORE": "redis://a"}, "CHATBOT_RATE_STORE has no effect"),
    ],
)
def test_a_setting_without_effect_is_refused_by_name(
    environ: dict[str, str], named: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match=named):
        Settings.load(environ, tmp_path / "chatbot.toml")
