"""Customers who write and a shop that reports, who try again until they are told that it arrived."""

import base64
import gzip
import http.client
import json
import smtplib
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import EmailMessage

from tests.faults.setting import address_of

PATIENCE_SECONDS = 120


class Load:
    """`acknowledged` holds the ids that were promised to be kept, written down after the promise."""

    def __init__(self, *, name: str, port: int, smtp_port: int, key: str) -> None:
        self.name = name
        self.domain = f"{name}.example"
        self.port = port
        self.smtp_port = smtp_port
        self.key = key
        self.mails: list[str] = []
        self.events: list[str] = []
        self.errors: list[str] = []

    def start(self, *, mails: int, events: int, orders: int) -> list[threading.Thread]:
        """Everything in small portions from several sides at once, so that each kill falls into the middle."""
        works: list[Callable[[], None]] = [
            lambda: self._write_mails(range(0, mails, 2)),
            lambda: self._write_mails(range(1, mails, 2)),
            lambda: self._report_events(events, orders),
        ]
        threads = [threading.Thread(target=self._watch, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        return threads

    def _watch(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:
            self.errors.append(repr(error))

    def _write_mails(self, numbers: range) -> None:
        for number in numbers:
            mail = EmailMessage()
            mail["From"] = f"Person {number} <person{number}@{self.domain}>"
            mail["To"] = address_of(self.name)
            mail["Subject"] = f"Question {number}"
            mail["Message-ID"] = f"<mail-{number}@{self.domain}>"
            mail.set_content(f"Where is my order {number}?")
            self._until_acknowledged(lambda mail=mail: self._send(mail))  # type: ignore[misc]
            self.mails.append(f"mail-{number}@{self.domain}")

    def _send(self, mail: EmailMessage) -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=10) as client:
            client.send_message(mail)

    def _report_events(self, events: int, orders: int, portion: int = 20) -> None:
        messages = [self._event(number, is_order=number < orders) for number in range(events)]
        for start in range(0, events, portion):
            batch = messages[start : start + portion]
            self._until_acknowledged(lambda batch=batch: self._post(batch))  # type: ignore[misc]
            self.events += [str(message["messageId"]) for message in batch]

    def _event(self, number: int, *, is_order: bool) -> dict[str, object]:
        return {
            "type": "track",
            "event": f"{self.name} ordered" if is_order else "Product Viewed",
            "messageId": f"{self.name}-event-{number}",
            "userId": f"{self.name}-customer-{number % 100}",
            "properties": {"order": number},
        }

    def identify(self, people: int) -> None:
        self._post(
            [
                {
                    "type": "identify",
                    "messageId": f"{self.name}-identify-{number}",
                    "userId": f"{self.name}-customer-{number}",
                    "traits": {"email": f"customer{number}@{self.domain}"},
                }
                for number in range(people)
            ]
        )

    def _post(self, batch: list[dict[str, object]]) -> None:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/v1/batch",
            data=gzip.compress(json.dumps({"batch": batch}).encode()),
            headers={
                "Content-Type": "application/json",
                "Content-Encoding": "gzip",
                "Authorization": "Basic " + base64.b64encode(f"{self.key}:".encode()).decode(),
            },
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            if json.load(answer) != {"success": True}:
                raise OSError("not acknowledged")

    def _until_acknowledged(self, attempt: Callable[[], None]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return attempt()
            except (OSError, smtplib.SMTPException, http.client.HTTPException) as error:
                if isinstance(error, urllib.error.HTTPError) and error.code in (400, 401, 413):
                    raise
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
