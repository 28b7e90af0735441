"""How people word a question that leans on the one before it: "and …?", "they", "why?", "never mind …".

In: a question's text. Out: whether, and with which words, it leans. It knows no guide, and of a history no
more than that: what a question then means is for `chatbot.conversation`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from chatbot import lexical
from chatbot.asides import ASIDE, CORRECTS, SWITCHES

# Between an earlier question and a follow-up that only both together make clear: a dash as any other, but
# with a sign of no width (a word joiner) after it, which nobody types.
BESIDE_IT = " – \N{WORD JOINER}"

REJECTED = re.compile(
    r"(?:, ?(?:and )?not|,? instead of|,? rather than)(?: an?| the)? [\w-]+(?: [\w-]+)?\W*$"
    r"| (?:and )?not(?: an?| the)? [\w-]+\W*$"
    r"|^not(?: an?| the)? [\w-]+[,.;:–]\W*(?=\w)"
    r"|, ?(?:and )?not(?: an?| the)? [\w-]+(?=[.;:–]\s+\w)",
    re.I,
)
LEAD = re.compile(
    rf"^(?:{CORRECTS}\b[\s,.!:…-]*"
    r"|(?:and|or|but|so|also|plus|then|ok|okay|well|now|hm+|oh|ah|ugh|what about|how about|what of"
    r"|same for)\b[\s,.!:…-]*"
    r"|(?:please )?(?:go|jump|move|skip)(?: (?:ahead|back|on|right|straight))? to "
    rf"(?=(?:the )?(?:{'|'.join(lexical.ORDINALS)}|next|number|step)\b)"
    r"|(?:nice|great|good|cool|thanks|sorry|yes|no|nope|nah)\b(?!-\w)"
    r"(?:\s*[,.!:…-]+\s*|\s+(?=(?:and|but|so|what about)\b)))+",
    re.I,
)
GOES_ON = re.compile(
    r"^(?:and|or|but|also|plus|then|what about|how about|what of|same for|ok(?:ay)? and|so"
    rf"|{CORRECTS})\b",
    re.I,
)
POINTS = frozenset([
    "they", "them", "their", "theirs", "it", "its", "that", "those", "these", "this", "there", "he", "she",
    "his", "her", "one", "ones", "others", "former", "latter",
])  # fmt: skip
IT = frozenset(["it", "its", "that", "this", "those", "these", "one", "ones"])  # of these a thing, no people
SUCH = re.compile(
    r"\bsuch (?:an? )?(?:careers?|engineers?|experts?|jobs?|people|persons?|positions?|roles?|scientists?"
    r"|specialists?|works?)\b",
    re.I,
)
# Points at some of what was named: "which of those pays most?", "both of them".
OF_THEM = re.compile(
    r"\b(?:which|what|all|any|some|most|none|one|both|each|either|neither) of"
    r" (?:them|those|these|the (?:two|three|four|five))\b|\b(?:those|these) two\b"
    r"|\bamong(?:st)? (?:them|those|these)\b",
    re.I,
)
SEVERAL = re.compile(
    r"^which one\b(?=.*\b(?:pays?|paid|earns?|makes|salary|salaries|money)\b)|\b(?:those|these|each)\b"
    rf"|{OF_THEM.pattern}",
    re.I,
)
# Where such a word points at nothing that was said: "is there …", "worth it", "this job", "one should".
POINTS_NOWHERE = re.compile(
    r"\b(?:is|are|was|were|will) there\b|\bthere (?:is|are|was|were)\b|\bone (?:day|of(?! them))\b"
    r"|\bworth it\b"
    r"|\b(?:this|that|these|those) (?:kind of |line of |sort of )?(?:careers?|domain|fields?|guide|industry"
    r"|jobs?|occupations?|people|positions?|professions?|roles?|trade|works?)\b"
    r"|\b(?:can|could|does|has|is|may|might|must|should|to|would) one\b(?! of them)"
    r"|\bone['’]s\b",
    re.I,
)
EXAMPLES = (
    r"for example|for instance"
    r"|(?:(?:(?:can|could|would) (?:you|u) (?:please )?|please )?(?:give|name|show|tell)(?: me| us)? "
    r"|do you have |(?:can|could|may) i (?:get|have) )?(?:(?:an|any|a few|one|some) )?examples?"
)
NAMES = r"(?:what|how) (?:are|is) (?:they|those|these|it|that) called|what are their names"
ASKS_ON = re.compile(
    r"^(?:why(?: (?:not|so|is that|do you (?:say|think) (?:so|that)))?|how come|how so|what for"
    r"|which(?: ones?)?|which are (?:they|those)|what (?:kind|sort|type)s?(?! of)"
    r"|(?:who|what|any(?:one|body)) else"
    r"|(?:(?:can|could) you )?(?:name|list) (?:me )?(?:them all|them|some|all|a few)"
    rf"|{NAMES}|{EXAMPLES}|such as|like what|more|tell me more|details?|really|exactly|precisely"
    r"|is that (?:all|so))\b",
    re.I,
)
WHY = re.compile(
    r"(?:(?:so )?why(?:['’]?s| is)? ?(?:that|so|this)?|how come|how so|for (?:what|which) reasons?"
    r"|why (?:do|does|is|are|would) (?:it|that|they|this|those)"
    r" (?:count|good|help|helpful|important|matter|necessary|needed|useful)"
    r"(?: (?:at all|for me|for that|to me))?"
    r"|(?:what['’]?s|what is) the reason(?: (?:for|behind) (?:that|this|it))?|what makes (?:it|that) so)\W*",
    re.I,
)
# Asks by name for what was spoken of, and for nothing else: "any in particular you'd name?", "some names?".
_OF_THEM = r"(?: of (?:them|those|these))?"
_SOME = r"(?:any|some|a few|a couple(?: of)?)"
_THINGS = (
    r"(?:(?:concrete|good|particular|specific) )*"
    r"(?:examples?|names?|ones|recommendations?|specifics|suggestions?)"
)
BY_NAME = re.compile(
    r"(?:"
    r"(?:(?:do you have|have you got|got|are there|(?:(?:can|could|would) you )?(?:please )?"
    rf"(?:give|show|tell)(?: me| us)?) )?(?:{_SOME} )?{_THINGS}{_OF_THEM}"
    rf"|any(?:one|thing| ones?|{_OF_THEM})(?: in particular| specific(?:ally)?)"
    r"(?:(?: that)? (?:you['’]?d|you would|you can|i should) (?:know|mention|name|recommend|suggest))?"
    r"|any(?: ones?)? (?:you['’]?d|you would|you can) (?:mention|name|recommend|suggest)"
    rf"|(?:what|which)(?: (?:exact|particular|specific))? (?:kind|sort|type)s?{_OF_THEM}"
    rf"|(?:(?:can|could) you )?(?:please )?name {_SOME}(?: for me|{_OF_THEM})"
    r"|(?:like )?(?:what|who|which ones)(?=,? for )"
    r")"
    r"(?:,? (?:exactly|for (?:example|instance)|in particular|please|precisely|specifically|then))*\W*",
    re.I,
)
MORE = re.compile(r"^(?:(?:tell|give) me )?(?:more|details?)\b", re.I)
# Asks for no more than what else is said of the same: "can you tell me more?", "go on", "in more detail".
ONLY_MORE = re.compile(
    r"(?:(?:ok(?:ay)?|yes|yeah|yep|and|so|well|great|nice|cool|interesting|sure|(?:al)?right|thanks"
    r"|thank you)\W+)*"
    r"(?:(?:can|could|would|will) you |please |(?:i want|i['’]?d like|i would like) to |i (?:want|need) )*"
    r"(?:(?:tell|give|show)(?: me)? |know |hear |say |read |see |explain )?(?:it |this |that )?"
    r"(?:a (?:bit|little) |some |any )?"
    r"(?:more|further|details?|in (?:more )?detail|(?:what|anything|something) (?:else|more)"
    r"|(?:go on|go ahead|continue|carry on|keep going|elaborate|expand|explain)"
    r"(?: (?:it|this|that|reading))?)"
    r"(?: (?:more|further|details?|info|information))?(?: (?:about|on) (?:it|that|this|them|those))?"
    r"(?:\W*(?:then|please|pls|plz|thanks|thank you))*\W*",
    re.I,
)
# Picks one of the questions that were offered: "yes, the second one", "number 2"; or `again` another one.
CHOICE = re.compile(
    r"(?:(?:yes|yeah|ok(?:ay)?|please|i mean|i meant|i choose|take|option|number|no\.?"
    rf"|(?P<again>and|what about))\W+)*(?:the |#)?(?P<place>{'|'.join(lexical.ORDINALS)}|[1-9])"
    r"(?: (?:one|question|option|choice))?"
    r"(?:\W+(?:i (?:guess|suppose|think)|maybe|please|pls|thanks|then))*\W*",
    re.I,
)
TRAILS = re.compile(
    r"(?:[\s,]+(?:then|instead|please|maybe|though|too|as well|exactly|specifically"
    r"|for (?:example|instance)))+\W*$",
    re.I,
)
# Behind a whole question it says nothing; "I have a degree, what then?" asks what comes next.
THEN = re.compile(r"(?<=\w)(?<!\band)(?<!\bso)(?<!\bwhat) then(?=\W*$)", re.I)
_BEFORE = "in|for|at|from|with|to|on|of|about|only|just"
PREPOSITION = re.compile(rf"^(?:(?:{_BEFORE})\b\s*)+", re.I)
GLUE = re.compile(rf"^(?:(?:{_BEFORE}|the|an?)\b\s*)+", re.I)
# What of these asks for the things themselves, which another section may name.
ASKS_FOR_THEM = re.compile(
    rf"^(?:which|(?:(?:can|could) you )?(?:name|list)|{NAMES}|{EXAMPLES}|such as|like what)\b", re.I
)
# Where one of these stands, more is said than another value of a table: "background i need".
NO_VALUE = POINTS | {
    "what", "which", "who", "whom", "whose", "when", "where", "why", "how", "is", "are", "was", "were",
    "do", "does", "did", "can", "could", "should", "would", "will",
    "i", "me", "my", "u", "we", "you", "your",
}  # fmt: skip
LISTED = frozenset(["includ", "list", "name"])  # stems of what is said of all that is listed
# Asks whether something is one of those that were named: "does that include Texas?", "is Ohio one of them?".
_THOSE = r"(?:them|there|these|those|(?:that|the|this) (?:list|table))"
_IS_NOT = r"(?:is|are|isn['’]?t|aren['’]?t|is not|are not)"
_AMONG = r"(?:also )?(?:(?:one|part|some) of|among|amongst|in|on)"
_NAMED = r"(?!(?:anything|it|that|there|they|this)\b)"
MEMBER = re.compile(
    r"(?:do|does|don['’]?t|doesn['’]?t) (?:that|this|it|these|those|they|the list) (?:also )?"
    r"(?:contain|include|list) ([^?,.]{2,40}?)\W*$"
    rf"|{_IS_NOT} {_NAMED}([^?,.]{{2,40}}?) {_AMONG} {_THOSE}\W*$"
    rf"|([^?,.]{{2,40}}?) {_IS_NOT} {_AMONG} {_THOSE}\W*$",
    re.I,
)


def beside(before: str, added: str) -> str:
    """A question with a follow-up that only both together make clear."""
    return f"{before.rstrip('?. ')}{BESIDE_IT}{added}"


def now(text: str) -> str:
    """What was asked last of a question that is understood beside the one before it.

    >>> now(beside("Which states pay most?", "and Ohio?")), now("Which states pay most?")
    ('and Ohio?', 'Which states pay most?')
    """
    return text.rpartition(BESIDE_IT)[2]


def asks_for_more(text: str) -> bool:
    """Whether a text asks for more of the same, and nothing else.

    >>> asks_for_more("OK, tell me more about it please"), asks_for_more("tell me more about networking")
    (True, False)
    """
    return ONLY_MORE.fullmatch(" ".join(text.split())) is not None


def switches(text: str) -> bool:
    """Whether a text turns to something else, and asks nothing of what was said.

    >>> switches("different topic, do they code?"), switches("different topic: how much is it a week?")
    (True, False)
    """
    if not SWITCHES.match(text):
        return False
    return IT.isdisjoint(_pointing(ASIDE.sub("", text)))


def without_more(history: Sequence[str]) -> tuple[str, ...]:
    """Earlier questions but for those that only ask for more: what follows leans on what they lean on."""
    return tuple(text for text in history if not asks_for_more(text))


def choice(text: str) -> tuple[int, bool] | None:
    """The place of what a text picks of what was offered, from 0, or from -1 backwards; and whether after
    another one. None if it says more.

    >>> choice("yes, the second one please"), choice("and 1?"), choice("the second step")
    ((1, False), (0, True), None)
    """
    if not (found := CHOICE.fullmatch(text.strip())):
        return None
    place = found["place"].lower()
    return int(place) - 1 if place.isdigit() else lexical.ORDINALS[place], bool(found["again"])


def points(text: str) -> bool:
    """Whether a word points back at what was said ("they", "that", "there", "such a job")."""
    said = lexical.words(POINTS_NOWHERE.sub(" ", text))
    return SUCH.search(text) is not None or any(
        word.folded in POINTS  # but for a relative "that": "the skills that count"
        and (word.folded != "that" or n in (0, len(said) - 1) or said[n - 1].folded in lexical.STOP)
        for n, word in enumerate(said)
    )


def means_the_role(text: str) -> bool:
    """Whether a text points at nothing but people: "do they lead teams?"."""
    said = _pointing(text) & POINTS
    people = bool(said) and said <= {"they", "them", "their"}
    return people and not GOES_ON.match(text) and not points_at_them(text)


def points_at_it(text: str) -> bool:
    """Whether a word points back at a thing that was said, or at a place ("it", "that one", "there")."""
    return not (IT | {"there"}).isdisjoint(_pointing(text))


def _pointing(text: str) -> frozenset[str]:
    """The words of a text, but for those that point at nothing that was said."""
    return lexical.every_word(POINTS_NOWHERE.sub(" ", text))


def points_at_them(text: str) -> bool:
    """Whether a text asks of some of what was named ("which of those", "both of them")."""
    return OF_THEM.search(POINTS_NOWHERE.sub(" ", text)) is not None


def member(text: str) -> str:
    """What somebody asks to be one of those that were named, or nothing.

    >>> member("but does that include Texas?"), member("Ohio isn't on that list?"), member("is it on there")
    ('Texas', 'Ohio', '')
    """
    found = MEMBER.match(LEAD.sub("", text))
    return next(filter(None, found.groups()), "") if found else ""


def points_at_several(text: str) -> bool:
    """Whether a word points back at several things that were named ("which of those")."""
    return SEVERAL.search(POINTS_NOWHERE.sub(" ", text)) is not None


def value(text: str, glue: re.Pattern[str] = GLUE) -> str:
    """A follow-up without what glues it to the question before.

    >>> value("in Washington then?"), value("for an actuary?", PREPOSITION)
    ('Washington', 'an actuary')
    """
    return glue.sub("", TRAILS.sub("", text)).strip(" ?!.…,")


def named(text: str) -> str:
    """What a follow-up names in one or two words, if it says nothing else.

    >>> named("in New Jersey?"), named("how do they work?")
    ('New Jersey', '')
    """
    found = value(text)
    return found if len(lexical.content_words(found)) == len(found.split()) <= 2 else ""


def asks_why(text: str) -> bool:
    """Whether a text asks for a reason, and for nothing else.

    >>> asks_why("ok, and why is that?"), asks_why("why do they need maths")
    (True, False)
    """
    return WHY.fullmatch(LEAD.sub("", text)) is not None


def asks_for_all(noun: str, text: str) -> bool:
    """Whether a text asks for all that a noun calls, and for nothing else.

    >>> asks_for_all("State", "which states are listed then?"), asks_for_all("State", "which states pay best")
    (True, False)
    """
    words = {word.stem for word in lexical.content_words(text)} - LISTED
    return "which" in text.lower() and words == set(lexical.stems(noun))


def plainly(text: str) -> str:
    """A follow-up that asks for names or reasons, and for nothing of its own, in the plainest words.

    >>> plainly("any in particular you'd name?"), plainly("how so"), plainly("what kind of maths?")
    ('which ones?', 'why?', 'what kind of maths?')
    """
    if WHY.fullmatch(text):
        return "why?"
    if BY_NAME.fullmatch(text):
        return "which ones?"
    return THEN.sub("", text) if len(text.split()) > 3 else text


def asks_on(text: str) -> bool:
    """Whether hardly more is said than "why?" or "which ones?"."""
    bare = TRAILS.sub("", plainly(LEAD.sub("", text)))
    found = ASKS_ON.match(bare)
    return (
        found is not None
        and len(lexical.words(bare[found.end() :])) <= 3
        and len(lexical.content_words(bare)) <= 1
    )
