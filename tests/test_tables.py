"""Tables and lists: every cell in several phrasings, ranks, comparisons, and values that are not there."""

from __future__ import annotations

import doctest
import itertools
from collections.abc import Iterator
from types import SimpleNamespace
from typing import cast

import pytest

from chatbot import lexical
from chatbot.aliases import Aliases
from chatbot.answering import Answer, Ask, Chatbot, refusing, tables
from chatbot.conversation.leaning import BESIDE_IT
from chatbot.guides import Block, Unit
from chatbot.passages import Listing
from chatbot.retrieval import Retriever
from tests.places import topic

# How people ask for a row of each table, {} being its first cell; a table without phrasings fails the test.
PHRASINGS = {
    "machine-learning-engineer#salary-states": (
        "How much do ML engineers make in {}?",
        "{} salary",
        "what would i get paid as an ml engineer in {}",
    ),
    "machine-learning-engineer#salary-industries": (
        "How much do ML engineers make in {}?",
        "{} pay",
        "What salary does the {} industry pay machine learning engineers?",
    ),
    "baker#salary-states": ("How much does a baker make in {}?", "baker salary {}", "pay of bakers in {}"),
    "baker#salary-shifts": (
        "What is the hourly pay of bakers on the {} shift?",
        "{} shift pay baker",
        "How much does a baker get for an hour of the {} shift?",
    ),
    "gardener#salary-states": (
        "How much does a gardener make in {}?",
        "gardener salary {}",
        "pay of gardeners in {}",
    ),
    "gardener#seasons": (
        "What is a gardener's first task in {}?",
        "gardener first task {}",
        "Which task comes first for gardeners in {}?",
    ),
    "bookbinder#salary-states": (
        "How much does a bookbinder make in {}?",
        "bookbinder salary {}",
        "pay of bookbinders in {}",
    ),
}


def all_tables(bot: Chatbot) -> Iterator[tuple[str, Block]]:
    for guide in bot.guides:
        for section in guide.sections:
            for block in section.blocks:
                if block.kind == "table":
                    yield f"{guide.id}#{section.id}", block


def shows(answer: Answer, row: Unit) -> bool:
    """Whether a reply states a row, told by the cell that no other row has."""
    return all(cell in answer.text for cell in row.cells[1:])


@pytest.mark.parametrize("name", ["real_bot", "trades"])
def test_every_cell_in_three_phrasings_is_right_or_declined(
    name: str, request: pytest.FixtureRequest
) -> None:
    bot: Chatbot = request.getfixturevalue(name)
    asked = [
        (ref, block, row, phrasing.format(row.cells[0]))
        for ref, block in all_tables(bot)
        for row in block.units
        for phrasing in PHRASINGS[ref]
    ]
    answers = bot.ask_many([Ask(question) for *_, question in asked])
    right = 0
    for (ref, block, row, question), answer in zip(asked, answers, strict=True):
        if answer.kind == "answer":
            assert answer.sources[0].ref == ref, question
            assert shows(answer, row), (question, answer.text)
            others = [other for other in block.units if other is not row]
            assert not [other.cells for other in others if shows(answer, other)], (question, answer.text)
            right += 1
    assert right >= 0.9 * len(asked), f"only {right} of {len(asked)} were answered"


