"""Notes and tasks: written beside the thread, done from the task list, every step with its way back."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm import pages
from crm.actions import notes, tasks
from crm.forms.activity import NoteForm, TaskForm
from crm.models import Contact, Note, Task
from crm.task_list import task_groups
from crm.views.answers import page_or
from crm.views.contact import PAGE, changed, visible
from kernel.answers import by_htmx, toast
from kernel.policies import SignedInRequest, signed_in


@signed_in
@require_POST
def contact_notes(request: SignedInRequest, pk: int) -> HttpResponse:
    contact, form = visible(request, pk), NoteForm(request.POST)
    if not form.is_valid():
        return render(request, f"{PAGE}#note_form", {"contact": contact, "note_form": form}, status=422)
    note = notes.write(contact, by=request.user, body=form.cleaned_data["body"])
    if not by_htmx(request):
        return redirect("contact", pk=pk)
    response = render(request, f"{PAGE}#note_form", {"contact": contact, "note_form": NoteForm()})
    return toast(response, _("Note kept."), undo=("DELETE", reverse("note", args=[note.pk])))


@signed_in
@require_http_methods(["DELETE"])
def note(request: SignedInRequest, pk: int) -> HttpResponse:
    """Only who wrote it takes it back."""
    rows = Note.objects.filter(author=request.user, contact__in=Contact.objects.visible_to(request.user))
    found = get_object_or_404(rows, pk=pk)
    notes.withdraw(found, by=request.user)
    return toast(HttpResponse(pages.withdrawn_note(found.contact_id, pk, request.user)), _("Note taken back."))


@signed_in
@require_POST
def contact_tasks(request: SignedInRequest, pk: int) -> HttpResponse:
    contact, form = visible(request, pk), TaskForm(request.POST, user=request.user)
    if not form.is_valid():
        return render(request, f"{PAGE}#task_form", {"contact": contact, "task_form": form}, status=422)
    said = form.cleaned_data
    owner = said["owner"] or request.user
    task = tasks.plan(contact=contact, owner=owner, title=said["title"], due_on=said["due_on"], by=request.user)
    return changed(request, pk, _("Task planned."), undo=("DELETE", reverse("task", args=[task.pk])))


@signed_in
@require_safe
def task_list(request: SignedInRequest) -> HttpResponse:
    context = {"groups": task_groups(request.user), "today": pages.today()}
    return page_or(request, "crm/tasks.html", "groups", context)


@signed_in
@require_http_methods(["DELETE"])
def task(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Task.objects.visible_to(request.user), pk=pk)
    contact_id = found.contact_id
    tasks.drop(found, by=request.user)
    return _answer(request, contact_id, _("Task dropped."))


@signed_in
@require_http_methods(["POST", "DELETE"])
def completion(request: SignedInRequest, pk: int) -> HttpResponse:
    """POST: done. DELETE: open again."""
    found = get_object_or_404(Task.objects.visible_to(request.user), pk=pk)
    if request.method == "POST":
        tasks.complete(found, by=request.user)
        undo = ("DELETE", reverse("task_completion", args=[pk]))
        return _answer(request, found.contact_id, _("Done: %(task)s") % {"task": found.title}, undo)
    tasks.reopen(found, by=request.user)
    return _answer(request, found.contact_id, _("Open again: %(task)s") % {"task": found.title})


def _answer(
    request: SignedInRequest, contact_id: int | None, said: str, undo: tuple[str, str] | None = None
) -> HttpResponse:
    """The parts of whichever page shows the task; parts of a page that is not open find no place and are dropped."""
    if not by_htmx(request):
        return redirect("tasks")
    context = {"groups": task_groups(request.user), "today": pages.today(), "oob": True}
    response = render(request, "crm/tasks.html#groups", context)
    contact = Contact.objects.visible_to(request.user).filter(pk=contact_id).first() if contact_id else None
    if contact is not None:
        response.content += pages.contact_tasks(contact, request.user).encode()
    return toast(response, said, undo=undo)
