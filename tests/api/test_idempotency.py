import threading
from typing import Any

import pytest
from django.db import connection

from crm.models import IdempotencyRecord, Note
from crm.tests import factories
from tests import world
from tests.api.conftest import Api

NOTE = {"contact": 1, "body": "Once"}


def test_same_key_and_body_gives_the_first_answer_again(api: Api) -> None:
    first = api.post("notes/", NOTE, Idempotency_Key="a")
    second = api.post("notes/", NOTE, Idempotency_Key="a")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second["Idempotency-Replayed"] == "true"
    assert Note.objects.filter(body="Once").count() == 1


def test_same_key_with_another_body_is_422(api: Api) -> None:
    api.post("notes/", NOTE, Idempotency_Key="a")

    answer = api.post("notes/", {**NOTE, "body": "Twice"}, Idempotency_Key="a")

    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert Note.objects.filter(body="Twice").count() == 0


def test_same_key_at_another_address_is_422(api: Api) -> None:
    api.post("tasks/1/completion/", Idempotency_Key="a")

    assert api.post("tasks/1/completion/?x=1", Idempotency_Key="a").status_code == 422


def test_refused_request_leaves_the_key_free(api: Api) -> None:
    assert api.post("notes/", {"contact": 1, "body": ""}, Idempotency_Key="a").status_code == 400
    assert api.post("notes/", NOTE, Idempotency_Key="a").status_code == 201


def test_keys_of_two_callers_never_meet(api: Api) -> None:
    other = Api(world.key("all"))

    assert api.post("notes/", NOTE, Idempotency_Key="a").status_code == 201
    assert other.post("notes/", NOTE, Idempotency_Key="a").status_code == 201
    assert Note.objects.filter(body="Once").count() == 2


def test_revoked_key_gets_no_remembered_answer(api: Api) -> None:
    api.post("notes/", NOTE, Idempotency_Key="a")
    api.headers = {"Authorization": "Bearer hilo_gone"}

    assert api.post("notes/", NOTE, Idempotency_Key="a").status_code == 401


def test_key_that_is_too_long_is_400(api: Api) -> None:
    assert api.post("notes/", NOTE, Idempotency_Key="k" * 201).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_same_key_at_the_same_time_executes_once() -> None:
    contact = factories.contact()
    secret = world.key("all")
    start = threading.Barrier(4)
    answers: list[tuple[int, Any]] = []

    def call() -> None:
        api = Api(secret)
        start.wait()
        answer = api.post("notes/", {"contact": contact.pk, "body": "Once"}, Idempotency_Key="a")
        answers.append((answer.status_code, answer.json()["id"]))
        connection.close()

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {status for status, _ in answers} == {201}
    assert len({pk for _, pk in answers}) == 1
    assert (Note.objects.count(), IdempotencyRecord.objects.count()) == (1, 1)
