"""What is taken out of a question before it is kept, and what stays because people ask it of a guide."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.errors import SettingsError
from chatbot.journal.redact import Redactor

KINDS = {
    "[e-mail]": """
        jane.doe@example.org|JANE_DOE+jobs@mail.example.co.uk|jane@localhost|jané@exämple.de|jane＠example.org|
        jane%40example.org|jane (at) example (dot) org|jane[at]example.org|jane at example dot org|
        jane {at} example dot co dot uk|"jane doe"@example.org|“jane doe”@example.org|jane @ example.org""",
    "[phone]": """
        415-555-0132|(415) 555-0132|+1 415 555 0132|1-415-555-0132|4155550132|415.555.0132|555-0132|
        +49 30 901820|0049 30 901820|030 901820|06 12 34 56 78|98765 43210|12 34 56 78|+1 (415) 555‑0132|
        ٤١٥-٥٥٥-٠١٣٢""",
    "[card]": """
        4111 1111 1111 1111|4111-1111-1111-1111|4111111111111111|378282246310005|3782 822463 10005|
        4111 1111 1111 1111 12/27|6011000990139424""",
    "[account]": """
        DE89 3704 0044 0532 0130 00|GB82WEST12345698765432|fr14 2004 1010 0505 0001 3m02 606""",
    "[id]": """
        078-05-1120|078 05 1120|078.05.1120|078–05–1120|12-3456789|QQ 12 34 56 C|ABCDE1234F|
        RSSMRA85T10A562S|12345678Z|X1234567L|C01234567|192.168.1.20""",
    "[number]": """
        178051120|2345 6789 0123|146 454 286|1 85 05 78 006 084 36|756.1234.5678.97""",
}
PERSONAL = [(text.strip(), label) for label, texts in KINDS.items() for text in texts.split("|")]
ASKED = """
    Is $150,000 a good salary?|Is 120000-150000 good pay?|is 90.000 - 120.000 euros much|$100 000 - 200 000?|
    Do jobs grow 23 % from 2022 to 2032?|2019-2030|2023 2024 2025|What changed on 2026-11-23 or 23.11.2026?|
    Do I work 9-5, 24/7, 365 days?|Python 3.11.2 or C++20|top 10 of 1000000 jobs|RTX 4090, GPT-4, ISO 27001|
    Are 2 apples @ 5 dollars pay?|I work at example.com now|100 000 000 people|4.5/5 on 1,234,567 reviews|
    What is $139,620 a month?|Must I code in R/Python/C++?|the 1990-2000 boom and the 2010-2020 one"""


@pytest.mark.parametrize(("text", "label"), PERSONAL, ids=[text for text, _ in PERSONAL])
def test_personal_data_is_replaced_and_the_words_around_it_stay(text: str, label: str) -> None:
    assert Redactor()(text) == label
    assert Redactor()(f"I am {text}, what is the pay?") == f"I am {label}, what is the pay?"
    assert Redactor()(f"«{text}»\nthanks") == f"«{label}»\nthanks"


@pytest.mark.parametrize("text", [text.strip() for text in ASKED.split("|")])
def test_what_people_ask_a_guide_stays(text: str) -> None:
    assert Redactor()(text) == text


def test_several_are_replaced_each_by_its_kind() -> None:
    text = "Jane: jane@example.org or 415-555-0132; card 4111 1111 1111 1111, SSN 078-05-1120."
    assert Redactor()(text) == "Jane: [e-mail] or [phone]; card [card], SSN [id]."


def test_a_number_with_a_wrong_check_digit_is_no_card_but_still_gone() -> None:
    assert Redactor()("4111 1111 1111 1112") == "[number]"


def test_an_owner_has_patterns_of_their_own() -> None:
    redactor = Redactor.of([r"\bcase-\d+\b", r"\bacme\b"])
    assert redactor("My CASE-7 at Acme, mail a@b.org") == "My [redacted] at [redacted], mail [e-mail]"


def test_a_pattern_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match=r"redact holds '\(\[', which is no regular expression"):
        Redactor.of(["fine", "(["])


def test_a_pattern_that_matches_nothing_changes_nothing() -> None:
    assert Redactor.of(["x*"])("pay?") == "pay?"


def test_words_of_what_was_found_can_be_taken_out_of_other_texts() -> None:
    redactor = Redactor()
    words = redactor.words("I am Jane, jane.doe@example.org or 415-555-0132, is pay high?")
    assert {"jane.doe", "jane", "doe", "example.org", "415-555-0132", "0132"} <= words
    assert not {"pay", "high"} & words
    text = "The guide says nothing of jane.doe or JANE; janet is another. 0132, 10132"
    assert redactor(text, words) == (
        "The guide says nothing of [redacted] or [redacted]; janet is another. [redacted], 10132"
    )


def test_overlapping_finds_leave_nothing_between_them() -> None:
    assert Redactor.of([r"doe@exam"])("jane.doe@example.org") == "[e-mail]"
    assert Redactor.of([r"me: jane"])("me: jane@example.org!") == "[redacted]!"


@given(st.text(max_size=300))
def test_redacting_twice_changes_no_more(text: str) -> None:
    once = Redactor()(text)
    assert Redactor()(once) == once


@given(
    st.text(max_size=60),
    st.sampled_from(["jane.doe@example.org", "4111 1111 1111 1111"]),
    st.text(max_size=60),
)
def test_no_surroundings_hide_personal_data(before: str, data: str, after: str) -> None:
    assert data not in Redactor()(before + data + after)


@pytest.mark.parametrize(
    "piece", ["a", "1 ", "1.", "a@", ".-", "DE89", " at a dot ", "((", '"', "a at ", "a.a\n", "a dot ", "+1"]
)
def test_a_long_hostile_text_takes_no_long_time(piece: str) -> None:
    text = (piece * 64_000)[:64_000]  # the largest body that the server takes
    started = time.process_time()
    Redactor()(text)
    assert time.process_time() - started < 2


def test_redacting_a_question_takes_a_fraction_of_answering_it() -> None:
    question = "How much do ML engineers at Google make in California in 2026, is it 120,000 a year?"
    redactor = Redactor()
    started = time.process_time()
    for _ in range(1000):
        redactor(question)
    assert (time.process_time() - started) / 1000 < 0.0005
