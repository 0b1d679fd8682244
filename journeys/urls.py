"""Addresses of journeys."""

from django.urls import path

from journeys.views import enrolments, journeys, publication, shipped

urlpatterns = [
    path("journeys/", journeys.journeys, name="journeys"),
    path("journeys/shipped/", shipped.shipped, name="journeys_shipped"),
    path("journeys/<int:pk>/", journeys.journey, name="journey"),
    path("journeys/<int:pk>/publication/", publication.publication, name="journey_publication"),
    path("journeys/<int:pk>/pause/", journeys.pause, name="journey_pause"),
    path("enrolments/<int:pk>/", enrolments.enrolment, name="enrolment"),
    path("enrolments/<int:pk>/attempt/", enrolments.attempt, name="enrolment_attempt"),
]
