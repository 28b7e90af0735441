"""A question and its history in, an `Answer` out: the guide's own words, where they stand, or an honest no.

`Chatbot` is the one object that every face uses (command line, API, chat, staff page, evaluation), so no
two can disagree. It loads an index; what it keeps between questions only saves time. It writes nothing and
needs neither PyTorch nor a web package.
"""

from __future__ import annotations

import gc
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path

from chatbot import index as index_folder
from chatbot import measures, passages
from chatbot.answering import kinds, offers, parting, qualifying, quoting, refusing, smalltalk, tables
from chatbot.answering.answer import Answer as Answer
from chatbot.answering.answer import Ask as Ask
from chatbot.answering.answer import Source as Source
from chatbot.answering.linking import source_of, sources_of
from chatbot.answering.parting import Part
from chatbot.conversation import KEPT, Turn, leaning, steps, understand, understand_all
from chatbot.conversation.leaning import BESIDE_IT
from chatbot.errors import QuestionError
from chatbot.guides import Guide
from chatbot.index import Index
from chatbot.retrieval import ENOUGH, Hit, Retriever
from chatbot.settings import Settings

LONGEST = 1000  # characters of a question; nobody types more, and guides are not searched with essays
LATEST = 20  # questions of a history that are kept
SOURCES = ENOUGH  # at most in an answer
PLAIN = 0.93  # confidence from which a question is answered as a whole, though it may name two things
CHIPS = 3  # suggestions under an answer


