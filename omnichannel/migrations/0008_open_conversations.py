from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("omnichannel", "0007_reply_to_of_a_message"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("status", "open")), fields=["inbox", "assignee"], name="conversation_open"
            ),
        ),
    ]
