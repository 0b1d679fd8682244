"""Addresses of journeys."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
