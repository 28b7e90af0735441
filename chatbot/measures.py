"""A table's figures, what they measure, and what a rank is of: "the cheapest" of prices, "the longest" time.

In: a question, or a column. Out: "price", "length", or nothing; or the figures, in one unit. Which row comes
first is found by `chatbot.answering.tables`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from chatbot import lexical

RANKS = {
    "price": frozenset(
        ["cheapest", "cheaper", "dearest", "dearer", "priciest", "pricier", "costliest", "costlier"]
    ),
    "length": frozenset(["longest", "longer", "shortest", "shorter"]),
}
EXPENSIVE = re.compile(r"\b(?:most|least|more|less) (?:costly|expensive|pricey)\b", re.I)
CHEAP = {"most": "cheapest", "more": "cheaper", "least": "dearest", "less": "dearer"}
IN_TWO_WORDS = re.compile(rf"\b({'|'.join(CHEAP)}) cheap\b", re.I)
CURRENCY = re.compile(r"[$£€¥₹]|\b(?:dollars?|euros?|pounds?|cents?|pence|usd|eur|gbp|chf)\b", re.I)
COSTS = re.compile(r"\b(?:charge|cost|fare|fee|price|rate|rent)s?\b", re.I)
# What somebody is paid is no price: nobody asks for the cheapest state to earn in.
PAY = re.compile(r"\b(?:earn\w*|income|pay|salar(?:y|ies)|wages?)\b", re.I)
# Stems of what makes pay another one: who gets it, and how; its kind, and what it is worth.
_WHOSE = """
entri entry-level beginn newcom newbi rooki novic junior senior starter graduat fresher intern internship
traine apprentic student experi experienc inexperienc degre phd doctor master bachelor certif diploma
bootcamp princip lead director execut manag supervis remot freelanc contractor contract temp part-tim
self-employ women men femal male gender immigr foreign expat veteran minor teenag self-taught rural suburb
upstat
"""
_KINDS = """
tax net gross deduct biweek fortnight bonus equiti stock option perk overtim increas inflat minimum
maximum rang median percentil percent euro pound yen rupe peso rent live afford enough expens mortgag
pension growth futur base negoti insur unemploy
"""
WHOSE = frozenset(_WHOSE.split())
CONDITIONS = WHOSE | frozenset(_KINDS.split())
UNIT = re.compile(
    r"\b(?:sec(?:ond)?s?|min(?:ute)?s?|h(?:(?:ou)?rs?)?|days?|weeks?|months?|years?|m|met(?:re|er)s?|km"
    r"|kilomet(?:re|er)s?|miles?)\b",
    re.I,
)
# A question for the price of what was just spoken of, and of nothing else: "and does it cost anything?"
PRICE_OF_IT = re.compile(
    r"(?:and |but )?(?:(?:what|how much) (?:does|do|is|are|will|would) {it}(?: cost| charge)?"
    r"|(?:does|do|is|are|will|would) {it} (?:cost (?:anything|something|extra|money)|free)"
    r"|what(?: are|(?: i|['’])s) the (?:price|cost|fee)s?)(?: of {it})?\W*".replace(
        "{it}", "(?:it|that|this|they|them|those)"
    ),
    re.I,
)
FIGURE = re.compile(r"([^\w\s]?)\s?(\d[\d,]*(?:\.\d+)?)\s?(%|[^\W\d]+(?: [^\W\d]+)*)?")
NOTHING = frozenset(["free", "none", "nil", "free of charge", "no charge"])
MINUTES = {
    "sec": 1 / 60, "second": 1 / 60, "min": 1, "minut": 1, "h": 60, "hr": 60, "hrs": 60, "hour": 60,
    "day": 1440, "week": 10080, "month": 43200, "year": 525600,
}  # fmt: skip
LENGTHS = re.compile(r"\b(?:distance|duration|length|time)\b", re.I)


def in_one_word(text: str) -> str:
    """A question with "cheapest" for "most cheap", of which the most is the least money.

    >>> in_one_word("which is the most cheap?"), in_one_word("the least cheap one")
    ('which is the cheapest?', 'the dearest one')
    """
    return IN_TWO_WORDS.sub(lambda found: CHEAP[found[1].lower()], text)


def ranked_by(text: str) -> str:
    """What a question ranks by.

    >>> ranked_by("which tour is the longest?"), ranked_by("the most expensive one"), ranked_by("long tours")
    ('length', 'price', '')
    """
    if EXPENSIVE.search(text):
        return "price"
    says = lexical.every_word(text)
    return next((measure for measure, words in RANKS.items() if says & words), "")


def is_price_told(question: str, text: str) -> bool:
    """Whether a question asks the price of what a text speaks of, and nothing else, and the text tells one.

    >>> is_price_told("does it cost anything?", "It is free."), is_price_told("what does parking cost", "$5")
    (True, False)
    """
    told = CURRENCY.search(text) or any(word.folded == "free" for word in lexical.words(text))
    return PRICE_OF_IT.fullmatch(question) is not None and bool(told)


def of_column(name: str, cells: Sequence[str]) -> str:
    """What the figures of a column measure: by the unit of its cells or, where they have none, by its name.

    >>> of_column("Week", ["£85"]), of_column("Duration", ["3 hours"]), of_column("Annual salary", ["$1"])
    ('price', 'length', '')
    """
    first = next((cell for cell in cells if cell and cell.lower() not in NOTHING), "")
    if PAY.search(name):
        return ""
    if CURRENCY.search(first):
        return "price"
    if UNIT.search(first):
        return "length"
    if CURRENCY.search(name) or COSTS.search(name):
        return "price"
    return "length" if UNIT.search(name) or LENGTHS.search(name) else ""


@lru_cache(maxsize=1024)
def figures(cells: tuple[str, ...]) -> tuple[float, ...]:
    """The numbers of a column, times in minutes; none where a cell has none, or they are not of one unit.

    Kept, for the columns of a table are compared again and again.

    >>> figures(("5 days", "1 week")), figures(("$20", "free")), figures(("218 Mill Road", "4 Hill Road"))
    ((7200.0, 10080.0), (20.0, 0.0), ())
    """
    found, units = [], set()
    for cell in map(str.strip, cells):
        if cell.lower() in NOTHING:
            found.append(0.0)
        elif number := FIGURE.fullmatch(cell):
            unit = tuple(word.stem for word in lexical.words(number[3] or ""))
            times = MINUTES.get(unit[0], 0) if len(unit) == 1 else 0
            found.append(float(number[2].replace(",", "")) * (times or 1))
            units.add((number[1], ("minut",) if times else unit))
        else:
            return ()
    return tuple(found) if len(units) == 1 else ()