def test_the_row_says_what_its_figure_is(real_bot: Chatbot, trades: Chatbot) -> None:
    assert real_bot.ask("How much do ML engineers make in California?").text == "California: $139,620 a year."
    assert trades.ask("hourly pay of bakers on the night shift").text == "Night: $24.50 an hour."
    autumn = trades.ask("What is a gardener's first task in autumn?")
    assert autumn.text == "Autumn – First task: Raking, Hours a week 36."


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Which state pays ML engineers the most?", "California: $139,620 a year."),
        ("highest paying state", "California: $139,620 a year."),
        ("Which state pays ML engineers best apart from California?", "Washington: $138,400 a year."),
        ("Which state other than California pays ML engineers best?", "Washington: $138,400 a year."),
        (
            "Which state pays ML engineers best apart from California, Washington and New York?",
            "Virginia: $136,960 a year.",
        ),
        ("Where in America are ML engineers paid best, in which state?", "California: $139,620 a year."),
        ("second highest paying state for ML engineers", "Washington: $138,400 a year."),
        ("Which state is the 3rd best paid?", "New York: $137,900 a year."),
        (
            "Which of the listed states pays ML engineers the lowest salary?",
            "Massachusetts: $136,700 a year.",
        ),
        ("What is the second lowest paying state?", "Virginia: $136,960 a year."),
        (
            "Which industry pays ML engineers the most?",
            "Information Services and Data Processing: $139,170 a year.",
        ),
        (
            "Which industry pays ML engineers the least?",
            "Management of Companies and Enterprises: $133,530 a year.",
        ),
    ],
)
def test_ranks(real_bot: Chatbot, question: str, text: str) -> None:
    answer = real_bot.ask(question)
    assert (answer.kind, answer.text) == ("answer", text)


CALIFORNIA, WASHINGTON = "California: $139,620", "Washington: $138,400"


def test_the_plural_asks_for_the_whole_table(real_bot: Chatbot) -> None:
    for question in ("Which states pay ML engineers the most?", "What are the highest paying states?"):
        text = real_bot.ask(question).text
        figures = ["$139,620", "$138,400", "$137,900", "$136,960", "$136,700"]
        assert [figure for figure in figures if figure in text] == figures


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (
            "Does California or Virginia pay ML engineers more?",
            "California: $139,620 a year; Virginia: $136,960 a year.",
        ),
        (
            "Is the salary lower in New York or in Massachusetts?",
            "Massachusetts: $136,700 a year; New York: $137,900 a year.",
        ),
        (
            "compare ML engineer pay in Washington and New York",
            "Washington: $138,400 a year; New York: $137,900 a year.",
        ),
    ],
)
def test_two_rows_are_compared_in_the_order_that_was_asked_for(
    real_bot: Chatbot, question: str, text: str
) -> None:
    answer = real_bot.ask(question)
    assert answer.text == text
    quote = answer.sources[0].quote
    assert all(part.split(":")[0] in quote for part in text.split("; ")), "the quote spans both rows"


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("How much do ML engineers make in Texas?", "Texas"),
        ("What is the pay of ML engineers in Oregon?", "Oregon"),
        ("What do ML engineers earn in Florida?", "Florida"),
        ("ml engineer salary in florida", "florida"),
        ("how much does it pay in ohio", "ohio"),  # near to nothing, but of pay
        ("How much do ML engineers earn in New Jersey?", "New Jersey"),
        ("how much do ml engineers earn in new jersey", "new jersey"),
        ("What do ML engineers make in West Virginia?", "West Virginia"),
        ("ml engineer salary in west virginia", "west virginia"),
        ("What is an ML engineer's salary in Washington DC?", "Washington DC"),
        ("Does California pay ML engineers more than Oregon?", "Oregon"),
        ("Is the salary of ML engineers higher in Texas or in California?", "Texas"),
        ("Which state is the sixth highest paying for ML engineers?", "sixth"),
        ("Is Netflix one of the top employers of ML engineers?", "Netflix"),
        ("Is Tesla a top employer of ML engineers?", "Tesla"),
        ("Is Ohio among the top states for ML engineer jobs?", "Ohio"),
        ("Is Virginia among the top states for ML engineer jobs?", "Virginia"),
    ],
)
def test_what_is_not_listed_is_named_with_what_is(real_bot: Chatbot, question: str, value: str) -> None:
    answer = real_bot.ask(question)
    assert (answer.kind, answer.reason) == ("no_answer", "not_in_guide")
    assert answer.missing == (value,)
    assert f"{value[0].upper()}{value[1:]} is not among them" in answer.text
    section = next(s for s in real_bot.index.sections if s.title == answer.sources[0].section)
    listed = [unit for block in section.blocks if block.kind in ("table", "list") for unit in block.units]
    for unit in listed:
        assert (unit.cells[0] if unit.cells else unit.text) in answer.text
    assert answer.confidence < real_bot.threshold


