"""Passwords and sessions of the staff pages, without any page."""

from __future__ import annotations

import time

import pytest

from chatbot.errors import SettingsError
from chatbot.web import signin
from chatbot.web.signin import LASTS, Secret, SignIn, hash_password, read_users


def test_a_hash_is_written_with_its_parameters_and_a_salt_of_its_own() -> None:
    one, other = hash_password("correct horse"), hash_password("correct horse")
    assert one.startswith("scrypt$16384$8$5$")
    assert one != other
    assert "correct" not in one
    assert not {",", ":", " "} & set(one)  # it stands in a list of name:hash, separated by commas
    assert Secret.parse(one).fits("correct horse")
    assert not Secret.parse(one).fits("correct horse ")


def test_users_are_read_from_plain_passwords_and_from_hashes() -> None:
    users = read_users(["ada:a:b$c", f"grace:{hash_password('naïve')}"])
    assert users["ada"].fits("a:b$c")
    assert users["grace"].fits("naïve")
    assert "a:b$c" not in repr(users)


def test_an_accented_letter_is_the_same_however_it_was_composed() -> None:
    assert Secret.of("nai\u0308ve").fits("na\u00efve")


def test_a_hash_of_other_parameters_fits_too() -> None:
    salt = b"0123456789abcdef"
    weak = Secret(1024, 8, 1, salt, signin._scrypt("old", salt, 1024, 8, 1))
    assert Secret.parse(str(weak)).fits("old")


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        (["ada"], "entry 1 of staff_users is not name:password"),
        (["ada:secret-1", ":secret-2"], "entry 2 of staff_users"),
        (["ada:"], "entry 1 of staff_users"),
        (["ada:secret-1", "ada:secret-2"], "'ada' twice"),
        (["ada:scrypt$secret"], "the hash of 'ada' in staff_users is damaged"),
        (["ada:scrypt$1000$8$1$c2FsdA$c2FsdA"], "damaged"),  # not a power of two
        (["ada:scrypt$x$8$1$c2FsdA$c2FsdA"], "damaged"),
        (["ada:scrypt$16384$8$5$c2FsdA$ä"], "damaged"),
        (["ada:scrypt$16384$8$5$c2FsdA$"], "damaged"),
        (["ada:scrypt$1073741824$8$1$c2FsdA$" + "A" * 43], "damaged"),  # a terabyte of memory
    ],
)
def test_users_that_cannot_be_read_are_refused_without_telling_a_password(
    entries: list[str], problem: str
) -> None:
    with pytest.raises(SettingsError, match=problem.replace("$", r"\$")) as raised:
        read_users(entries)
    assert "secret" not in str(raised.value)


@pytest.fixture
def sign_in() -> SignIn:
    return SignIn(read_users(["ada:correct horse"]))


def test_a_session_starts_with_the_right_password_and_ends_when_told(sign_in: SignIn) -> None:
    token = sign_in.start("ada", "correct horse")
    assert token is not None
    assert len(token) >= 43  # 256 bits
    assert sign_in.name_of(token) == "ada"
    sign_in.end(token)
    assert sign_in.name_of(token) is None
    sign_in.end(token)


def test_no_session_without_the_right_name_and_password(sign_in: SignIn) -> None:
    for name, password in (("ada", ""), ("ada", "Correct horse"), ("", ""), ("eve", "correct horse")):
        assert sign_in.start(name, password) is None
    for token in ("", "ada", "x" * 43, "\ud800"):
        assert sign_in.name_of(token) is None
    assert sign_in.start("ada", "\ud800") is None


def test_a_session_ends_after_its_time_and_is_forgotten(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = sign_in.start("ada", "correct horse")
    assert token
    later = time.time() + LASTS + 1
    monkeypatch.setattr(signin.time, "time", lambda: later)
    assert sign_in.name_of(token) is None
    assert sign_in.start("ada", "correct horse")
    assert len(sign_in._sessions) == 1


def test_sessions_are_kept_by_their_hash_alone(sign_in: SignIn) -> None:
    token = sign_in.start("ada", "correct horse")
    assert token
    assert token not in repr(sign_in._sessions)


def test_an_unknown_name_takes_as_much_work_as_a_wrong_password(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = []
    real = signin._scrypt
    monkeypatch.setattr(signin, "_scrypt", lambda *given: work.append(given[2:]) or real(*given))
    sign_in.start("ada", "wrong")
    sign_in.start("nobody", "wrong")
    assert work == [(signin.COST, signin.BLOCK, signin.TIMES)] * 2


def test_without_users_nobody_signs_in() -> None:
    closed = SignIn({})
    assert not closed.is_open
    assert closed.start("", "") is None
