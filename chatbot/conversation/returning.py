"""What somebody comes back to: "Back to the hours: is it long?", "OK, going back to the pay. And in Ohio?".

In: a question and the earlier ones. Out: the question without that, and the earlier ones that it leans on
then. It knows no guide; what the question means after these is for `chatbot.conversation`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from chatbot import lexical
from chatbot.conversation import leaning

BACK = re.compile(
    r"^(?:(?:ok(?:ay)?|thanks|thank you|thx|now|so|great|good|nice|fine|right|well|and|but|then|sorry|anyway"
    r"|again|please|can we|let['’]?s|let me|going|coming|go)[\s,.!…]+)*(?:back|return(?:ing)?) to (?!back\b)"
    r"(?P<place>[^,.:;!?–—]{1,60}?)(?: again)?(?:\s*[,.:;!–—-]+\s+(?P<asked>\S.*)|[\s.!?…]*)$",
    re.I,
)
_OF_WHAT_WAS_SAID = re.compile(
    r"^(?:(?:the|that|this|these|those|what|my|our|your|earlier|first|last|other|previous|old|very) )*"
    r"(?:basics?|beginning|start|answer|comment|idea|list|matter|part|point|question|remark|statement"
    r"|subject|thing|topic|you (?:said|mentioned|told me|wrote)|i (?:asked|said))s?\b"
    r"(?: (?:about|of|on|that|regarding)\b)?\s*",
    re.I,
)


def returned(question: str, history: Sequence[str]) -> tuple[str, Sequence[str]]:
    """A question that comes back to something, as if that had been asked for just before; any other as it is.

    What was last asked of it is asked on ("and in Ohio?"). Whatever says more is asked of what is named, so
    that nothing is lost. "The first" alone may be of anything, so nothing is changed then.

    >>> returned("Back to the hours: and on Sundays?", ["Are the hours flexible?", "Is it far?"])
    ('and on Sundays?', ['Are the hours flexible?'])
    >>> returned("Back to Ohio: is it warm?", ["How much is it in Ohio?", "Is it far?"])
    ('about Ohio: is it warm?', ['How much is it in Ohio?'])
    """
    if not history or not (found := BACK.match(question)):
        return question, history
    place, asked = _OF_WHAT_WAS_SAID.sub("", found["place"]), (found["asked"] or "").strip()
    if not place:
        return asked or question, history
    counted = any(word.folded in lexical.ORDINALS for word in lexical.words(place))
    named = {word.stem for word in lexical.content_words(place) if word.folded not in lexical.ORDINALS}
    spoken = [n for n, text in enumerate(history, 1) if named and named.issubset(lexical.stems(text))]
    before = history[: spoken[-1]] if spoken else history if counted else ()
    if not named or not (before or re.match(lexical.ASKING, asked, re.I)):
        return question, history
    if not asked:
        return place, before if counted else ()
    picks = any(word.folded in lexical.ORDINALS for word in lexical.words(asked))
    if counted or picks or ((spoken or place.islower()) and leaning.GOES_ON.match(asked)):
        return asked, (*before, place) if counted or not spoken else before
    return f"about {place}: {asked}", before
