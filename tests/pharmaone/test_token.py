"""The token: one exchange at a time, renewed in time, its claims understood."""

import asyncio
import base64
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from fakes import START, Clock

from bridge.errors import Misconfigured, TryLater
from bridge.pharmaone.token import TokenAnswer, TokenFacts, TokenKeeper

ALL = ["orders.read", "order_requests.write", "products.read"]
SIGNING = "a secret that only PharmaOne knows, of some length"


def token(number: int = 1, **claims: Any) -> str:
    told = {"org_id": "org1", "scopes": ALL, "iss": "pharmaone-integration", "n": number}
    return jwt.encode({**told, **claims}, SIGNING, algorithm="HS256")


class Door:
    """PharmaOne's token route: hands out the script's answers; waits while it is closed."""

    def __init__(self, *script: str | Exception, expires_in: Any = 3600) -> None:
        self.script = list(script)
        self.expires_in = expires_in
        self.calls = 0
        self.open = asyncio.Event()
        self.open.set()

    async def __call__(self) -> TokenAnswer:
        self.calls += 1
        entry = self.script.pop(0) if self.script else token(self.calls)
        await self.open.wait()
        if isinstance(entry, Exception):
            raise entry
        return TokenAnswer(access_token=entry, expires_in=self.expires_in)


def keeper(door: Door, clock: Clock | None = None, **given: Any) -> TokenKeeper:
    told = {"org_id": "org1", "needed_scopes": ("orders.read", "order_requests.write"), **given}
    return TokenKeeper(door, now=clock or Clock(), **told)


async def started(*waiters: asyncio.Task[Any]) -> None:
    for _ in waiters:
        await asyncio.sleep(0)
    await asyncio.sleep(0)


# -- one at a time ----------------------------------------------------------------------------


async def test_a_good_token_is_kept():
    door = Door()
    tokens = keeper(door)
    assert await tokens.get() == await tokens.get() == token(1)
    assert door.calls == 1


async def test_all_who_wait_share_one_exchange():
    door = Door()
    door.open.clear()
    tokens = keeper(door)
    waiters = [asyncio.create_task(tokens.get()) for _ in range(50)]
    await started(*waiters)
    door.open.set()
    assert set(await asyncio.gather(*waiters)) == {token(1)}
    assert door.calls == 1


async def test_all_who_wait_share_its_error_and_the_next_one_tries_again():
    door = Door(TryLater("PharmaOne is down"))
    door.open.clear()
    tokens = keeper(door)
    waiters = [asyncio.create_task(tokens.get()) for _ in range(5)]
    await started(*waiters)
    door.open.set()
    for outcome in await asyncio.gather(*waiters, return_exceptions=True):
        assert isinstance(outcome, TryLater)
    assert door.calls == 1
    assert await tokens.get() == token(2)


async def test_one_who_gives_up_takes_nobody_along():
    door = Door()
    door.open.clear()
    tokens = keeper(door)
    waiters = [asyncio.create_task(tokens.get()) for _ in range(3)]
    await started(*waiters)
    waiters[0].cancel()
    await started(*waiters)
    door.open.set()
    outcomes = await asyncio.gather(*waiters, return_exceptions=True)
    assert isinstance(outcomes[0], asyncio.CancelledError)
    assert outcomes[1:] == [token(1), token(1)]
    assert door.calls == 1


@pytest.mark.parametrize("ending", [token(1), TryLater("PharmaOne is down")])
async def test_an_exchange_that_nobody_waits_for_any_more_ends_quietly(
    ending: str | Exception, caplog: pytest.LogCaptureFixture
):
    door = Door(ending)
    door.open.clear()
    tokens = keeper(door)
    waiter = asyncio.create_task(tokens.get())
    await started(waiter)
    waiter.cancel()
    await started(waiter)
    door.open.set()
    await started(waiter, waiter, waiter)
    assert await tokens.get()
    assert not caplog.records


async def test_a_cancelled_exchange_is_begun_anew():
    """As when a loop is closing around it."""
    door = Door()
    door.open.clear()
    tokens = keeper(door)
    waiter = asyncio.create_task(tokens.get())
    await started(waiter)
    for task in asyncio.all_tasks() - {asyncio.current_task(), waiter}:
        task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiter
    door.open.set()
    assert await tokens.get() == token(2)


# -- in time ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expires_in", "exp", "good_for"),
    [
        (3600, None, 3540),  # a minute before the end
        (100, None, 90),  # or a tenth
        ("100", None, 90),
        (100.0, None, 90),
        (None, None, 270),  # five minutes where nothing is said
        ("soon", None, 270),
        (True, None, 270),
        (float("nan"), None, 270),
        ("9" * 400, None, 270),
        ([], None, 270),
        (10**400, None, 270),
        (10**9, None, 86_400 - 60),
        (3600, 100, 90),  # whichever is sooner (C13: `exp` is undocumented)
        (100, 3600, 90),
        (None, 100, 90),
        (None, 3600, 270),
        (3600, "100", 90),
        (3600, "never", 3540),
        (3600, 10**30, 3540),
    ],
)
async def test_renewed_before_it_expires(expires_in: Any, exp: Any, good_for: float):
    if isinstance(exp, int) and exp < 10**9:
        exp = int(START.timestamp()) + exp
    elif exp == "100":
        exp = str(int(START.timestamp()) + 100)
    claims = {} if exp is None else {"exp": exp}
    door = Door(_unchecked(1, **claims), _unchecked(2, **claims), expires_in=expires_in)
    clock = Clock()
    tokens = keeper(door, clock)
    await tokens.get()
    clock.advance(good_for - 1)
    await tokens.get()
    assert door.calls == 1
    clock.advance(1)
    await tokens.get()
    assert door.calls == 2


