"""Recounts of feedback: responses against invitations."""

from collections.abc import Iterator

from kernel.consistency import recount, rows


@recount("responses and invitations")
def responses() -> Iterator[str]:
    yield from rows(
        "SELECT i.id FROM feedback_invitation i LEFT JOIN feedback_response r ON r.invitation_id = i.id"
        " AND r.state IN ('confirmed', 'test') WHERE (i.answered_at IS NOT NULL) <> (r.id IS NOT NULL) ORDER BY 1",
        "invitation {id}: answered_at and its confirmed response do not agree",
    )
    yield from rows(
        "SELECT r.id FROM feedback_response r JOIN feedback_invitation i ON i.id = r.invitation_id"
        " WHERE r.survey_id <> i.survey_id ORDER BY 1",
        "response {id}: belongs to another survey than its invitation",
    )


@recount("questions on their way")
def deliveries() -> Iterator[str]:
    """Whoever was asked was sent something."""
    yield from rows(
        "SELECT id FROM feedback_invitation WHERE suppressed = '' AND delivery_id IS NULL ORDER BY 1",
        "invitation {id}: counts as asked, but nothing was sent",
    )
