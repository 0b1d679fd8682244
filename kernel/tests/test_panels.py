"""Lower pages have named places; upper apps fill them in a fixed order."""

from django.test import RequestFactory

from kernel import panels
from kernel.panels import panel


def test_panels_come_in_their_order_and_may_stay_away() -> None:
    @panel("test.place", order=20)
    def second(request: object, subject: str) -> str:
        return f"<p>{subject} 2</p>"

    @panel("test.place", order=10)
    def first(request: object, subject: str) -> str:
        return f"<p>{subject} 1</p>"

    @panel("test.place", order=30)
    def absent(request: object, subject: str) -> str:
        return ""

    assert panels.render("test.place", RequestFactory().get("/"), "Ana") == "<p>Ana 1</p><p>Ana 2</p>"
    assert [p.order for p in panels.filled("test.place")] == [10, 20, 30]


def test_a_panel_defined_twice_fills_its_place_once() -> None:
    for order in (10, 40):

        @panel("test.twice", order=order)
        def same(request: object, subject: object) -> str:
            return "x"

    assert [p.order for p in panels.filled("test.twice")] == [40]


def test_an_empty_place_is_empty() -> None:
    assert panels.render("test.nobody", RequestFactory().get("/"), None) == ""
