"""One cap for all surveys together; one reminder for who has not answered."""

from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("crm", "0004_words_of_the_ledger"),
        ("feedback", "0003_rate_from_one_index"),
        ("omnichannel", "0003_what_is_known_of_the_sender"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Programme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "quiet_days",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="Nobody is asked by any survey more often than this. 0: each survey's own rule is enough.",
                        verbose_name="days between surveys",
                    ),
                ),
            ],
            options={
                "verbose_name": "survey programme",
                "verbose_name_plural": "survey programme",
            },
        ),
        migrations.AddField(
            model_name="invitation",
            name="reminded_at",
            field=models.DateTimeField(null=True, verbose_name="reminded"),
        ),
        migrations.AddField(
            model_name="invitation",
            name="reminder_hash",
            field=models.CharField(editable=False, max_length=64, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="survey",
            name="remind_after_days",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text="Whoever has not answered is reminded once. 0: never.",
                verbose_name="days until the reminder",
            ),
        ),
        migrations.AlterField(
            model_name="invitation",
            name="suppressed",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "asked"),
                    ("asked_recently", "asked not long ago"),
                    ("programme", "asked by another survey not long ago"),
                    ("refused", "does not want to be asked"),
                    ("unreachable", "no address to write to"),
                    ("inactive", "the survey is not active"),
                ],
                default="",
                max_length=16,
                verbose_name="held back",
            ),
        ),
        migrations.AddConstraint(
            model_name="programme",
            constraint=models.CheckConstraint(condition=models.Q(("pk", 1)), name="programme_is_one"),
        ),
        AddIndexConcurrently(
            model_name="invitation",
            index=models.Index(
                condition=models.Q(
                    ("answered_at", None), ("is_test", False), ("reminded_at", None), ("suppressed", "")
                ),
                fields=["survey", "asked_at"],
                name="invitation_unanswered",
            ),
        ),
    ]
