"""Pages of the product itself: health, gallery, preferences, command palette."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