def test_a_longer_name_beside_the_shorter_one(trades: Chatbot) -> None:
    """The gardener's table holds both Virginias."""
    assert trades.ask("How much does a gardener make in Virginia?").text == "Virginia: $39,990 a year."
    west = trades.ask("How much does a gardener make in West Virginia?")
    assert west.text == "West Virginia: $33,870 a year."
    both = trades.ask("Does a gardener make more in Virginia or in West Virginia?")
    assert both.text == "Virginia: $39,990 a year; West Virginia: $33,870 a year."


@pytest.mark.parametrize(
    "question",
    [
        "What Is The Salary In California",
        "WHAT IS THE SALARY IN CALIFORNIA?",
        "California USA salary",
        "What do ML engineers make in California, and is it worth it?",
        "salary Washington State",
        "How much would I make as a PhD in California?",
    ],
)
def test_capitals_and_additions_do_not_hide_a_row(real_bot: Chatbot, question: str) -> None:
    answer = real_bot.ask(question)
    state = "Washington" if "Washington" in question else "California"
    assert not answer.missing or state not in " ".join(answer.missing)
    assert "is not among them" not in answer.text


TOWNS = [
    f"{start}{end}"
    for start in ("Al", "Ber", "Cor", "Dun", "El", "Far")
    for end in ("by", "den", "ham", "wick")
]


@pytest.fixture(scope="module")
def long_table(tmp_path_factory: pytest.TempPathFactory) -> Chatbot:
    """A bot on a table that is too long for one passage."""
    from chatbot import index
    from chatbot.building import build
    from chatbot.settings import Settings
    from tests.words import WordEncoder

    folder = tmp_path_factory.mktemp("long")
    rows = "\n".join(
        f"| {name} | {'very ' * 8}long road | ${100 + 7 * n % 25} |" for n, name in enumerate(TOWNS)
    )
    text = (
        f"# Tolls {{#tolls}}\n\nTolls by town.\n\n| Town | Road | Toll (dollars) |\n|---|---|---|\n{rows}\n"
    )
    (folder / "corpus" / "guides").mkdir(parents=True)
    (folder / "corpus" / "guides" / "tolls.md").write_text(f"---\ntitle: Tolls\n---\n\n{text}")
    build(Settings(corpus=folder / "corpus", index=folder / "index", model="words"), encoder=WordEncoder())
    return Chatbot(index.load(folder / "index", encoder=WordEncoder()))


def test_ranks_run_over_all_passages_of_a_long_table(long_table: Chatbot) -> None:
    retriever = long_table.retriever
    passages = retriever.index.passages_of[0]
    assert len(passages) > 1, "the table must be cut for this test to say anything"
    (table,) = retriever.listings[0]
    assert list(table.keys) == TOWNS
    tolls = {row.cells[0]: int(row.cells[2][1:]) for row in table.units}
    highest, lowest = max(tolls, key=lambda town: tolls[town]), min(tolls, key=lambda town: tolls[town])
    for question, town in (
        ("Which town has the highest toll?", highest),
        ("Which town has the lowest toll?", lowest),
        (f"toll in {TOWNS[-1]}", TOWNS[-1]),
    ):
        assert [row.cells[0] for row in tables.asked_rows(retriever, table, question)] == [town]


