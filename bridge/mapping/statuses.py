"""statuses.toml: both vendors' status words, checked as a whole before any of them is used."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from bridge.core.lifecycle import RANK, TERMINAL, Prescriptions, Vocabulary, Words, route
from bridge.core.model import Flag, State
from bridge.mapping.reading import STATUSES, Faults, Place, Table, check, nearest

Word = Annotated[str, Field(min_length=1)]
WORD = "{word}"
"""Stands for the status word in the body that sets one."""
_PLAIN_BODY: Mapping[str, str | bool | int] = {"status": WORD}
WordList = Annotated[tuple[Word, ...], Field(min_length=1)]


class _Dialect(Table):
    open: WordList
    queue: WordList
    arriving: tuple[Word, ...] = ()
    means: dict[Word, State]
    says: dict[State, Word]
    steps: dict[Word, tuple[Word, ...]]
    calls: dict[Word, Literal["status", "complete_order"]] = Field(default_factory=dict)
    hold_comment: Annotated[str, Field(min_length=1, max_length=500)] = "on hold in PharmaOne"


class _Orders(Table):
    means: dict[Word, State]
    flags: dict[Flag, State] = Field(default_factory=dict)
    says: dict[Literal[State.CANCELLED], Word] = Field(default_factory=dict)
    steps: dict[Word, tuple[Word, ...]] = Field(default_factory=dict)
    body: dict[Word, str | bool | int] = Field(default_factory=lambda: dict(_PLAIN_BODY))
    gone: Literal["stuck", "cancelled"] = "stuck"
    gone_unannounced: Literal["ask", "cancelled"] = "ask"
    deducts: tuple[State, ...] = (State.COMPLETED,)


class _OrderRequests(Table):
    submitted: State
    rejected: Literal["stuck", "cancelled"] = "stuck"
    rejecting_events: tuple[Word, ...] = ()


class _Prescriptions(Table):
    waiting: tuple[Word, ...] = ("new", "pending", "pending_signature")
    accepted: tuple[Word, ...] = ("signed", "approved", "completed")
    declined: tuple[Word, ...] = ("declined",)


class _PharmaOne(Table):
    prescriptions: _Prescriptions = _Prescriptions()
    orders: _Orders
    order_requests: _OrderRequests


class StatusesFile(Table):
    rxscale: dict[str, _Dialect]
    pharmaone: _PharmaOne


@dataclass(frozen=True, slots=True)
class Statuses:
    """What the file says: the `words` of the dialect in force, and RxScale's of every dialect."""

    words: Words
    dialects: Mapping[str, Vocabulary]


def read_statuses(data: dict[str, Any] | None, dialect: str, faults: Faults) -> Statuses | None:
    """The words of every dialect, all of them checked; `dialect` must be among them."""
    file = None if data is None else check(StatusesFile, data, Place(STATUSES), faults)
    if file is None:
        return None
    dialects = {name: _vocabulary(name, table) for name, table in file.rxscale.items()}
    requests, orders = file.pharmaone.order_requests, file.pharmaone.orders
    for name, vocabulary in dialects.items():
        _check(vocabulary, Place(STATUSES, f"rxscale.{name}"), requests.submitted, faults)
    pharmaone = _pharmaone(orders)
    _check_pharmaone(pharmaone, orders, faults)
    prescriptions = _prescriptions(file.pharmaone.prescriptions, faults)
    if dialect not in dialects:
        way = nearest(dialect, dialects)
        faults.tell(Place(STATUSES, f"rxscale.{dialect}"), "no-dialect", way=way)
        return None
    words = Words(
        rxscale=dialects[dialect],
        pharmaone=pharmaone,
        prescriptions=prescriptions,
        hold_comment=file.rxscale[dialect].hold_comment,
        review=requests.submitted,
        rejected=_state_or_none(requests.rejected),
        rejecting_events=frozenset(requests.rejecting_events),
        deducting=frozenset(orders.deducts),
    )
    return Statuses(words, dialects)


def _prescriptions(table: _Prescriptions, faults: Faults) -> Prescriptions:
    place = Place(STATUSES, "pharmaone.prescriptions")
    lists = {"waiting": table.waiting, "accepted": table.accepted, "declined": table.declined}
    found: dict[str, str] = {}
    for key, words in lists.items():
        for word in words:
            if word in found:
                faults.tell(place.at(key), "stands-also", word=word, other=found[word])
            found[word] = key
    return Prescriptions(str(place), *map(frozenset, lists.values()))


def _state_or_none(choice: str) -> State | None:
    return None if choice in ("stuck", "ask") else State(choice)


def _vocabulary(name: str, table: _Dialect) -> Vocabulary:
    return Vocabulary(
        where=f"{STATUSES}: rxscale.{name}",
        means=table.means,
        open=table.open,
        arriving=frozenset(table.arriving),
        queue=frozenset(table.queue),
        says=table.says,
        steps=table.steps,
        calls={word: str(call) for word, call in table.calls.items()},
    )