@pytest.mark.parametrize("ahead", [timedelta(hours=-2), timedelta(hours=2)])
async def test_its_end_is_told_by_pharmaones_clock(ahead: timedelta):
    door = Door(token(1, exp=int((START + ahead).timestamp()) + 100))
    tokens = keeper(door, ahead=lambda: ahead)
    await tokens.get()
    assert tokens.facts.expires_at == START + timedelta(seconds=100)


def _unchecked(number: int, **claims: Any) -> str:
    """pyjwt will not make a token with an `exp` that is no number; others might."""

    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part({'n': number, **claims})}.c2ln"


@pytest.mark.parametrize(("expires_in", "exp"), [(0, None), (-5, None), ("0", None), (3600, -1)])
async def test_a_token_without_a_future_is_used_once(expires_in: Any, exp: int | None):
    claims = {} if exp is None else {"exp": int(START.timestamp()) + exp}
    door = Door(token(1, **claims), token(2, **claims), expires_in=expires_in)
    tokens = keeper(door)
    assert await tokens.get() == token(1, **claims)
    assert await tokens.get() == token(2, **claims)


async def test_its_life_is_counted_from_the_question():
    """The answer may have been long under way; PharmaOne's clock started before."""
    clock = Clock()
    door = Door(expires_in=100)
    door.open.clear()
    tokens = keeper(door, clock)
    waiter = asyncio.create_task(tokens.get())
    await started(waiter)
    clock.advance(30)
    door.open.set()
    await waiter
    assert tokens.facts.expires_at == START + timedelta(seconds=100)


# -- dropped ----------------------------------------------------------------------------------


async def test_a_refused_token_is_not_handed_out_again():
    tokens = keeper(Door())
    refused = await tokens.get()
    tokens.invalidate(refused)
    assert await tokens.get() == token(2)


async def test_a_late_refusal_does_not_drop_the_newer_token():
    door = Door()
    tokens = keeper(door)
    old = await tokens.get()
    tokens.invalidate(old)
    new = await tokens.get()
    tokens.invalidate(old)
    assert await tokens.get() == new
    assert door.calls == 2


async def test_dropping_before_there_is_one():
    tokens = keeper(Door())
    tokens.invalidate("never seen")
    assert await tokens.get() == token(1)


# -- what it says -----------------------------------------------------------------------------


async def test_facts_for_health():
    tokens = keeper(Door(token(scopes=["orders.read"])))
    assert tokens.facts == TokenFacts()
    await tokens.get()
    assert tokens.facts == TokenFacts(
        expires_at=START + timedelta(seconds=3600),
        scopes=("orders.read",),
        missing_scopes=("order_requests.write",),
    )


async def test_a_missing_scope_is_named_when_it_is_needed():
    tokens = keeper(Door(token(scopes=["orders.read"])))
    assert await tokens.get("orders.read")
    assert await tokens.get()
    with pytest.raises(Misconfigured, match=r"order_requests\.write") as raised:
        await tokens.get("order_requests.write")
    assert raised.value.faults[0].where == "pharmaone.api_key"


@pytest.mark.parametrize("scopes", [None, "orders.read", {"orders.read": True}, 7])
async def test_unreadable_scopes_are_unknown(scopes: Any):
    tokens = keeper(Door(token(scopes=scopes)))
    assert await tokens.get("order_requests.write")
    assert tokens.facts.scopes is None
    assert tokens.facts.missing_scopes == ()


async def test_odd_scopes_are_left_out():
    tokens = keeper(Door(token(scopes=["orders.read", None, "with a blank", {}])))
    await tokens.get()
    assert tokens.facts.scopes == ("orders.read",)


@pytest.mark.parametrize(("org_id", "shown"), [("org2", "org2"), (7, "7"), ({"a": 1}, "?")])
async def test_a_foreign_organisation_is_named(org_id: Any, shown: str):
    door = Door(token(org_id=org_id))
    tokens = keeper(door)
    with pytest.raises(Misconfigured, match=f"'{shown.replace('?', '.')}'") as raised:
        await tokens.get()
    assert raised.value.faults[0].where == "pharmaone.org_id"
    assert await tokens.get() == token(2)  # nothing of it was kept


async def test_an_unnamed_organisation_is_taken_for_ours():
    assert await keeper(Door(token(org_id=None))).get()


@pytest.mark.parametrize(
    "opaque",
    [
        "0123456789abcdef",
        "a.b.c",
        "eyJhbGciOiJIUzI1NiJ9.bm90IGpzb24.c2ln",
        "eyJhbGciOiJIUzI1NiJ9.W10.c2ln",  # []
        "." * 500,
    ],
)
async def test_a_token_that_is_no_jwt_will_do(opaque: str):
    tokens = keeper(Door(opaque))
    assert await tokens.get("orders.read") == opaque
    assert tokens.facts == TokenFacts(expires_at=START + timedelta(seconds=3600))


async def test_a_bottomless_token_will_do():
    deep = base64.urlsafe_b64encode(b"[" * 11_000).decode().rstrip("=")
    opaque = f"eyJhbGciOiJIUzI1NiJ9.{deep}.c2ln"
    assert await keeper(Door(opaque)).get() == opaque


async def test_the_token_is_not_shown():
    tokens = keeper(Door())
    text = await tokens.get()
    shown = [repr(tokens), repr(tokens.facts), repr(tokens._held)]
    shown.append(repr(TokenAnswer(access_token=text)))
    assert not any(text in one for one in shown)