def test_rows_of_two_passages_are_quoted_as_one_stretch(long_table: Chatbot) -> None:
    from chatbot.answering import quoting

    retriever = long_table.retriever
    text = f"compare the toll of {TOWNS[0]} and {TOWNS[-1]}"
    (seen,) = retriever.evidence([retriever.read(text)])
    (quote,) = quoting.quotes(retriever, [0], text, seen)
    file = long_table.guides[0].text
    quoted = file[quote.start : quote.end]
    assert quoted.startswith(f"| {TOWNS[0]} |")
    assert f"| {TOWNS[-1]} |" in quoted.splitlines()[-1]
    assert quote.passage.start <= quote.start
    assert quote.end <= quote.passage.end


@pytest.mark.parametrize(("question", "row"), [
    ("Which of the five best paying states comes last?", "Massachusetts: $136,700 a year."),
    ("Which of the highest paying states is last?", "Massachusetts: $136,700 a year."),
    ("Which of the highest paying states came first when you last looked?", "California: $139,620 a year."),
])  # fmt: skip
def test_the_last_of_the_highest(real_bot: Chatbot, question: str, row: str) -> None:
    assert real_bot.ask(question).text == row


def test_the_examples_in_the_code_hold() -> None:
    found = doctest.testmod(tables)
    assert found.attempted == 1
    assert not found.failed


def test_what_is_compared_with_the_row_before_is_said_beside_it(real_bot: Chatbot) -> None:
    before = "what about pay in washington state"
    compared = real_bot.ask("how much more is that than virginia?", [before])
    assert compared.text == "Washington: $138,400 a year; Virginia: $136,960 a year."
    assert real_bot.ask("and virginia?", [before]).text == "Virginia: $136,960 a year."
    assert tables.compares("pay versus hours")
    assert not tables.compares("more pay")


def test_values_are_found_whatever_the_order_of_sets(bot: Chatbot) -> None:
    """The longest value comes first, so that no run differs from another."""
    retriever = bot.retriever
    number = bot.index.refs.index("baker#salary-states")
    found = [
        tables.absent(retriever, number, f"How much do bakers make in {place}?")
        for place in ("Oregon", "Golden Crust", "Peru")
    ]
    assert [absent.value if absent else None for absent in found] == ["Oregon", "Golden Crust", "Peru"]
    assert all(absent and absent.listed == ("Hawaii", "Ohio", "Maine") for absent in found)
    assert tables.absent(retriever, number, "How much do bakers make in Ohio?") is None


def test_every_pair_of_rows_is_compared_by_its_figures(trades: Chatbot) -> None:
    retriever = trades.retriever
    for number, section in enumerate(retriever.index.sections):
        if not any(block.kind == "table" for block in section.blocks):
            continue
        (table,) = retriever.listings[number]
        for one, other in itertools.permutations(table.units, 2):
            text = f"is it higher for {one.cells[0]} or for {other.cells[0]}?"
            rows = tables.asked_rows(retriever, table, text)
            assert {row.cells for row in rows} == {one.cells, other.cells}
            first, second = (float(row.cells[-1].strip("$").replace(",", "")) for row in rows)
            assert first > second


def test_another_name_of_a_row_is_no_stranger(real_bot: Chatbot) -> None:
    answer = real_bot.ask("what do they pay in cali")
    assert answer.kind == "answer"
    assert "California: $139,620" in answer.text


@pytest.mark.parametrize("question", [
    "do I need to book the story times in advance",
    "Are guide dogs permitted inside?",
    "how many e-books can I have at once",
    "may I chuck them in at night",
])  # fmt: skip
def test_a_word_that_is_nothing_like_the_keys_is_no_value(handbook: Chatbot, question: str) -> None:
    for number, section in enumerate(handbook.index.sections):
        if section.id in ("story-times", "house-rules", "ebooks", "faq-returns"):
            assert tables.absent(handbook.retriever, number, question) is None, section.id


