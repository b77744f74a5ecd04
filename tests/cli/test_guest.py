"""A command beside a running bridge: every call of its vendors' clients is patient."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bridge.cli import guest
from bridge.cli.guest import as_a_guest, is_running, patient
from bridge.errors import Refused, TryLater
from bridge.exchange import calls
from bridge.settings import Settings
from bridge.store import RunLock


@dataclass(frozen=True, slots=True)
class Part:
    answers: list[int | Exception]

    @calls("GET /pages")
    async def page(self) -> int:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @calls("GET /pages")
    async def all(self) -> AsyncIterator[int]:
        while self.answers:
            yield await self.page()


@dataclass(frozen=True, slots=True)
class Client:
    """Like those of the vendors: a call, parts of it by property and by method, plain values."""

    answers: list[int | Exception]
    site: dict[str, str] = field(default_factory=dict)

    @calls("GET /one")
    async def one(self, more: int = 0) -> int:
        return more + await Part(self.answers).page()

    @property
    def pages(self) -> Part:
        return Part(self.answers)

    def shop(self, name: str) -> Part:
        assert name == "a shop"
        return Part(self.answers)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guest, "PATIENCE_SECONDS", 1.0)


def put_off(*answers: int) -> list[int | Exception]:
    """Each of these answers comes after one "later"."""
    return [each for answer in answers for each in (TryLater("later", 0.001), answer)]


ASKED: list[Callable[[Client], Awaitable[int]]] = [
    lambda client: client.one(),
    lambda client: client.pages.page(),
    lambda client: client.shop("a shop").page(),
]


@pytest.mark.parametrize("ask", ASKED)
async def test_a_call_is_made_again_while_it_is_put_off(ask: Callable[[Client], Awaitable[int]]):
    assert await ask(patient(Client(put_off(7)))) == 7
    with pytest.raises(TryLater):
        await ask(Client(put_off(7)))


async def test_a_list_is_read_on_where_a_page_was_put_off():
    client = patient(Client(put_off(1, 2, 3)))
    assert [row async for row in client.pages.all()] == [1, 2, 3]


async def test_what_is_given_to_a_call_arrives_and_values_stay_as_they_are():
    client = Client(put_off(7))
    assert await patient(client).one(more=2) == 9
    assert patient(client).site is client.site


async def test_patience_ends_and_a_refusal_is_told_at_once(monkeypatch: pytest.MonkeyPatch):
    refused = Refused("no", status=400)
    with pytest.raises(Refused):
        await patient(Client([refused, 1])).one()
    monkeypatch.setattr(guest, "PATIENCE_SECONDS", 0.0)
    with pytest.raises(TryLater):
        await patient(Client(put_off(1))).one()


def test_half_of_the_limits_is_left_to_a_running_bridge(tmp_path: Path):
    path = tmp_path / "rxbridge.db"
    settings = Settings.model_validate({"store": {"path": path}})
    assert not is_running(settings)
    assert not path.with_name("rxbridge.db.lock").exists(), "asking leaves nothing behind"
    path.touch()
    assert as_a_guest(settings) is settings
    with RunLock(path):
        assert is_running(settings)
        shared = as_a_guest(settings)
    assert shared.rxscale.requests_per_second == settings.rxscale.requests_per_second // 2
    assert shared.pharmaone.requests_per_minute == settings.pharmaone.requests_per_minute // 2
