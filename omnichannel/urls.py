"""Addresses of omnichannel."""

from django.urls import path

from omnichannel.views import conversations, desk, inbox, messages, outbox, quarantine

urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/new/", inbox.new_conversation, name="new_conversation"),
    path("inbox/<int:pk>/", inbox.conversation, name="conversation"),
    path("conversations/<int:pk>/messages/", conversations.messages, name="messages"),
    path("conversations/<int:pk>/assignment/", conversations.assignment, name="assignment"),
    path("conversations/<int:pk>/resolution/", conversations.resolution, name="resolution"),
    path("conversations/<int:pk>/reading/", conversations.reading, name="reading"),
    path("conversations/<int:pk>/presence/", desk.presence, name="presence"),
    path("conversations/<int:pk>/draft/", desk.draft, name="draft"),
    path("messages/<int:pk>/html/", messages.message_html, name="message_html"),
    path("attachments/<int:pk>/", messages.attachment, name="attachment"),
    path("deliveries/<int:pk>/attempts/", outbox.attempts, name="attempts"),
    path("outbox/", outbox.outbox_list, name="outbox"),
    path("outbox/<int:pk>/", outbox.outbox_delivery, name="outbox_delivery"),
    path("outbox/<int:pk>/html/", outbox.outbox_html, name="outbox_html"),
    path("quarantine/", quarantine.quarantine, name="quarantine"),
    path("quarantine/<int:pk>/raw/", quarantine.quarantine_raw, name="quarantine_raw"),
    path("quarantine/<int:pk>/replay/", quarantine.replay, name="quarantine_replay"),
]
