"""Who may see the staff pages: passwords, hashed; sessions, kept in memory; and how often one may try.

In: the users of the settings. Out: a session's token for a right name and password. A password is never
kept as it was given: it is compared by scrypt, in the same time whether or not the name exists. A token is
256 random bits, of which only a hash is kept; signing out or restarting the server ends it. It knows no
page and no cookie.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from chatbot.errors import SettingsError

# OWASP's password storage: 16 MiB, five times over; about a tenth of a second.
COST, BLOCK, TIMES = 2**14, 8, 5
LENGTH = 32  # bytes of a hash
MOST = 2**23  # cost times block: a gigabyte
LASTS = 12 * 3600  # seconds of a session: a day's work
SCHEME = "scrypt"


@dataclass(frozen=True, slots=True)
class Secret:
    """A password as it is kept."""

    cost: int
    block: int
    times: int
    salt: bytes
    digest: bytes

    @classmethod
    def of(cls, password: str) -> Secret:
        """The secret of a password, with a salt of its own."""
        salt = secrets.token_bytes(16)
        return cls(COST, BLOCK, TIMES, salt, _scrypt(password, salt, COST, BLOCK, TIMES))

    @classmethod
    def parse(cls, text: str) -> Secret:
        """A secret from its written form. Raises ValueError for what is not one."""
        scheme, cost, block, times, salt, digest = text.split("$")
        secret = cls(int(cost), int(block), int(times), _unwrite(salt), _unwrite(digest))
        if scheme != SCHEME or len(secret.digest) != LENGTH or secret.cost * secret.block > MOST:
            raise ValueError("not a hash that is made here")
        secret.fits("")  # parameters that scrypt does not take are found now, not at the first sign-in
        return secret

    def __str__(self) -> str:
        """As it stands in the settings."""
        parameters = f"{self.cost}${self.block}${self.times}"
        return f"{SCHEME}${parameters}${_write(self.salt)}${_write(self.digest)}"

    def fits(self, password: str) -> bool:
        """Whether it is the secret of this password."""
        found = _scrypt(password, self.salt, self.cost, self.block, self.times)
        return hmac.compare_digest(found, self.digest)


def hash_password(password: str) -> str:
    """A password as it may stand in the setting `staff_users`, behind the name and a colon."""
    return str(Secret.of(password))


def read_users(entries: Sequence[str]) -> dict[str, Secret]:
    """Secrets by name, from `name:password` or `name:scrypt$…`. Raises `SettingsError` without them."""
    users: dict[str, Secret] = {}
    for number, entry in enumerate(entries, 1):
        name, _, password = entry.partition(":")
        if not name or not password:
            raise SettingsError(
                f"entry {number} of staff_users is not name:password", remedy="see: chatbot password"
            )
        if name in users:
            raise SettingsError(f"staff_users holds {name!r} twice", remedy="remove one of them")
        try:
            hashed = password.startswith(f"{SCHEME}$")
            users[name] = Secret.parse(password) if hashed else Secret.of(password)
        except (ValueError, binascii.Error) as error:
            raise SettingsError(
                f"the hash of {name!r} in staff_users is damaged", remedy="make it anew: chatbot password"
            ) from error
    return users


@dataclass(frozen=True, slots=True)
class _Session:
    name: str
    ends: float


@dataclass(slots=True)
class SignIn:
    """The users and their open sessions. Safe to use from many threads."""

    users: dict[str, Secret]
    _sessions: dict[bytes, _Session] = field(default_factory=dict)
    _nobody: Secret = field(default_factory=lambda: Secret.of(secrets.token_hex()))

    @property
    def is_open(self) -> bool:
        """Whether anybody can sign in at all."""
        return bool(self.users)

    def start(self, name: str, password: str) -> str | None:
        """The token of a new session, or nothing if name and password do not belong together."""
        secret = self.users.get(name, self._nobody)
        if not secret.fits(password) or name not in self.users:
            return None
        now = time.time()
        for key, session in list(self._sessions.items()):
            if session.ends <= now:
                self._sessions.pop(key, None)
        token = secrets.token_urlsafe(32)
        self._sessions[_key(token)] = _Session(name, now + LASTS)
        return token

    def name_of(self, token: str) -> str | None:
        """Whose session it is, if it is still open."""
        session = self._sessions.get(_key(token))
        return session.name if session and session.ends > time.time() else None

    def end(self, token: str) -> None:
        """Ends a session."""
        self._sessions.pop(_key(token), None)


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _scrypt(password: str, salt: bytes, cost: int, block: int, times: int) -> bytes:
    # Keyboards differ in how they compose an accented letter; the password is the same.
    composed = unicodedata.normalize("NFC", password).encode("utf-8", "replace")
    memory = 256 * cost * block  # twice what is needed: OpenSSL's own limit is too low
    return hashlib.scrypt(composed, salt=salt, n=cost, r=block, p=times, maxmem=memory, dklen=LENGTH)


def _write(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _unwrite(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
