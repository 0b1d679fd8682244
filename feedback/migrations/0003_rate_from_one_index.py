"""The response rate of a period is read from one index alone."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("feedback", "0002_published_versions_stay")]

    operations = [
        AddIndexConcurrently(
            "invitation",
            models.Index(
                fields=("survey", "asked_at"),
                include=("answered_at", "inbox", "delivery"),
                condition=models.Q(suppressed="", is_test=False),
                name="invitation_rate",
            ),
        ),
        RemoveIndexConcurrently("invitation", "invitation_asked"),
    ]