def _pharmaone(table: _Orders) -> Vocabulary:
    return Vocabulary(
        where=f"{STATUSES}: pharmaone.orders",
        means=table.means,
        open=tuple(word for word, state in table.means.items() if state not in TERMINAL),
        says={State(state): word for state, word in table.says.items()},
        steps=table.steps,
        flags=table.flags,
        bodies={
            word: {key: word if value == WORD else value for key, value in table.body.items()}
            for word in table.says.values()
        },
        gone=_state_or_none(table.gone),
        gone_unannounced=_state_or_none(table.gone_unannounced),
    )


def _check_pharmaone(words: Vocabulary, table: _Orders, faults: Faults) -> None:
    place = Place(STATUSES, "pharmaone.orders")
    _check_known(words, place, faults)
    for state, word in words.says.items():
        if words.means.get(word) not in (None, state):
            means = words.means[word].value
            at = place.at("says", state.value)
            faults.tell(at, "does-not-reach", word=word, means=means, state=None, wanted=state)
    if words.says and WORD not in table.body.values():
        faults.tell(place.at("body"), "set-alike", word=WORD)


def _check(words: Vocabulary, place: Place, review: State, faults: Faults) -> None:
    _check_known(words, place, faults)
    _check_doubles(words, place, faults)
    _check_open(words, place, faults)
    _check_steps(words, place, faults)
    _check_says(words, place, faults)
    _check_reachable(words, place, faults)
    if review not in words.says:
        faults.tell(place.at("says"), "no-word-for-review", review=review.value)


def _used(words: Vocabulary) -> Iterable[tuple[str, str]]:
    """Every use of a word outside `means`: the key it stands under, and the word."""
    yield from (("open", word) for word in words.open)
    yield from (("arriving", word) for word in sorted(words.arriving))
    yield from (("queue", word) for word in sorted(words.queue))
    yield from (("calls", word) for word in words.calls)
    yield from ((f"says.{state.value}", word) for state, word in words.says.items())
    for word, following in words.steps.items():
        yield ("steps", word)
        yield from ((f"steps.{word}", next_word) for next_word in following)


def _check_known(words: Vocabulary, place: Place, faults: Faults) -> None:
    for key, word in _used(words):
        if word not in words.means:
            way = nearest(word, words.means)
            faults.tell(place.at(key), "no-meaning", word=word, table=place.key, way=way)


def _check_doubles(words: Vocabulary, place: Place, faults: Faults) -> None:
    lists = {"open": words.open}
    lists.update({f"steps.{word}": following for word, following in words.steps.items()})
    for key, listed in lists.items():
        for word in dict.fromkeys(word for word in listed if listed.count(word) > 1):
            faults.tell(place.at(key), "stands-twice", word=word)
    for word in sorted(words.arriving & words.queue):
        faults.tell(place.at("queue"), "arrives-and-waits", word=word)


def _check_open(words: Vocabulary, place: Place, faults: Faults) -> None:
    """What is not listed as open is not read by the sweep, so a lost webhook would lose it."""
    for word in words.open:
        if words.means.get(word) in TERMINAL:
            faults.tell(place.at("open"), "open-means-end", word=word)
    for word, state in words.means.items():
        if state not in TERMINAL and word not in words.open:
            faults.tell(place.at("open"), "not-open", word=word)
    for word in sorted((words.arriving | words.queue) - set(words.open)):
        if words.means.get(word) in TERMINAL:
            faults.tell(place.at("means", word), "end-waits", word=word)


def _check_steps(words: Vocabulary, place: Place, faults: Faults) -> None:
    for word, state in words.means.items():
        out = words.steps.get(word, ())
        if state in TERMINAL and out:
            faults.tell(place.at("steps", word), "out-of-an-end", word=word, means=state.value)
        if state not in TERMINAL and not out and word not in words.arriving:
            faults.tell(place.at("steps"), "dead-end", word=word)


def _check_says(words: Vocabulary, place: Place, faults: Faults) -> None:
    for state, word in words.says.items():
        at = place.at("says", state.value)
        meaning = words.means.get(word)
        if meaning is not None and not _amounts_to(meaning, state):
            means, wanted = meaning.value, state.value
            faults.tell(at, "does-not-reach", word=word, means=means, state=wanted, wanted=wanted)
        for start in sorted(words.queue):
            if route(words, start, word) is None:
                faults.tell(at, "no-steps", start=start, word=word, table=place.key)


def _check_reachable(words: Vocabulary, place: Place, faults: Faults) -> None:
    """A word that no step leads to, and that is not where orders begin, is a slip of the pen."""
    led_to = {word for following in words.steps.values() for word in following}
    for word, state in words.means.items():
        begins = word in words.queue or word in words.arriving
        if state not in TERMINAL and not begins and word not in led_to:
            faults.tell(place.at("steps"), "never-reached", word=word)


def _amounts_to(meaning: State, wanted: State) -> bool:
    """Whether a word of that meaning, once set, leaves nothing to do for the wanted state."""
    if wanted in TERMINAL or meaning in TERMINAL or State.ON_HOLD in (meaning, wanted):
        return meaning is wanted
    return RANK[meaning] >= RANK[wanted]
