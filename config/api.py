"""/api/v1/: every app's resources, the schema, the page that explains them."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

import crm.api
import feedback.api
import journeys.api
import omnichannel.api
from config.views.api import docs, nowhere
from kernel.policies import public


class Router(SimpleRouter):
    """`/contacts` and `/contacts/` alike: a redirect would lose the body of a POST."""

    def __init__(self) -> None:
        super().__init__()
        self.trailing_slash = "/?"


class Schema(SpectacularAPIView):
    policy = public


router = Router()
for app in (crm.api, omnichannel.api, feedback.api, journeys.api):
    app.register(router)

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", Schema.as_view(authentication_classes=[], permission_classes=[]), name="api-schema"),
    path("docs/", docs, name="api-docs"),
    path("", include(router.urls)),
    re_path("", nowhere),
]
