"""Addresses of crm."""

from django.urls import URLPattern, path

from crm.views import activity, companies, contact, contacts, ingest

# The tracking API's addresses, and the one-letter ones that its browser libraries use.
_INGEST = {
    "track": "t",
    "identify": "i",
    "page": "p",
    "screen": "s",
    "group": "g",
    "alias": "a",
    "batch": "b",
}

urlpatterns: list[URLPattern] = [
    path("contacts/", contacts.contacts, name="contacts"),
    path("contacts/new/", contacts.new_contact, name="new_contact"),
    path("contacts/<int:pk>/", contact.contact, name="contact"),
    path("contacts/<int:pk>/thread/", contact.older, name="contact_thread"),
    path("contacts/<int:pk>/details/", contact.details, name="contact_details"),
    path("contacts/<int:pk>/identities/", contact.identities, name="contact_identities"),
    path("contacts/<int:pk>/consents/", contact.consent, name="contact_consents"),
    path("contacts/<int:pk>/notes/", activity.contact_notes, name="contact_notes"),
    path("contacts/<int:pk>/tasks/", activity.contact_tasks, name="contact_tasks"),
    path("notes/<int:pk>/", activity.note, name="note"),
    path("tasks/", activity.task_list, name="tasks"),
    path("tasks/<int:pk>/", activity.task, name="task"),
    path("tasks/<int:pk>/completion/", activity.completion, name="task_completion"),
    path("companies/<int:pk>/", companies.company, name="company"),
    *(
        path(f"v1/{address}", ingest.door(kind), name=f"ingest_{address}")
        for kind, letter in _INGEST.items()
        for address in (kind, letter)
    ),
]
