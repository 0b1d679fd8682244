"""Pages of the product itself: health, gallery, preferences, command palette, operations."""

from django.urls import path

from config.views import gallery, gallery_customer, health, operations, palette, preferences

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.prometheus, name="metrics"),
    path("gallery/", gallery.gallery, name="gallery"),
    path("gallery/customer/<slug:state>/", gallery_customer.customer, name="gallery_customer"),
    path("palette/", palette.palette, name="palette"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("admin/operations/", operations.operations, name="operations"),
    path("admin/operations/letters/<int:pk>/replay/", operations.replay, name="operations_replay"),
    path("admin/operations/consumers/<str:consumer>/pause/", operations.pause, name="operations_pause"),
    path("admin/operations/consumers/<str:consumer>/replay/", operations.replay_all, name="operations_replay_all"),
]
