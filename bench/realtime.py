"""From a mail that has been acknowledged to the row on an agent's screen, through the running WebSocket server.

The worker's part is done here, in threads of this process, as soon as its wake-up would come; the broker's share (a few
milliseconds) is measured by `bench sends`.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.request import urlopen

from django.conf import settings
from django.test import Client
from websockets.asyncio.client import ClientConnection, connect

from bench.measurement import Measurement, Scale
from crm.models import Team, User
from omnichannel.actions import inbound
from omnichannel.models import Channel, Inbox

MAILS = {"small": 60, "full": 300}
PAUSE = 0.1  # seconds between two mails
MAIL = "From: Ana <ana{n}@post.example>\r\nTo: support@hilo.example\r\nMessage-ID: <{n}@post.example>\r\n{rest}"
REST = "Subject: Pedido {n}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nSigue sin llegar.\r\n"


def measure(scale: Scale) -> Iterator[Measurement]:
    agent, channel = _people()
    port = _free_port()
    web = _start(port)
    try:
        yield asyncio.run(_watch(scale, agent, channel, port))
    finally:
        web.terminate()
        web.wait(20)


def _people() -> tuple[User, Channel]:
    team = Team.objects.create(name="Support")
    agent = User.objects.create_user("bench@casa.example", "a long password", roles=("agent",), team=team)
    inbox = Inbox.objects.create(name="Support", team=team)
    channel = Channel.objects.create(kind="email", name="Support", address="support@hilo.example", inbox=inbox)
    return agent, channel


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(port: int) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "HILO_ROLE": "web", "HILO_BASE_URL": f"http://127.0.0.1:{port}"}
    command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(port), "--log-level", "error"]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment)
    for _ in range(300):
        try:
            urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=5).close()
            return process
        except OSError:
            time.sleep(0.2)
    raise AssertionError("The web server did not start within 60 s.")


async def _watch(scale: Scale, agent: User, channel: Channel, port: int) -> Measurement:
    session = await asyncio.to_thread(_session, agent)
    url = f"ws://127.0.0.1:{port}/ws/"
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"}
    async with connect(url, additional_headers=headers, origin=f"http://127.0.0.1:{port}") as ws:  # type: ignore[arg-type]
        await ws.send(json.dumps({"type": "subscribe", "topics": [f"inbox:{channel.inbox_id}"], "cursor": None}))
        await asyncio.wait_for(ws.recv(), 20)
        sent: dict[int, float] = {}
        sender = threading.Thread(target=_mail, args=(channel.pk, MAILS[scale], sent))
        sender.start()
        seen = await _receive(ws, MAILS[scale])
        await asyncio.to_thread(sender.join)
    times = [seen[number] - sent[number] for number in seen]
    note = "acknowledged mail → fragment at the browser's socket, sandboxed parsing included; target p95 < 1 s"
    return Measurement.of("realtime", "mail_to_screen", times, "s", scale=scale, note=note)


def _session(agent: User) -> str:
    client = Client()
    client.force_login(agent, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _mail(channel_id: int, count: int, sent: dict[int, float]) -> None:
    for number in range(count):
        body = MAIL.format(n=number, rest=REST.format(n=number)).encode()
        sent[number] = time.perf_counter()
        inbound.receive_raw(channel_id=channel_id, dedup_key=f"bench-{number}", body=body, meta={})
        inbound.process_due()
        time.sleep(PAUSE)


async def _receive(ws: ClientConnection, count: int) -> dict[int, float]:
    """When each mail's row first appeared. Raises TimeoutError when nothing comes for half a minute."""
    seen: dict[int, float] = {}
    while len(seen) < count:
        message: dict[str, Any] = json.loads(await asyncio.wait_for(ws.recv(), 30))
        html = message.get("html", "")
        for number in range(count):
            if number not in seen and f"Pedido {number}<" in html:
                seen[number] = time.perf_counter()
    return seen
