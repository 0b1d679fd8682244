"""Addresses of crm."""

from django.urls import URLPattern, path, re_path

from crm.views import activity, companies, contact, contacts, ingest

# The tracking API's addresses: with the one letter of its browser libraries, and `import`, by which older libraries of
# servers call a batch. With and without a slash at the end: a redirect would lose the body.
_INGEST = {
    "track": ("track", "t"),
    "identify": ("identify", "i"),
    "page": ("page", "p"),
    "screen": ("screen", "s"),
    "group": ("group", "g"),
    "alias": ("alias", "a"),
    "batch": ("batch", "b", "import"),
}

urlpatterns: list[URLPattern] = [
    path("contacts/", contacts.contacts, name="contacts"),
    path("contacts/new/", contacts.new_contact, name="new_contact"),
    path("contacts/<int:pk>/", contact.contact, name="contact"),
    path("contacts/<int:pk>/thread/", contact.older, name="contact_thread"),
    path("contacts/<int:pk>/details/", contact.details, name="contact_details"),
    path("contacts/<int:pk>/identities/", contact.identities, name="contact_identities"),
    path("contacts/<int:pk>/tags/", contact.tags, name="contact_tags"),
    path("contacts/<int:pk>/tags/<int:tag_pk>/", contact.contact_tag, name="contact_tag"),
    path("contacts/<int:pk>/consents/", contact.consent, name="contact_consents"),
    path("contacts/<int:pk>/notes/", activity.contact_notes, name="contact_notes"),
    path("contacts/<int:pk>/tasks/", activity.contact_tasks, name="contact_tasks"),
    path("notes/<int:pk>/", activity.note, name="note"),
    path("tasks/", activity.task_list, name="tasks"),
    path("tasks/<int:pk>/", activity.task, name="task"),
    path("tasks/<int:pk>/completion/", activity.completion, name="task_completion"),
    path("companies/<int:pk>/", companies.company, name="company"),
    *(
        re_path(rf"^v1/{address}/?$", ingest.door(kind), name=f"ingest_{address}")
        for kind, addresses in _INGEST.items()
        for address in addresses
    ),
]
