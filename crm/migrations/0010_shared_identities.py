from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The few that several people use are listed without reading all the others."""

    atomic = False
    dependencies = [("crm", "0009_one_tag_of_a_name")]

    operations = [
        AddIndexConcurrently(
            "identity",
            models.Index(fields=("id",), name="identity_shared", condition=models.Q(shared=True)),
        ),
    ]
