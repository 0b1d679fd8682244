"""The page of a company: its people, as far as one may see them."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.tests import factories

pytestmark = pytest.mark.django_db


def queries_of(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    return len(queries)


def test_company_page_needs_as_many_queries_for_three_people_as_for_one(client: Client) -> None:
    client.force_login(factories.user("agent"))
    company = factories.company()
    factories.contact(company=company, owner=factories.user("sales"))
    one = queries_of(client, f"/companies/{company.pk}/")
    for _ in range(2):
        factories.contact(company=company, owner=factories.user("sales"))

    assert queries_of(client, f"/companies/{company.pk}/") == one


def test_company_page_shows_sales_only_their_own_people(client: Client) -> None:
    seller = factories.user("sales")
    company = factories.company(name="Casa Lumbre")
    factories.contact(first_name="Ana", company=company, owner=seller)
    factories.contact(first_name="Begoña", company=company, owner=factories.user("sales"))
    client.force_login(seller)

    page = client.get(f"/companies/{company.pk}/").content.decode()

    assert "Casa Lumbre" in page
    assert "Ana" in page
    assert "Begoña" not in page