@pytest.mark.parametrize(("section", "found"), [
    ("salary-states", "Oregon"),
    ("salary-industries", ""),  # not of its rows' kind
    ("jobs-states", ""),  # a list
    ("salary", ""),
])  # fmt: skip
def test_beside_the_best_section_a_table_misses_only_values_like_its_rows(
    real_bot: Chatbot, section: str, found: str
) -> None:
    number = next(n for n, other in enumerate(real_bot.index.sections) if other.id == section)
    missing = tables.absent_beside(real_bot.retriever, number, "What do ML engineers make in Oregon?")
    assert (missing.value if missing else "") == found


def test_where_pay_at_large_comes_first_the_table_is_named_all_the_same(real_bot: Chatbot) -> None:
    answer = real_bot.ask("How much would an ML engineer earn in Texas?")
    assert answer.text.startswith("The guide lists 5, by state: California, ")
    assert answer.sources[0].ref.endswith("#salary-states")


@pytest.mark.parametrize(
    ("history", "question", "absent"),
    [
        (["which states pay the most", "and washington?"], "what about canada", "canada"),
        (["which states pay the most"], "and ohio?", "ohio"),
        (
            ["Which industries pay ML engineers most?", "And software publishers?"],
            "How about retail?",
            "retail",
        ),
        (["which states pay best"], "and Texas?", "Texas"),
    ],
)
def test_a_follow_up_that_is_a_value_and_not_there(
    real_bot: Chatbot, history: list[str], question: str, absent: str
) -> None:
    answer = real_bot.ask(question, history)
    assert (answer.kind, answer.reason) == ("no_answer", "not_in_guide")
    assert answer.text.endswith(f"{absent[0].upper()}{absent[1:]} is not among them.")


@pytest.mark.parametrize(
    ("history", "question"),
    [
        (["Which states have the most ML engineer jobs?"], "and the employers?"),  # another heading
        (["which industries pay best"], "and python?"),  # nothing like an industry
    ],
)
def test_another_topic_is_no_value(real_bot: Chatbot, history: list[str], question: str) -> None:
    assert "is not among them" not in real_bot.ask(question, history).text


def listing(header: tuple[str, ...], *rows: tuple[str, ...]) -> Listing:
    units = tuple(Unit("row", 0, 0, "", row) for row in rows)
    return Listing((), units, tuple(row[0] for row in rows), header)


YEARS = listing(
    ("Year", "Share", "Hourly pay"), ("1", "45%", "$13"), ("2", "55%", "$16"), ("3", "65%", "$19")
)


@pytest.mark.parametrize(("text", "found"), [
    ("what do I get in the second year", ["2"]),
    ("pay in year 3", ["3"]),
    ("Step 3: become an apprentice", []),
    ("what do I get in the fifth year", []),
])  # fmt: skip
def test_numbered_rows(handbook: Chatbot, text: str, found: list[str]) -> None:
    assert [row.cells[0] for row in tables.asked_rows(handbook.retriever, YEARS, text)] == found


def test_a_rank_is_by_the_column_that_is_asked_for(handbook: Chatbot) -> None:
    table = listing(
        ("Industry", "Yearly pay", "Share of jobs"),
        ("Mining", "$72,500", "2%"), ("Staffing", "$51,300", "7%"), ("Building", "$60,700", "66%"),
    )  # fmt: skip
    for text, before, found in (
        ("which industry pays least", "", "Staffing"),
        ("the worst?", f"Which industry pays best{BESIDE_IT}the worst?", "Staffing"),
        ("which industry has the largest share", "", "Building"),
        ("the lowest one", "", "Staffing"),
    ):
        (row,) = tables.asked_rows(handbook.retriever, table, text, before)
        assert row.cells[0] == found, text


URGENCY = listing(
    ("Urgency", "Examples", "We come within"),
    ("Emergency", "burst pipe, no power", "4 hours"),
    ("Soon", "dripping tap, faulty fan", "5 working days"),
    ("Routine", "sticking doors", "20 working days"),
)


