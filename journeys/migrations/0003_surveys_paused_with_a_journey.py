"""Which surveys were paused together with a journey, to go on together with it."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("journeys", "0002_people_move_between_versions"),
    ]

    operations = [
        migrations.AddField(
            model_name="journey",
            name="paused_surveys",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), blank=True, default=list, editable=False, size=None
            ),
        ),
    ]
