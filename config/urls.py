"""All addresses of the product; each app keeps its own list."""

from django.contrib import admin
from django.urls import include, path

from config.views import sessions
from config.views.home import home

urlpatterns = [
    path("", home, name="home"),
    path("", include("config.views.urls")),
    path("api/v1/", include("config.api")),
    path("accounts/email/", sessions.address, name="account_email"),
    path("accounts/sessions/<int:pk>/", sessions.session, name="usersession"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("crm.urls")),
    path("", include("omnichannel.urls")),
    path("", include("feedback.urls")),
    path("", include("journeys.urls")),
]
