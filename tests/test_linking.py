"""Links that land on the words, in the answers of a published guide."""

from chatbot.answering.linking import fragment


def test_a_short_quote_is_named_whole() -> None:
    assert fragment("", "Pay, in Ohio, is high.") == ":~:text=Pay%2C%20in%20Ohio%2C%20is%20high."


def test_a_long_quote_is_named_by_its_ends() -> None:
    quote = "One two three four five six seven eight nine ten eleven."
    ends = "One%20two%20three%20four%20five,seven%20eight%20nine%20ten%20eleven."
    assert fragment(quote, quote) == f":~:text={ends}"


def test_a_row_is_named_by_its_cells_as_they_stand_in_the_page() -> None:
    table = "| State | Pay |\n|---|---|\n| Ohio | $1 |\n| Iowa | $2 |"
    assert fragment(table, "| Iowa | $2 |") == ":~:text=%241-,Iowa,%242"


def test_a_hyphen_is_encoded_because_it_has_a_meaning_there() -> None:
    assert fragment("", "well-known") == ":~:text=well%2Dknown"
