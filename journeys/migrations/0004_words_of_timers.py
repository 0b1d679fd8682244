import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("journeys", "0003_surveys_paused_with_a_journey"),
    ]

    operations = [
        migrations.AlterField(
            model_name="handover",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="tries"),
        ),
        migrations.AlterField(
            model_name="handover",
            name="due_at",
            field=models.DateTimeField(
                blank=True, db_default=django.db.models.functions.datetime.Now(), null=True, verbose_name="next try"
            ),
        ),
        migrations.AlterField(
            model_name="journey",
            name="created_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="created"
            ),
        ),
        migrations.AlterField(
            model_name="timer",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="tries"),
        ),
        migrations.AlterField(
            model_name="timer",
            name="due_at",
            field=models.DateTimeField(
                blank=True, db_default=django.db.models.functions.datetime.Now(), null=True, verbose_name="next try"
            ),
        ),
        migrations.AlterField(
            model_name="version",
            name="created_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="created"
            ),
        ),
    ]
