"""journeys at /api/v1/: journeys, their versions, who is on them."""

from rest_framework.routers import BaseRouter

from journeys.api.journeys import Journeys


def register(router: BaseRouter) -> None:
    router.register("journeys", Journeys, "api-journey")
