"""What is said around a question and asks nothing: "thank you, dear.", "forget the pay:", "details on …".

In: a text. Out: the same without that, or its clauses. It knows no guide, and nothing of what was asked
before.
"""

from __future__ import annotations

import re

from chatbot import lexical

# Corrects the question before: "no, I meant the jobs", "oh wait, what i mean is …", "not pay, i mean …".
_MEAN = r"i (?:actually |really |just )?mean[ts]?(?: to (?:ask|say))?(?! to\b)"
CORRECTS = (
    r"(?:(?:no|nope|nah|sorry|wait|oops|oh|ok|okay|but|actually|my bad)\W+)*(?:not (?:an? |the )?[\w-]+\W+)?"
    rf"(?:what {_MEAN} (?:is|was)|(?:what )?{_MEAN}"
    r"|(?:no|nope|nah)(?=\W+not\b|\W[^.?!,]{1,40},\s*(?:and )?not\b)"
    r"|(?=not (?!sure|really|bad|yet|only|just|now|that|it)(?:an? |the )?[\w-]+, ?"
    r"(?!not\b|(?:any|wh)\w* (?:other|else))\w))"
)
CORRECTED = re.compile(rf"^{CORRECTS}\b", re.I)
_ANOTHER = (
    r"(?:(?:on |to |now )?(?:an? )?"
    r"(?:(?:completely |totally |quite )?(?:different|new|another|next|other|unrelated)"
    r" (?:topic|subject|question|thing|note|matter)"
    r"|(?:switch|chang)(?:e|ing)(?: of)?(?: the)? (?:topics?|subjects?))"
    r"|unrelated(?: though)?|(?:moving )?on to something (?:else|different|new))"
)
# Said before turning to something else, and asks nothing: "fine, sold. …", "ok forget the money, …".
ASIDE = re.compile(
    r"^(?:(?:ok(?:ay)?|(?:al)?right|well|so|fine|sure|sold|noted|thanks|thank you|thx|great|good|nice|cool"
    r"|perfect|interesting|understood|i see|makes sense|got it|gotcha|kk?|pity|fair enough|wow|phew)\b"
    r"(?:\s*[,.!…]+\s*|\s+(?=forget|never|leav|enough)))*"
    r"(?:(?:(?:forget|never ?mind|no matter|nvm|enough|moving on from|skip)\b[^,.;:!?…]{0,40}"
    rf"|leav(?:e|ing) [^,.;:!?…]{{1,30}} aside|{_ANOTHER})\s*[,.;:!?…–-]+\s+)?(?=\w)",
    re.I,
)
# Words of what is said in reply to an answer, and asks nothing: "thank you dear.", "oh cool,", "sounds fine."
_REACTIONS = """
aha ahh alas alright amazing appreciate appreciated aw awesome aww bah believe bless brilliant buddy
bummer chap cheers clear congrats cool crazy cute damn dang darling dear eh enough ew excellent
excited exciting fair fantastic fella finally fine folks frankly friend funny geez glad gladly good
goodness gosh gotcha grand great guess guys ha helpful helps hilarious honestly honey hooray huh
impressed impressive incredible insane interesting jeez k kk lovely maam madam man marvelous mate
mhm neat nice noted ooh ouch outstanding pal perfect perfectly phenomenal pity q question questions
quick right roger sad sense seriously shame sheesh shocking sick sir sorry sound sounds splendid
super superb suppose sure surprised surprising sweet sweetie terrific thank thanks thankyou thing
thinking thought thx true ty tysm unbelievable understand understood useful wait welcome whatever
whew wicked woah wonderful wondering yay yikes
"""
REACTIONS = frozenset(_REACTIONS.split())
# What says more than that if it stands beside: a denial, or a question.
_NO_REACTION = "how nah neither no nope nor not what when where whether which who whom whose why"
BESIDE_REACTIONS = REACTIONS | ((lexical.STOP | {"last"}) - set(_NO_REACTION.split()))
_PAUSE = r"(?:[,.!?;:…–]+(?=\s)|(?=\s(?:and|but|so|what about|how about)\b))\s*"
SAID_FIRST = re.compile(rf"[^,.!?;:…–]{{1,60}}?{_PAUSE}")
LAST = re.compile(r"\b(?:one more|also|another one|last one|lastly|finally)\s*:\s*$", re.I)
SAID_LAST = re.compile(r"[,.!?;:…–]+\s+(?P<said>[^,.!?;:…–]{1,60})\W*$")
CLAUSE = re.compile(r"[,.;:!?…]+(?=\s)|\s*(?:->|=>|→|>>)\s*|\s+[–—-]+\s+")
# Judges what was said: "That sounds varied. Who …?"
_JUDGED = """
bad boring competitive crazy decent demanding easy enough exhausting exciting fair familiar fine fun generous
good great hard high huge impressive interesting little logical long low much nice ok okay promising
reasonable reassuring sensible short stressful tough tricky vague varied
"""
JUDGES = re.compile(
    r"(?:(?:that|this|it|which)(?:['’]?s| is| was| sounds?| seems?| looks?) |(?=(?:just |still )?not ))"
    r"(?:(?:actually|all|a bit|just|not|quite|really|so|still|too|very|pretty|rather) )*"
    rf"(?:{'|'.join(_JUDGED.split())}|a (?:bit|lot)(?: of (?:money|steps|time|work))?)"
    r"\s*[.!…]+\s+(?=\w)",
    re.I,
)
# "… i guess": says how surely it is asked.
HEDGE = re.compile(r",? (?:i (?:guess|think|suppose|believe|mean[ts]?)|maybe|lol|haha|tbh|imo)\W*$", re.I)
# "It's the lowest, right?": asks no more than whether that is so; not "is it right?".
TAG = re.compile(
    r"^(?!\W*(?:(?:and|but|or|so) )*(?:are|is|was|were|what|which|who)\b)(?P<said>.+?),? "
    r"(?<!that )(?:correct|right|aren['’]?t they|innit|isn['’]?t it|yeah)\W*\?\W*$",
    re.I,
)
# "This is useless, just tell me how …"
IMPATIENT = re.compile(
    r"^(?:(?:argh|come on|enough|it|listen|look|omg|stop|that|this|ugh|you|your)\b[^,.!?;]{0,40}[,.!;]+\s*)?"
    rf"(?:(?:can|could) you )?(?:just|simply) tell me (?=about\b|{lexical.ASKING})",
    re.I,
)
GREETING = re.compile(
    r"^(?:good (?:morning|afternoon|evening|day)|(?:(?:dear|hello|hey|hi|respected) )?"
    r"(?:sir|madam|ma['’]?am))\b[\s,.!]+",
    re.I,
)
SWITCHES = re.compile(  # what comes then is of something else
    r"^(?:(?:ok(?:ay)?|thanks|thank you|thx|now|so|great|good|nice|fine|right|well|and|then)[\s,.!…]+)*"
    rf"{_ANOTHER}\s*[,.;:!…–-]+\s",
    re.I,
)
# Of whom somebody asks: "does my daughter need it?" is what she needs.
_SHE = "aunt|daughter|girlfriend|granddaughter|mother|mom|mum|niece|sister|wife"
_HE = (
    "boyfriend|brother|buddy|child|colleague|cousin|dad|father|friend|grandson|husband|kid|mate|nephew|partner"
    "|son|student|uncle"
)
KIN = re.compile(
    r"\b(?P<before>can|could|did|does|may|might|must|should|will|would|if|whether) (?:my|our)"
    rf" (?:(?:eldest|little|older|oldest|young|younger|youngest) )?(?:(?P<she>{_SHE})|{_HE})\b"
    r"(?!['’-]| in[ -]law)",
    re.I,
)
# What only says that something is asked: "could you give me some more details about …?".
_PLEASE = """
a additional am an any are available can could dear detailed do find for full further general get
give good got have hello hey hi i i'd i'm if im in is it just kindly like looking me more my need
offer please pls provide quick searching seeking send share short show some the there to us want we
would you
"""
_PLEA = rf"\W*(?:(?:{'|'.join(_PLEASE.split())})\W+)*"
# Who asks, if somebody asks for another: "the customer also wants to know whether …".
_ASKER = (
    r"(?:(?:an?|another|my|one|our|some|the|this|that) )?"
    r"(?:(?:boss|brother|caller|candidate|client|colleague|cousin|customer|dad|daughter|father|friend|girl|guy"
    r"|husband|kid|lady|manager|mom|mother|mum|nephew|niece|parent|person|pupil|reader|sister|somebody"
    r"|someone|son|student|user|visitor|wife)s?|he|she|they|i|we)"
)
_ALSO = (
    r"(?:(?:also|am|are|['’]d|further|has|have|is|just|['’]m|next|now|['’]re|['’]s|still|then|was|were"
    r"|would) ?)*"
)
_ASKS = (
    r"(?:ask(?:s|ed|ing)?|(?:wants?|likes?|needs?) to (?:know|ask)|wonder(?:s|ed|ing)?|curious"
    r"|(?:en|in)quir(?:es|ed|ing))"
)
FRAME = re.compile(
    rf"{_PLEA}(?:(?:infos?|information|details?|particulars|specifics|facts)"
    r" (?:about|on|regarding|concerning|re|as to|with regard to)"
    r"|(?:overview|summary|outline|explanation|description) (?:of|on|about))\W+"
    rf"|(?:and |so |now )?{_ASKER} ?{_ALSO} ?{_ASKS}(?: (?:me|us))?(?: also)?[\s,:]+"
    r"(?:(?:about|if|whether)\b\W*|(?=[\"“]?(?:what|which|who|where|when|why|how)\b))"
    r"|(?:and |so |but )?(?:does|did|do) (?:the|this|that|your) (?:book|guide|handbook|manual|page|site|text)"
    r" (?:also |even )?(?:mention|say|tell)(?: (?:me|us))?(?: anything)?\W+"
    r"(?:(?:about|if|on|whether)\b\W*|(?=(?:what|which|who|where|when|why|how)\b))",
    re.I,
)


