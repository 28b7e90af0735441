"""Takes personal data out of a text: e-mail, phone, card and identity numbers, and an owner's own patterns.

In: text. Out: text with `[e-mail]`, `[phone]`, `[card]`, `[account]`, `[id]`, `[number]` or `[redacted]` in
their places. It errs on the side of taking too much, except for what people ask a guide about: pay, years,
dates, shares. It does not know names or street addresses. `words` lets a caller take what was found out of
texts that were made from the first one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from chatbot.errors import SettingsError

DASH = "\\-\u2010-\u2015\u2212"  # and its lookalikes, which word processors make of it
GAP = f"[\\s.\u00b7/()\u00ad\u200b{DASH}]"  # what people put between groups of digits

# An e-mail address is looked for from its middle: a pattern for the whole would be tried at every letter.
AT = re.compile(r"\s{0,2}(?:[@\uff20\ufe6b]|%40|[\[({]\s?at\s?[\])}])\s{0,2}|\sat\s", re.IGNORECASE)
DOT = r"\s?(?:[.\uff0e]|[\[({]\s?dot\s?[\])}]|\sdot\s)\s?"
LOCAL = re.compile(r"""(?:["“][^"“”]{1,64}["”]|[\w.+%'~-]{1,64})\Z""")
HOST = re.compile(rf"[\w-]{{1,63}}(?:{DOT}[\w-]{{1,63}}){{0,8}}", re.IGNORECASE)
DIGIT = re.compile(r"\d")
ACCOUNT = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}\b", re.IGNORECASE)  # IBAN
IDENTITY = re.compile(
    rf"""\b(?: \d{{3}}[.\s{DASH}]\d{{2}}[.\s{DASH}]\d{{4}}                         # US social security
          | \d{{2}}[{DASH}]\d{{7}}                                                # US employer
          | [A-Z]{{2}}\s?\d{{2}}\s?\d{{2}}\s?\d{{2}}\s?[A-D]                       # UK national insurance
          | [A-Z]{{5}}\d{{4}}[A-Z] | [A-Z]{{6}}\d{{2}}[A-Z]\d{{2}}[A-Z]\d{{3}}[A-Z] # India, Italy
          | [XYZ]?\d{{7,8}}-?[A-Z] | [A-Z]{{1,3}}\d{{6,10}}                        # Spain; passports
        )\b
      | (?<![\w.]) (?:\d{{1,3}}\.){{3}} \d{{1,3}} (?![\w.])                        # a computer's address""",
    re.VERBOSE | re.IGNORECASE,
)
DIGITS = re.compile(rf"(?<!\d)[+($€£¥]{{0,2}}\d(?:{GAP}{{0,3}}\d){{6,}}")
AMOUNT = r"(?:\d{1,3}(?:[.\s]\d{3})*|\d+)"
AMOUNTS = re.compile(rf"({AMOUNT})(?:\s?[/{DASH}]\s?({AMOUNT}))?")  # 120000-150000 is pay, not a phone
DATE = re.compile(rf"\d{{4}}[./{DASH}]\d\d?[./{DASH}]\d\d?|\d\d?[./{DASH}]\d\d?[./{DASH}]\d{{4}}")

Span = tuple[int, int, str]  # start, end, and what stands there afterwards


@dataclass(frozen=True, slots=True)
class Redactor:
    """Redacts by the patterns of this module and those of an owner."""

    own: tuple[re.Pattern[str], ...] = ()

    @classmethod
    def of(cls, patterns: Sequence[str]) -> Redactor:
        """A redactor with an owner's patterns. Raises `SettingsError` for what is no regular expression."""
        compiled = []
        for pattern in patterns:
            try:
                compiled.append(re.compile(pattern, re.IGNORECASE))
            except re.error as error:
                raise SettingsError(
                    f"redact holds {pattern!r}, which is no regular expression: {error}",
                    remedy="mend it or remove it",
                ) from error
        return cls(tuple(compiled))

    def __call__(self, text: str, also: Collection[str] = ()) -> str:
        """The text without personal data, and without the words in `also`.

        >>> Redactor()("I am jane@example.org, call 415-555-0132 about the $150,000")
        'I am [e-mail], call [phone] about the $150,000'
        >>> Redactor()("Nothing on jane.doe here", {"jane.doe"})
        'Nothing on [redacted] here'
        """
        pieces, at = [], 0
        for start, end, label in self._find(text):
            pieces += [text[at:start], label]
            at = end
        redacted = "".join([*pieces, text[at:]])
        if not also:
            return redacted
        words = "|".join(sorted(map(re.escape, also), key=len, reverse=True))  # the longest first
        return re.sub(rf"(?<!\w)(?:{words})(?!\w)", "[redacted]", redacted, flags=re.IGNORECASE)

    def words(self, text: str) -> set[str]:
        """The words of the personal data in a text, whole and in their parts.

        >>> sorted(Redactor().words("mail jane.doe@example.org"))
        ['doe', 'example', 'example.org', 'jane', 'jane.doe', 'jane.doe@example.org', 'org']
        """
        found: set[str] = set()
        for start, end, _ in self._find(text):
            whole = text[start:end].strip()
            found |= {whole, *re.findall(r"[\w.+'-]*\w", whole), *re.findall(r"[^\W_]+", whole)}
        return {word for word in found if len(word) > 2}

    def _find(self, text: str) -> list[Span]:
        """Where personal data stands, in order, overlaps made one."""
        own = [(*match.span(), "[redacted]") for pattern in self.own for match in pattern.finditer(text)]
        spans = [*own, *_emails(text)]
        if DIGIT.search(text):  # the others are tried in vain where there is none
            spans += [*_accounts(text), *_identities(text), *_numbers(text)]
        merged: list[Span] = []
        for start, end, label in sorted(spans, key=lambda span: (span[0], -span[1])):
            if merged and start < merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], end), merged[-1][2])
            elif start < end:
                merged.append((start, end, label))
        return merged


