"""A journey's page in a real browser: figures that change by themselves, and publishing with people under way."""

import pytest
from playwright.sync_api import expect

from journeys.actions import journeys
from journeys.engine import moving
from journeys.models import Enrolment
from journeys.tests import factories as make
from tests.browser.conftest import Elsewhere, OpenAs

pytestmark = pytest.mark.django_db(transaction=True)


def test_figures_change_by_themselves_and_people_move_to_the_version_published(
    open_as: OpenAs, elsewhere: Elsewhere
) -> None:
    journey = elsewhere(lambda: make.live(make.graph(make.start(), make.wait(), make.end())))
    page = open_as(elsewhere(lambda: make.user("manager", language="en")), f"/journeys/{journey.pk}/")
    expect(page.locator(".journey-picture")).not_to_contain_text("1 here")

    elsewhere(lambda: make.happens(make.contact()))
    expect(page.locator(".journey-picture")).to_contain_text("1 here", timeout=15_000)

    drawn = make.graph(make.start(), make.wait("pause"), make.end())
    elsewhere(lambda: journeys.add_version(journey, graph=drawn, by=None))
    page.reload()
    page.get_by_role("link", name="Version 2").click()
    page.get_by_role("link", name="Publish version 2").click()
    expect(page.get_by_role("heading", name="1 person is under way on another version")).to_be_visible()
    page.get_by_label("Move to the new version").check()
    page.get_by_label("Wait (optional)").select_option("pause")
    page.get_by_role("button", name="Publish version 2").click()
    elsewhere(moving.work_off)
    page.reload()
    expect(page.locator("#handover")).to_contain_text("1 moved")
    assert elsewhere(lambda: Enrolment.objects.get().node) == "pause"