@pytest.mark.parametrize(("text", "found"), [
    ("how soon do you come for a burst pipe", ["Emergency"]),
    ("and for a dripping tap?", ["Soon"]),
    ("how soon do you come", []),
    ("what is Routine", ["Routine"]),
    ("a burst pipe and sticking doors", []),
])  # fmt: skip
def test_a_row_is_named_by_what_it_alone_holds(handbook: Chatbot, text: str, found: list[str]) -> None:
    assert [row.cells[0] for row in tables.asked_rows(handbook.retriever, URGENCY, text)] == found


def test_ranks_are_of_one_unit(handbook: Chatbot) -> None:
    loans = listing(("Item", "Loan period"), ("Films", "1 week"), ("Tools", "5 days"), ("Books", "4 weeks"))
    fees = listing(("Membership", "Fee"), ("Adult", "$24"), ("Child", "free"), ("Family", "$40"))
    branches = listing(
        ("Branch", "Address", "Spaces"), ("Mill", "2 Mill Square", "60"), ("Elm", "9 Elm Road", "none")
    )
    for table, text, row in (
        (loans, "which item has the shortest loan period", "Tools"),
        (loans, "Which item has the longest loan period?", "Books"),
        (fees, "which membership is the cheapest", "Child"),
        (branches, "Which branch has the most spaces?", "Mill"),
        (branches, "Which branch has the fewest spaces?", "Elm"),
    ):
        assert [found.cells[0] for found in tables.asked_rows(handbook.retriever, table, text)] == [row], text


def test_a_guide_is_denied_by_the_rows_of_another_only_under_the_same_heading(trades: Chatbot) -> None:
    retriever, guide_of = trades.retriever, trades.index.guide_of
    found = [
        (n, listing) for n, listed in enumerate(retriever.listings) for listing in listed if listing.header
    ]
    for section, table in found:
        for other, rows in found:
            shared = guide_of[other] == guide_of[section] or rows.header[0] == table.header[0]
            for key in rows.keys:
                parts = tuple(word.folded for word in lexical.words(key))
                assert tables._is_listed(retriever, section, parts) >= shared
    apart = [(n, key) for n, table in found for m, rows in found for key in rows.keys
             if guide_of[m] != guide_of[n] and rows.header[0] != table.header[0]]  # fmt: skip
    assert apart
    strange = [(n, tuple(word.folded for word in lexical.words(key))) for n, key in apart]
    assert not all(tables._is_listed(retriever, n, parts) for n, parts in strange)


def test_of_two_places_the_last_one_named_is_meant(handbook: Chatbot) -> None:
    table = listing(("State", "Pay"), ("Ohio", "$1"), ("Iowa", "$3"), ("Utah", "$2"), ("Maine", "$4"))
    text = f"the second highest state{BESIDE_IT}and which state is third highest?"
    assert [row.cells[0] for row in tables.asked_rows(handbook.retriever, table, text)] == ["Utah"]


def test_what_was_asked_in_vain_is_forgotten_when_something_listed_is_named(real_bot: Chatbot) -> None:
    answer = real_bot.ask("what about Amazon then", ["Does Meta hire ML engineers?", "and Oracle?"])
    assert (answer.kind, answer.missing) == ("answer", ())
    assert real_bot.ask("and Oracle?", ["Does Meta hire ML engineers?"]).kind == "no_answer"


def test_a_place_past_the_last_row_is_told_by_the_rows_noun(real_bot: Chatbot) -> None:
    assert real_bot.ask("Which state comes sixth in the pay ranking?").kind == "no_answer"
    assert real_bot.ask("Which industry is number seven of the best paying ones?").missing == (
        "number seven",
    )
    assert real_bot.ask("Which state comes fifth in the pay ranking?").text.startswith("Massachusetts")


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Which tour is the cheapest?", "Harbour"),
        ("Which tour is the most cheap?", "Harbour"),
        ("Which tour is the least cheap?", "Castle"),
        ("which tour is the most expensive?", "Castle"),
        ("Which tour is the longest?", "Harbour"),
        ("the shortest tour", "Castle"),
        ("How long is the tour with the highest price?", "Castle"),
        ("How much does the longest tour cost?", "Harbour"),
        ("which tour costs least in the long run", "Harbour"),
    ],
)
def test_a_price_is_not_ranked_by_a_time(handbook: Chatbot, text: str, row: str) -> None:
    for header, harbour, castle in (
        (("Tour", "Price", "Duration"), ("Harbour", "£10", "3 hours"), ("Castle", "£20", "1 hour")),
        (("Tour", "Price", "Hours"), ("Harbour", "10", "3"), ("Castle", "20", "1")),
    ):
        table = listing(header, harbour, castle)
        assert [found.cells[0] for found in tables.asked_rows(handbook.retriever, table, text)] == [row]