@dataclass(frozen=True)
class Chatbot:
    """Answers questions from one loaded index. Safe to use from many threads."""

    index: Index
    contact: str = ""

    @classmethod
    def load(cls, folder: Path | str, settings: Settings | None = None) -> Chatbot:
        """Loads the current build of an index folder. Raises `IndexError` if there is none that is whole.

        What is loaded is kept from the garbage collector (`gc.freeze`): going over it again and again
        would make a question a fifth slower.
        """
        bot = cls(index_folder.load(Path(folder)), settings.contact if settings else "")
        gc.freeze()
        return bot

    @property
    def build(self) -> str:
        """The id of the build that answers."""
        return self.index.build

    @property
    def guides(self) -> tuple[Guide, ...]:
        """The guides with all their sections."""
        return self.index.guides

    @cached_property
    def retriever(self) -> Retriever:
        """The index with everything that is looked up in it."""
        return Retriever(self.index)

    @cached_property
    def threshold(self) -> float:
        """The confidence from which a section is given as the answer: the promise, as fitted."""
        return self.retriever.threshold

    @cached_property
    def examples(self) -> tuple[str, ...]:
        """Questions to show in an empty chat: of the front matter, else of some sections."""
        if chosen := [question for guide in self.guides for question in guide.examples]:
            return tuple(chosen[:4])
        told = [each for each in self.index.sections if each.alternates or each.blocks]
        asked = [each for each in told if each.alternates] or told
        return tuple(map(passages.question_of, asked[:: max(1, len(asked) // 4)][:4]))

    def _small_talk(self, question: str, first: bool = False) -> str:
        """The reply to small talk; empty where it is none, or the guides themselves speak of it."""
        reply = smalltalk.reply_to(question, first, self.retriever.language.__contains__)
        known = self.retriever.said(question) or reply in self._known_to_guides
        return "" if known else reply

    @cached_property
    def _known_to_guides(self) -> frozenset[str]:
        """Replies about persons of whom the guides speak."""
        return smalltalk.of_guides(self.retriever.verbatim.keys(), self.retriever.guide_stems)

    def ask(self, question: str, history: Sequence[str] = (), guide: str | None = None) -> Answer:
        """Answers one question. Raises `QuestionError` for a guide that is not there."""
        return self.ask_many([Ask(question, tuple(history), guide)])[0]

    def ask_many(self, asks: Sequence[Ask]) -> list[Answer]:
        """Answers many questions; those that stand alone are looked up together."""
        start = time.perf_counter()
        found = self._replies([self._plain(ask) for ask in asks])
        spent = (time.perf_counter() - start) * 1000 / max(1, len(asks))
        return [
            replace(reply, question=ask.question, took_ms=round(spent, 2))
            for ask, reply in zip(asks, found, strict=True)
        ]

    def _plain(self, ask: Ask) -> Ask:
        """The same with a clean history, and with the guide of which a question was offered, if it was."""
        earlier = (text for text in ask.history[-LATEST:] if len(text) <= LONGEST)
        asked = (*earlier, ask.question[: LONGEST + 1])
        texts, guide = refusing.without_guide(self.retriever, asked, ask.guide)
        return Ask(texts[-1], self._clean(texts[:-1], guide), guide)

    def _replies(self, asks: Sequence[Ask]) -> list[Answer]:
        """The answers to questions whose history is clean."""
        restricted = [self._restriction(ask.guide) for ask in asks]
        replies: dict[int, Answer] = {}
        open_asks = []
        for number, ask in enumerate(asks):
            if reply := self._chosen(ask) or self._before_looking(ask) or self._more(ask):
                replies[number] = reply
            else:
                open_asks.append(number)
        history = [
            (asks[n].question, leaning.without_more(asks[n].history), restricted[n]) for n in open_asks
        ]
        for number, turn in zip(open_asks, understand_all(self.retriever, history), strict=True):
            replies[number] = self._answer(asks[number], turn, restricted[number])
        return [replies[number] for number in range(len(asks))]

    @cached_property
    def _before(self) -> Callable[[Ask], Answer]:
        """The reply to an earlier question, kept: each of a history is looked at from several that follow."""
        return lru_cache(maxsize=KEPT)(lambda ask: self._replies([self._plain(ask)])[0])

    def search(self, question: str, k: int = 5, guide: str | None = None) -> list[Source]:
        """The `k` best sections for a question, best first, answered or not."""
        return self.find(question, k, guide)[2]

    def find(self, question: str, k: int, guide: str | None) -> tuple[Turn, list[Hit], list[Source]]:
        """The same with how the question was understood and the confidence of each section."""
        turn = understand(self.retriever, question[:LONGEST], (), self._restriction(guide))
        hits = self.hits(turn, k) if question.strip() and len(question) <= LONGEST else []
        return turn, hits, list(self._sources(hits, turn))

    def ranking(
        self, question: str, history: Sequence[str] = (), guide: str | None = None, k: int = 10
    ) -> list[str]:
        """The references of the `k` best sections for a question after its history, best first."""
        ask = self._plain(Ask(question, tuple(history), guide))
        ask = self._picked(ask) or ask
        if leaning.asks_for_more(ask.question) and (asked := leaning.without_more(ask.history)):
            ask = replace(ask, question=asked[-1], history=asked[:-1])
        earlier = leaning.without_more(ask.history)
        turn = understand(self.retriever, ask.question, earlier, self._restriction(ask.guide))
        return [self.index.refs[hit.section] for hit in self.hits(turn, k)]

    def hits(self, turn: Turn, k: int = SOURCES) -> list[Hit]:
        """The `k` best sections, best first. None that is plainly of something else is sure to answer."""
        hits = self.retriever.hits(turn.evidence, turn.words, turn.allowed, k, turn.understood_as)
        said = self.retriever.said(turn.understood_as)  # by a writer
        now, low = leaning.now(turn.understood_as), self.threshold / 4
        kind = kinds.asked(now)
        return [
            replace(hit, confidence=low)
            if hit.confidence > low
            and hit.section not in said
            and self._is_of_something_else(hit.section, turn, kind)
            else hit
            for hit in hits
        ]

    def _is_of_something_else(self, section: int, turn: Turn, kind: kinds.Kind) -> bool:
        """Whether a section is of another role, not of what was named, or without what is asked for."""
        own = bool(turn.role and self.guides[self.index.guide_of[section]].aliases)
        return (
            (own and not self.retriever.speaks_of(section, turn.role))
            or (turn.about is not None and not turn.about[section])
            or not kinds.is_given(self.retriever, section, kind)
            or qualifying.is_of_something_else(self.retriever, section, turn.understood_as)
        )

    def _restriction(self, guide: str | None) -> frozenset[int]:
        if guide is None:
            return frozenset()
        known = [other.id for other in self.guides]
        if guide not in known:
            raise QuestionError(f"there is no guide {guide!r}", remedy=f"use one of: {', '.join(known)}")
        return frozenset([known.index(guide)])

    def _clean(self, history: Sequence[str], guide: str | None) -> tuple[str, ...]:
        """Earlier questions that can be understood: not empty, no small talk."""
        meant: tuple[str, ...] = ()
        for text in history:
            if text.strip() and not self._small_talk(text):
                meant += (self._meant(text, meant, guide),)
        return meant

    def _meant(self, question: str, history: tuple[str, ...], guide: str | None) -> str:
        """The question itself, or the one that was offered before which it picks."""
        return offers.meant(question, history, lambda text, before: self._before(Ask(text, before, guide)))

    def _picked(self, ask: Ask) -> Ask | None:
        """The question of those offered before that is picked, if one is."""
        meant = self._meant(ask.question, ask.history, ask.guide)
        return None if meant == ask.question else self._plain(Ask(meant, (), ask.guide))

    def _chosen(self, ask: Ask) -> Answer | None:
        """The answer to a question that was offered before, where one of them is picked."""
        picked = self._picked(ask)
        return replace(self._replies([picked])[0], question=ask.question) if picked else None

    def _before_looking(self, ask: Ask) -> Answer | None:
        """What needs no look into the guide: too short, too long, small talk."""
        question = ask.question.strip()
        if len(ask.question) > LONGEST:
            text = f"That is more than {LONGEST:,} characters. Please ask one question in a few words."
            return self._reply("no_answer", ask, text, reason="too_long")
        if talk := self._small_talk(question, first=not leaning.without_more(ask.history)):
            titles = ", ".join(guide.title for guide in self.guides)
            text = talk.format(guides=titles, person=refusing.whom_to_ask(self.contact))
            return self._reply("small_talk", ask, text, suggestions=self.examples[:CHIPS])
        if not any(character.isalnum() for character in question) or len(question) < 2:
            text = "Please ask a question in words, for example one of these."
            return self._reply("no_answer", ask, text, reason="too_short", suggestions=self.examples[:CHIPS])
        return None

    def _more(self, ask: Ask) -> Answer | None:
        """What the section answered from says beyond that, and those below it, to "go on" and the like."""
        if not (leaning.asks_for_more(ask.question) and (asked := leaning.without_more(ask.history))):
            return None
        before = replace(self._before(Ask(asked[-1], asked[:-1], ask.guide)), id=secrets.token_hex(16))
        if before.kind != "answer":
            return replace(before, question=ask.question)
        told = before.sources[: before.text.count("\n\n") + 1]  # of two parts each has its quote
        places = [(self.index.refs.index(each.ref), each.start, each.end) for each in told]
        left = quoting.beyond(self.retriever, places)
        times = ask.history[::-1].index(asked[-1])  # it was asked for more already
        if times >= len(left):
            text = f"That is all that the guide says in “{told[0].section}”."
            return self._reply("small_talk", ask, text, suggestions=before.suggestions)
        section, quote = left[times]
        hit = Hit(section, told[0].score, before.confidence)
        source = source_of(self.index, hit, quote)
        return replace(
            before,
            question=ask.question,
            understood_as=leaning.beside(before.understood_as, ask.question.strip()),
            text=quote.text,
            sources=(source, *(other for other in before.sources[1:] if other.ref != source.ref)),
            suggestions=tuple(self._next([hit])),
            missing=(),
        )

    def _answer(self, ask: Ask, turn: Turn, restricted: frozenset[int]) -> Answer:
        asked = turn.understood_as
        whole = self.retriever.said(asked) or self.retriever.declines(asked)  # a writer took it as one
        one = whole or (turn.follows and BESIDE_IT in turn.understood_as)
        parts: list[Part] = []
        if not one:
            steps_asked = steps.both(self.retriever, turn.understood_as, turn.allowed)
            texts = steps_asked or parting.split(turn.understood_as)
            parts = self._parts(ask, turn, restricted, texts) or self._together(ask, turn, restricted)
        answered = [part for part in parts if part.answered]
        for part in answered:
            if choices := refusing.rival_guides(self.retriever, ask, part.turn):
                return self._which_guide(ask, part.turn, part.hits, choices)
        if len(answered) == 2 and len({part.hits[0].section for part in answered}) == 2:
            return self._answer_parts(ask, turn, answered)
        answer = self._answer_one(ask, turn)
        if len(answered) != 1:
            return answer
        (part,), (other,) = answered, [part for part in parts if not part.answered]
        if answer.kind != "answer":
            if other is parts[0] and leaning.points(part.ask.question):
                return answer  # "… and is it paid?": of what is not said
        elif other.hits[0].confidence >= refusing.CLOSE * self.threshold:
            return answer
        half = self._answer_one(ask, part.turn)
        return self._with_rest(half, turn, other) if half.kind == "answer" else answer

    def _answer_one(self, ask: Ask, turn: Turn) -> Answer:
        hits = self.hits(turn)
        if not hits:
            return self._reply("no_answer", ask, refusing.NOTHING, reason="off_topic")
        best = hits[0]
        if found := refusing.absent_in(self.retriever, turn, hits):
            absent, nearest = found
            return self._refuse(ask, turn, nearest, absent)
        if choices := refusing.rival_guides(self.retriever, ask, turn):
            return self._which_guide(ask, turn, hits, choices)
        if best.confidence < self.threshold:
            return self._refuse(ask, turn, hits, None)
        quotes = self._quotes(hits, turn)
        sources = sources_of(self.index, hits, quotes)
        return self._reply("answer", ask, quotes[0].text, turn, best.confidence, sources, self._next(hits))

    def _which_guide(self, ask: Ask, turn: Turn, hits: Sequence[Hit], choices: Sequence[str]) -> Answer:
        text = "That stands in more than one guide. Which one do you mean?"
        sources, confidence = self._sources(hits, turn), hits[0].confidence
        return self._reply("clarify", ask, text, turn, confidence, sources, choices, reason="ambiguous")

    def _refuse(self, ask: Ask, turn: Turn, hits: Sequence[Hit], absent: tables.Absent | None) -> Answer:
        refusal = refusing.refuse(self.retriever, ask, turn, hits, absent, self.contact)
        confidence = min(hits[0].confidence, self.threshold / 2) if absent else hits[0].confidence
        return self._reply(
            refusal.kind, ask, refusal.text, turn, confidence, self._sources(hits, turn), refusal.choices,
            refusal.reason, refusal.missing,
        )  # fmt: skip

    def _together(self, ask: Ask, turn: Turn, restricted: frozenset[int]) -> list[Part]:
        """The two things that a question asks for in one breath, where each has an answer."""
        texts = parting.together(turn.understood_as)
        if not texts or any(hit.confidence >= PLAIN for hit in self.hits(turn, 1)):
            return []
        parts = self._parts(ask, turn, restricted, texts)
        return parts if all(part.answered for part in parts) else []

    def _parts(self, ask: Ask, turn: Turn, restricted: frozenset[int], texts: Sequence[str]) -> list[Part]:
        """What is found for each part of a question, after those before it; none where one finds nothing."""
        found = []
        earlier: tuple[str, ...] = ()
        for text in texts:
            before = () if self.retriever.said(text) else earlier
            part = understand(self.retriever, text, before, restricted or turn.guides)
            hits = self.hits(part)
            if not hits:
                return []
            absent = tables.absent(self.retriever, hits[0].section, part.understood_as)
            sure = hits[0].confidence >= max(self.threshold, 0.5) and not absent
            found.append(Part(replace(ask, question=text), part, hits, sure))
            earlier = (text,)
        return found

    def _answer_parts(self, ask: Ask, turn: Turn, parts: Sequence[Part]) -> Answer:
        """Two quotes, one for each part; the confidence is that of the first."""
        best = [part.hits[0] for part in parts]
        quotes = [quote for part in parts for quote in self._quotes(part.hits[:1], part.turn)]
        taken = {hit.section for hit in best}
        rest = [hit for hit in self.hits(turn) if hit.section not in taken]
        sources = (*sources_of(self.index, best, quotes), *self._sources(rest, turn))
        text = "\n\n".join(quote.text for quote in quotes)
        return self._reply("answer", ask, text, turn, best[0].confidence, sources[:SOURCES], self._next(best))

    def _with_rest(self, half: Answer, turn: Turn, other: Part) -> Answer:
        """The answer to one part of a question, saying that the guide does not answer the other."""
        if measures.is_price_told(other.ask.question, half.text):
            return replace(half, understood_as=turn.understood_as)
        return replace(
            half,
            understood_as=turn.understood_as,
            text=f"{half.text} {refusing.not_said(other.ask.question)}",
            missing=refusing.missing_words(self.retriever, other.ask, other.turn, other.hits[0].section),
        )

    def _reply(
        self,
        kind: str,
        ask: Ask,
        text: str,
        turn: Turn | None = None,
        confidence: float = 0.0,
        sources: tuple[Source, ...] = (),
        suggestions: Sequence[str] = (),
        reason: str | None = None,
        missing: tuple[str, ...] = (),
    ) -> Answer:
        understood = turn.understood_as if turn else " ".join(ask.question[:LONGEST].split())
        return Answer(
            secrets.token_hex(16), kind, ask.question, understood, text, round(confidence, 6), sources,
            tuple(suggestions), reason, missing, self.build, 0.0,
        )  # fmt: skip

    def _quotes(self, hits: Sequence[Hit], turn: Turn) -> list[quoting.Quote]:
        sections = [hit.section for hit in hits]
        return quoting.quotes(self.retriever, sections, turn.understood_as, turn.evidence)

    def _sources(self, hits: Sequence[Hit], turn: Turn) -> tuple[Source, ...]:
        return sources_of(self.index, hits, self._quotes(hits, turn))

    def _next(self, hits: Sequence[Hit]) -> list[str]:
        """Questions to ask next: of the sections below and beside the answer, then of the runners-up."""
        here = hits[0].section
        guide = self.index.guide_of[here]
        near = [hit.section for hit in hits[1:] if self.index.guide_of[hit.section] == guide]
        beside = [other for other in self.retriever.families[here] if other > here]
        order = dict.fromkeys([*self.retriever.below[here][:2], *near, *beside])
        return list(refusing.questions_for(self.retriever, [n for n in order if n != here])[:CHIPS])
