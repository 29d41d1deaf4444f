"""Finding the command in what a citizen wrote, and the small contract that handlers are written against.
    reading("罚单", "fines")(handler)      changes nothing: may be answered again
    writing("确认", "confirm")(handler)    runs in one transaction with its inbox row and its reply

Words of both languages are always understood. A word matches at the beginning and only as a word (`人工智能` is not `人工`); a command
that takes no argument does not match when there is one. Nothing is acted upon on a guess: what matches nothing gets suggestions.
"""

import re
import unicodedata
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from rapidfuzz import fuzz, process

from models.base.blobs import Blobs
from models.base.db import Work
from models.base.errors import Refusal
from models.base.ports import ChatMedia, SimRegister
from models.base.texts import Texts
from models.identity.acts import Account

MAX_TEXT = 2000  # what a citizen can send at once, in characters; WeChat's own limit is about 600
RESEMBLES = 50  # rapidfuzz ratio from which a word is offered: one of two Chinese characters
PERSON = "人工"  # what `0` stands for, wherever numbers are offered
MORE = ("更多", "下一页", "more", "next")  # stand for the next page, where one is offered
CONFIRM = ("确认", "confirm")
NEXT_PAGE = re.compile(r".* 第[0-9]+页")
EDGES = re.compile(r"^[\s\W_]+|[\s\W_]+$")
# What may follow a Chinese word directly: a gap, a mark, a number, or a plate.
AFTER_CHINESE = re.compile(r"[\s\d:,,。.、]|[\u4e00-\u9fff][A-Z]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Draft:
    """A conversation that waits for more: the next text that is no command goes to `command` together with `have`."""

    command: str
    have: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Card:
    """A link that is shown as a card with a picture, where the channel can; `picture` is an address, or nothing."""

    title: str
    description: str
    url: str
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `choices` are what `1`, `2`, ... stand for: texts the citizen could have sent. Empty text: nothing to say. `card` says
    the same as the text, in its place.

    `asks_person`: what follows and is no command is for customer service; `handover`: this message is. `unsettled`: whether it was acted
    upon is not known yet; what became of it is told afterwards.
    """

    text: str = ""
    choices: tuple[str, ...] = ()
    draft: Draft | None = None
    asks_person: bool = False
    handover: bool = False
    unsettled: bool = False
    card: Card | None = None

    def pack(self) -> dict[str, Any]:
        """For keeping: whatever a duplicate must be answered with."""
        kept = {name: getattr(self, name) for name in ("text", "choices", "asks_person", "handover")}
        return kept | {"card": asdict(self.card)} if self.card else kept

    @classmethod
    def unpack(cls, kept: Mapping[str, Any]) -> "Reply":
        """As `pack` gave it."""
        card = {"card": Card(**kept["card"])} if "card" in kept else {}
        return cls(**{**kept, "choices": tuple(kept["choices"]), **card})


@dataclass(frozen=True, slots=True)
class Outside:
    """The wires a handler may ask in `prepare`, before the transaction, and where it keeps files."""

    sim_register: SimRegister
    media: ChatMedia
    blobs: Blobs


@dataclass(slots=True)
class Conversation:
    """One message and what it takes to answer it. `prepared` is what the command's `prepare` brought."""

    work: Work
    account: Account
    argument: str
    texts: Texts
    draft: Draft | None = None
    prepared: Any = None
    suggestions: Sequence["Command"] = ()

    @property
    def today(self) -> date:
        """The civic day."""
        return self.work.today

    @property
    def person(self) -> int:
        """For whom is acted: who writes, or a company. Raises Refusal while the account is not bound."""
        return self.account.acts_for or self.myself

    @property
    def myself(self) -> int:
        """Who writes. Raises Refusal while the account is not bound."""
        if self.account.person_id is None:
            raise Refusal("bind.first")
        return self.account.person_id

    def say(self, key: str, **params: Any) -> str:
        """A sentence in the citizen's language."""
        return self.texts.say(key, self.work.city.figures, **params)

    def beyond(self, count: int) -> str:
        """Behind a question with answers to tap: that so many more cases may be meant, and how to say which. Empty when none is."""
        return self.say("which.more", count=count) if count > 0 else ""

    def reply(
        self, *lines: str, actions: Sequence[tuple[str, str]] = (), draft: Draft | None = None
    ) -> Reply:
        """An answer whose last line offers numbered actions: pairs of label (`do.<label>`) and the text it stands for."""
        if self.account.acts_for is not None:
            lines = (self.say("company.hat") + lines[0], *lines[1:])
        if actions:
            lines = (*lines, _offer(self.texts, tuple(label for label, _ in actions)))
        return Reply("\n".join(line for line in lines if line), tuple(text for _, text in actions), draft)

    def refuse(self, refusal: Refusal) -> Reply:
        """A refusal in the citizen's language; what has two wordings is given in this one."""
        params = {
            name: self.texts.pick(value, refusal.params.get(f"{name}_en", ""))
            for name, value in refusal.params.items()
            if not name.endswith("_en")
        }
        return self.reply(self.say(refusal.key, **params))


@lru_cache(maxsize=1024)
def _offer(spoken: Texts, labels: tuple[str, ...]) -> str:
    """The line that offers numbered actions, and a person; there are few of them, and nearly every reply has one."""
    named = [spoken.say(f"do.{label}", number=number) for number, label in enumerate(labels, 1)]
    joined = spoken.say("do.separator").join([*named, spoken.say("do.person", number=0)])
    return spoken.say("do.line", actions=joined)


Handler = Callable[[Conversation], Awaitable[Reply]]
Prepare = Callable[[str, Draft | None, Outside], Awaitable[Any]]


async def nothing_to_prepare(argument: str, draft: Draft | None, outside: Outside) -> Any:
    """Most commands need no wire."""
    del argument, draft, outside


@dataclass(frozen=True, slots=True)
class Command:
    """What a citizen can say. `pattern` matches whole texts without a word (a bare case number); `listed` ones are suggested; without
    `account` only the language of who writes is known. `verbatim`: the argument is taken as it was written. `confirms`: while its draft
    waits, a bare 确认 is its own."""

    name: str
    words: tuple[str, ...]
    handler: Handler
    writes: bool
    argument: bool = False
    listed: bool = True
    account: bool = True
    verbatim: bool = False
    confirms: bool = False
    pattern: re.Pattern[str] | None = None
    prepare: Prepare = nothing_to_prepare


def reading(*words: str, **options: Any) -> Callable[[Handler], Command]:
    """A command that changes nothing."""
    return lambda handler: Command(handler.__name__, words, handler, writes=False, **options)


def writing(*words: str, **options: Any) -> Callable[[Handler], Command]:
    """A command whose effects, reply and inbox row are one transaction."""
    return lambda handler: Command(handler.__name__, words, handler, writes=True, **options)


@dataclass(frozen=True, slots=True)
class Found:
    """A command with its argument, as written but tidied."""

    command: Command
    argument: str = ""
    suggestions: Sequence[Command] = ()


@dataclass(frozen=True)
class Router:
    """The ordered list of commands; the first that matches wins. `events` are what channels report (follow, leave); `pictures` take one
    while the draft of their name waits."""

    commands: Sequence[Command]
    events: Mapping[str, Command]
    fallback: Command
    pictures: Sequence[Command] = ()
    _words: Mapping[str, Command] = field(init=False)
    _by_initial: Mapping[str, Sequence[str]] = field(init=False)

    def __post_init__(self) -> None:
        words = {word: command for command in reversed(self.commands) for word in command.words}
        longest_first = sorted(words, key=len, reverse=True)
        initials = {word[0] for word in words}
        by_initial = {each: [word for word in longest_first if word[0] == each] for each in initials}
        object.__setattr__(self, "_words", {word: words[word] for word in longest_first})
        object.__setattr__(self, "_by_initial", by_initial)

    def find(self, text: str, choices: Sequence[str] = (), draft: Draft | None = None) -> Found:
        """What this text asks for: an offered number, a word, a bare number or plate, more of a draft, or the fallback."""
        tidy = tidied(text)
        if choices and tidy.isdecimal():
            numbers = {str(number): choice for number, choice in enumerate((PERSON, *choices))}
            text = numbers.get(tidy, text)
            tidy = tidied(text)
        elif choices and tidy.casefold() in MORE:
            tidy = next((each for each in choices if NEXT_PAGE.fullmatch(each)), tidy)
        return (
            self._by_confirmation(tidy, draft)
            or self._by_word(tidy, text)
            or self._by_pattern(tidy)
            or self._by_draft(text, draft)
            or self._unknown(tidy, text)
        )

    def find_picture(self, media_id: str, draft: Draft | None = None) -> Found:
        """A picture belongs to the conversation that waits for one; else it is like anything that is no text."""
        takes = (each for each in self.pictures if draft and each.name == draft.command)
        return next((Found(each, media_id) for each in takes), Found(self.events["other"]))

    def _by_confirmation(self, tidy: str, draft: Draft | None) -> Found | None:
        if draft is None or tidy.casefold() not in CONFIRM:
            return None
        waiting = (each for each in self.commands if each.confirms and each.name == draft.command)
        return next((Found(each, CONFIRM[0]) for each in waiting), None)

    def _by_word(self, tidy: str, text: str) -> Found | None:
        folded = tidy.casefold()
        for word in self._by_initial.get(folded[:1], ()):
            if not folded.startswith(word):
                continue
            command, rest = self._words[word], tidy[len(word) :]
            if _ends_word(word, rest) and (command.argument or not rest):
                return Found(command, _as_written(word, text) if command.verbatim else EDGES.sub("", rest))
        return None

    def _by_pattern(self, tidy: str) -> Found | None:
        closed = re.sub(r"[\s\-]", "", tidy)
        matching = (c for c in self.commands if c.pattern and c.pattern.fullmatch(closed))
        return next((Found(command, closed) for command in matching), None)

    def _by_draft(self, text: str, draft: Draft | None) -> Found | None:
        continued = (c for c in self.commands if draft and c.name == draft.command)
        return next((Found(command, text.strip()) for command in continued), None)

    def _unknown(self, tidy: str, text: str) -> Found:
        listed = {word: command for word, command in self._words.items() if command.listed}
        folded = tidy.casefold()
        held = [word for word in listed if word in folded and len(word) > 1]
        close = process.extract(folded, list(listed), scorer=fuzz.ratio, limit=6, score_cutoff=RESEMBLES)
        words = [*held, *(word for word, _, _ in close)]
        commands = {listed[word].name: listed[word] for word in words}
        return Found(self.fallback, text.strip(), tuple(commands.values())[:3])


def tidied(text: str) -> str:
    """Full-width forms made plain; gaps single; punctuation and emoji at both ends gone."""
    plain = unicodedata.normalize("NFKC", text[:MAX_TEXT])
    return EDGES.sub("", " ".join(plain.split()))


def _as_written(word: str, text: str) -> str:
    """What stands behind the word."""
    _, _, rest = (
        text.partition(found[0])
        if (found := re.search(re.escape(word), text, re.IGNORECASE))
        else ("", "", text)
    )
    return rest.strip(" \t\r\n:：")


def _ends_word(word: str, rest: str) -> bool:
    after = rest[:1].isspace() or rest[:1] == ":" if word.isascii() else bool(AFTER_CHINESE.match(rest))
    return not rest or after