def test_a_rank_of_what_no_column_measures_picks_no_row(handbook: Chatbot) -> None:
    passes = listing(("Pass", "Day", "Week"), ("Pool", "€8", "€40"), ("Sauna", "€12", "€60"))
    assert not tables.asked_rows(handbook.retriever, passes, "Which pass is the longest?")
    pay = listing(("State", "Annual salary"), ("Ohio", "$1"), ("Iowa", "$3"))
    assert not tables.asked_rows(handbook.retriever, pay, "Which state is the cheapest?")


def test_a_table_whose_keys_are_no_words_can_still_be_denied() -> None:
    absent = tables.Absent("sixth", ("★", "★★"), "rating")
    assert refusing._not_listed(absent) == "The guide lists 2, by rating: ★ and ★★. Sixth is not among them."


def test_a_dash_that_is_typed_is_no_mark_of_ours(real_bot: Chatbot) -> None:
    for dash in (" – ", " - ", ", "):
        answer = real_bot.ask(f"How much does it pay in Texas{dash}more than California?")
        assert (answer.kind, answer.missing) == ("no_answer", ("Texas",))


@pytest.mark.parametrize(
    ("history", "question", "text"),
    [
        ([], "brewing time of filter coffee?", "Filter coffee: Brewing time 3 minutes."),
        ([], "how many beans for a french press", "French press: Beans for a cup 12 g."),
        # more is asked than a column
        (
            [],
            "how long does a cup of espresso take?",
            "Espresso: Dial 1 to 2, Beans for a cup 9 g, Brewing time 25 seconds.",
        ),
        (["brewing time of espresso?"], "and of a moka pot?", "Moka pot: Brewing time 2 minutes."),
    ],
)
def test_of_a_wide_table_the_column_is_told_that_is_named(
    manual: Chatbot, history: list[str], question: str, text: str
) -> None:
    answer = manual.ask(question, history)
    assert (answer.kind, answer.sources[0].ref, answer.text) == ("answer", "coffee-mill#drinks", text)


def test_a_row_and_a_column_find_their_table(manual: Chatbot) -> None:
    """Sentences that say nearly the same are nearer, and the row is embedded with all of its columns."""
    cells = manual.retriever.ranker.coverage.cells
    drinks = topic(manual, "drinks")
    assert cells(lexical.content_words("brewing time of a French press")) == [drinks]
    for text in ("a French press", "brewing time", "the time of a French", "cleaning a moka"):
        assert cells(lexical.content_words(text)) == []


