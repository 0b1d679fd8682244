"""One word for those who stand still: pages said "stopped", this list "failed"."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("journeys", "0005_words_of_versions"),
    ]

    operations = [
        migrations.AlterField(
            model_name="enrolment",
            name="state",
            field=models.CharField(
                choices=[
                    ("active", "under way"),
                    ("completed", "completed"),
                    ("exited", "taken out"),
                    ("failed", "stopped"),
                ],
                default="active",
                max_length=9,
                verbose_name="state",
            ),
        ),
    ]