def clauses(text: str) -> list[str]:
    """What a text says one after the other, without the signs between.

    >>> clauses("I know maths, ok. What comes after high school?"), clauses("high school -> then what?")
    (['I know maths', 'ok', 'What comes after high school'], ['high school', 'then what'])
    """
    return [each for part in CLAUSE.split(text) if (each := part.strip(" ,.;:?!–…-"))]


def of_anyone(text: str) -> str:
    """A question that is asked for somebody, as if it were asked of anyone.

    >>> of_anyone("Does my older son need it?"), of_anyone("would my wife's pay rise?")
    ('Does he need it?', "would my wife's pay rise?")
    """
    return KIN.sub(lambda found: f"{found['before']} {'she' if found['she'] else 'he'}", text)


def without_reaction(text: str) -> str:
    """A question without what is said before it in reply to an answer, or after it, and asks nothing.

    >>> without_reaction("Thank you dear. And is it safe?"), without_reaction("cool thanks")
    ('And is it safe?', 'cool thanks')
    """
    start = at = 0
    text = IMPATIENT.sub("", GREETING.sub("", text)) or text
    begun = lexical.words(text)[:1]
    may_react = bool(begun) and begun[0].folded in BESIDE_REACTIONS  # most do not
    while may_react and (found := SAID_FIRST.match(text, at)) and not CORRECTED.match(text[start:]):
        at, said = found.end(), lexical.every_word(found[0])
        if not said <= BESIDE_REACTIONS:
            break
        if (said & REACTIONS or LAST.search(found[0])) and lexical.words(text[at:]):
            start = at
    text = text[start:]
    text = _without(JUDGES, text)
    bare = TAG.sub(r"\g<said>?", HEDGE.sub("", text))
    text = bare if bare != text and lexical.content_words(bare) else text
    while (last := SAID_LAST.search(text)) and _reacts(last["said"]) and lexical.words(text[: last.start()]):
        text = text[: last.start() + 1]
    return text


def _without(first: re.Pattern[str], text: str) -> str:
    """A text without what it begins with, where a topic is left."""
    found = first.match(text)
    return text[found.end() :] if found and lexical.content_words(text[found.end() :]) else text


def _reacts(text: str) -> bool:
    said = lexical.every_word(text)
    return said <= BESIDE_REACTIONS and not said.isdisjoint(REACTIONS)


def without_frame(text: str) -> str:
    """A question without what only says that something is asked.

    >>> without_frame("Could you give me some details about opening hours?"), without_frame("details on that")
    ('opening hours?', 'details on that')
    >>> without_frame("The customer also wants to know whether it is open.")
    'it is open.'
    """
    return _without(FRAME, text)
