"""Where things stand: what holds of every guide that was read, and the section of an anchor."""

from __future__ import annotations

from chatbot.answering import Chatbot
from chatbot.guides import Guide, Unit


def units(guide: Guide) -> list[Unit]:
    return [unit for section in guide.sections for block in section.blocks for unit in block.units]


def texts(guide: Guide) -> list[str]:
    return [unit.text for unit in units(guide)]


def slices(guide: Guide) -> list[str]:
    return [guide.text[unit.start : unit.end] for unit in units(guide)]


def assert_in_place(guide: Guide) -> None:
    """Units stand in their blocks, blocks in their order, nothing overlaps, nothing is blank."""
    at = 0
    for section in guide.sections:
        for block in section.blocks:
            assert at <= block.start
            at = block.start
            assert block.units
            for unit in block.units:
                assert at <= unit.start < unit.end <= block.end <= len(guide.text)
                words = guide.text[unit.start : unit.end]
                assert words == words.strip()
                assert unit.text.strip() != ""
                assert block.kind == "code" or unit.text == " ".join(unit.text.split())
                at = unit.end
            at = block.end


def topic(bot: Chatbot, anchor: str) -> int:
    """The number of the section with an anchor."""
    return next(n for n, ref in enumerate(bot.index.refs) if ref.partition("#")[2] == anchor)
