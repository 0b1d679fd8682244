"""Wake-ups and pokes are hints: a broker or a layer that is away is not asked by every request."""

from typing import Any

import pytest
from channels.layers import InMemoryChannelLayer
from kombu.exceptions import OperationalError

from kernel import realtime, wakeup
from kernel.breaker import Breaker


class Away:
    """A task whose broker is away; a layer that never answers."""

    name = "test.task"

    def __init__(self) -> None:
        self.asked = 0

    def apply_async(self, **_options: Any) -> None:
        self.asked += 1
        raise OperationalError("away")


class Hanging(InMemoryChannelLayer):
    asked = 0

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        import asyncio

        Hanging.asked += 1
        await asyncio.sleep(60)


@pytest.fixture(autouse=True)
def breakers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakeup, "_broker", Breaker())
    monkeypatch.setattr(realtime, "_layer", Breaker())
    monkeypatch.setattr(realtime, "PATIENCE", 0.01)


def test_breaker_is_open_for_its_pause_only() -> None:
    quick, slow = Breaker(pause=0.0), Breaker()
    for breaker in (quick, slow):
        assert not breaker.is_open
        breaker.trip()

    assert (quick.is_open, slow.is_open) == (False, True)


def test_broker_that_is_away_is_asked_once() -> None:
    task = Away()
    for _ in range(3):
        wakeup.wake(task)

    assert task.asked == 1


def test_layer_that_hangs_is_asked_once_and_left(settings: Any) -> None:
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "kernel.tests.test_breaker.Hanging"}}
    for _ in range(3):
        realtime.poke({"contact:1", "contact:2"})

    assert Hanging.asked == 1