def test_an_empty_cell_is_no_answer_and_a_row_is_no_column() -> None:
    index = SimpleNamespace(titles=[frozenset(lexical.stems("Sauna and gym"))], aliases=Aliases(()))
    header = ("Place", "Saturday", "Sunday", "Gym")

    def columns(cells: tuple[str, ...], text: str) -> list[int]:
        row = Unit("row", 0, 0, "", cells)
        return tables.asked_columns(cast(Retriever, index), 0, header, [row], text)

    assert columns(("Gym", "8 to 20", "9 to 12", "1"), "is the gym open on Sunday") == []  # "open"?
    assert columns(("Gym", "8 to 20", "9 to 12", "1"), "the gym on Sunday") == [2]
    assert columns(("Gym", "8 to 20", "", "1"), "the gym on Sunday") == []


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How much do ML engineers earn in San Francisco, California?", "California: $139,620 a year."),
        ("pay in Boston, Massachusetts?", "Massachusetts: $136,700 a year."),
        ("pay in the city of Albany in New York", "New York: $137,900 a year."),
        ("pay in San Francisco", ""),
        ("what's the pay in Austin, Texas", ""),
        ("what is paid in Charleston, West Virginia", ""),
        ("pay in Ohio, California and Washington", ""),
        ("Is it more in Denver, California or Boston", ""),
        ("Which state pays more: Oregon, California?", ""),
        ("Compare pay: Oregon, California", ""),
        ("What's the salary in Ontario, Washington, New York?", ""),
    ],
)
def test_a_place_in_a_row_is_asked_of_that_row(real_bot: Chatbot, question: str, text: str) -> None:
    answer = real_bot.ask(question)
    assert (answer.text if answer.kind == "answer" else "") == text


def test_a_rank_asks_no_more_of_what_was_asked_in_vain_before(real_bot: Chatbot) -> None:
    history = ["Where is pay highest by state?", "and Texas?"]
    answer = real_bot.ask("which state is the lowest?", history)
    assert (answer.kind, answer.text) == ("answer", "Massachusetts: $136,700 a year.")
    assert "Texas is not among them" in real_bot.ask("is it the highest?", history).text


@pytest.mark.parametrize(
    ("history", "question", "says"),
    [
        (["How much do they make in Washington?"], "And the lowest on that list?", "Massachusetts: $136,700"),
        (["Which industries pay best?", "how much in software"], "what about the lowest on the list",
         "Management of Companies and Enterprises: $133,530"),
        (["Which states pay best?"], "and the second best paid?", "Washington: $138,400"),
    ],
)  # fmt: skip
def test_a_rank_is_asked_of_the_table_not_of_the_row_before(
    real_bot: Chatbot, history: list[str], question: str, says: str
) -> None:
    assert real_bot.ask(question, history).text.startswith(says)


@pytest.mark.parametrize("question", ["compare the first with the third", "difference between 1st and 3rd"])
def test_two_places_are_compared(real_bot: Chatbot, question: str) -> None:
    answer = real_bot.ask(question, ["the top paying states"])
    assert answer.text == "California: $139,620 a year; New York: $137,900 a year."


def test_the_lowest_is_not_asked_for_by_at_least(real_bot: Chatbot) -> None:
    question = "last but not least, which single state pays the most, at least for ML engineers?"
    answer = real_bot.ask(question)
    assert (answer.kind, answer.text == "Massachusetts: $136,700 a year.") == ("answer", False)


@pytest.mark.parametrize(("before", "text", "found"), [
    ("which states pay most", "the top 2", "California: $139,620 a year; Washington: $138,400 a year."),
    ("which states pay most", "and the bottom two?",
     "Virginia: $136,960 a year; Massachusetts: $136,700 a year."),
    ("Who are the top employers?", "And the last two?", "Amazon, Apple."),
    ("which companies hire the most?", "other than the top two", "Microsoft, Amazon, Apple."),
    ("", "first two job sites", "zengig, Indeed."),
    ("which states pay the most?", "all but the last",
     "California: $139,620; Washington: $138,400; New York: $137,900; Virginia: $136,960 (a year)."),
])  # fmt: skip
def test_a_few_from_either_end_are_given_alone(real_bot: Chatbot, before: str, text: str, found: str) -> None:
    assert real_bot.ask(text, [before] if before else []).text == found


@pytest.mark.parametrize(
    "text", ["the worst two?", "the best paying two", "not the top two", "after the top two"]
)
def test_of_a_list_without_figures_none_are_the_worst(real_bot: Chatbot, text: str) -> None:
    assert real_bot.ask(text, ["which companies hire the most?"]).kind != "answer"