def _emails(text: str) -> Iterator[Span]:
    for at in AT.finditer(text):
        local = LOCAL.search(text[max(0, at.start() - 66) : at.start()])
        host = HOST.match(text, at.end())
        if local and host and _is_address(at[0], host[0]):
            yield at.start() - len(local[0]), host.end(), "[e-mail]"


def _is_address(at: str, host: str) -> bool:
    """Whether it is meant as one: "2 @ 5 dollars" and "work at example.com" are not.

    >>> [_is_address(*pair) for pair in (("@", "home"), (" @ ", "5"), (" at ", "a.b"), (" at ", "a dot b"))]
    [True, False, False, True]
    """
    if at.strip().lower() == "at":
        return " dot " in host.lower()
    return not at[0].isspace() and not at[-1].isspace() or re.search(DOT, host, re.IGNORECASE) is not None


def _accounts(text: str) -> Iterator[Span]:
    """The pattern may have run on into the next words: the check digits say where the number ends."""
    for match in ACCOUNT.finditer(text):
        for end in range(match.end(), match.start() + 14, -1):
            if _is_account(text[match.start() : end]):
                yield match.start(), end, "[account]"
                break


def _is_account(number: str) -> bool:
    """Whether the check digits of an IBAN are right: turned, letters as numbers, the rest by 97 is one."""
    turned = re.sub(r"[ -]", "", number[4:] + number[:4])
    if not (number[-1].isalnum() and turned.isascii() and turned.isalnum()):
        return False
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1


def _identities(text: str) -> Iterator[Span]:
    for match in IDENTITY.finditer(text):
        yield *match.span(), "[id]"


def _numbers(text: str) -> Iterator[Span]:
    for match in DIGITS.finditer(text):
        if label := _name(match[0]):
            yield *match.span(), label


def _name(run: str) -> str:
    """What a run of digits and gaps is, or nothing if people may ask a guide about it.

    >>> [_name(run) for run in ("4111 1111 1111 1111", "+49 30 901820", "178051120", "120000-150000")]
    ['[card]', '[phone]', '[number]', '']
    """
    groups = re.findall(r"\d+", run)
    digits = "".join(groups)
    if len(digits) > 40:
        return "[number]"
    if _holds_card(groups):
        return "[card]"
    if run[0] in "+(0" and len(digits) <= 15:
        return "[phone]"
    if all(re.fullmatch(r"(?:19|20)\d\d", group) for group in groups) or DATE.fullmatch(run):
        return ""
    amounts = AMOUNTS.fullmatch(run.lstrip("$€£¥"))
    if amounts and all(amount.endswith("00") for amount in amounts.groups() if amount):
        return ""
    sizes = [len(group) for group in groups]
    if len(digits) == 10 or sizes in ([3, 4], [2, 2, 2, 2], [1, 3, 3, 4]):
        return "[phone]"
    return "[number]" if len(digits) >= 9 else ""


def _holds_card(groups: Sequence[str]) -> bool:
    """Whether some of the groups, one after the other, are 13 to 19 digits with a right check digit."""
    for first in range(len(groups)):
        number = ""
        for group in groups[first:]:
            number += group
            if len(number) > 19:
                break
            if 13 <= len(number) <= 19 and _has_check_digit(number):
                return True
    return False


def _has_check_digit(number: str) -> bool:
    """Luhn's check: every second digit from the right doubled, the sum divisible by ten."""
    digits = [int(digit) for digit in reversed(number)]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + doubled) % 10 == 0
