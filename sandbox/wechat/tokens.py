"""Access tokens as `stable_token` hands them out."""

import secrets
from dataclasses import replace

from sandbox.state import State, Token

LIFE = 7200.0  # seconds
OVERLAP = 300.0  # the old and the new one both work
FORCED_APART, FORCED_A_DAY = 30.0, 20
SHAPE = "sandbox_"


class NoToken(Exception):
    """A token that does not open the API, or none to be had; `errcode` is WeChat's."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errmsg)
        self.errcode, self.errmsg = errcode, errmsg


def current(state: State, now: float) -> Token:
    """The token of normal mode: the newest, or a new one when it lives less than OVERLAP."""
    for token in reversed(list(state.tokens)):
        if not token.killed and token.expires - now > OVERLAP:
            return token
    return state.tokens.put(_new(now, forced=False))


def forced(state: State, now: float) -> Token:
    """A new token; all others die at once. Raises NoToken when forced too often."""
    times = [token.issued for token in state.tokens if token.forced and now - token.issued < 86400]
    if len(times) >= FORCED_A_DAY:
        raise NoToken(45009, "reach max api daily quota limit")
    if times and now - max(times) < FORCED_APART:
        raise NoToken(45011, "api minute-quota reach limit")
    for token in state.tokens:
        if not token.killed and token.expires > now:
            state.tokens.put(replace(token, killed=True))
    return state.tokens.put(_new(now, forced=True))


def check(state: State, value: str, now: float) -> None:
    """Does this token open the API? Raises NoToken (41001, 40014, 40001, 42001)."""
    if not value:
        raise NoToken(41001, "access_token missing")
    if not value.startswith(SHAPE):
        raise NoToken(40014, "invalid access_token")
    token = state.tokens.get(value)
    if token is None or token.killed:
        raise NoToken(40001, "invalid credential, access_token is invalid or not latest")
    if token.expires <= now:
        raise NoToken(42001, "access_token expired")


def _new(now: float, *, forced: bool) -> Token:
    return Token(SHAPE + secrets.token_urlsafe(96), now, now + LIFE, forced)
