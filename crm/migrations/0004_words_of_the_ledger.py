import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import crm.models.event


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0003_mails_to_colleagues"),
    ]

    operations = [
        migrations.AlterField(
            model_name="company",
            name="created_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="created"
            ),
        ),
        migrations.AlterField(
            model_name="contact",
            name="created_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="created"
            ),
        ),
        migrations.AlterField(
            model_name="contact",
            name="last_activity_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="last activity"
            ),
        ),
        migrations.AlterField(
            model_name="cursor",
            name="consumer",
            field=models.CharField(max_length=120, unique=True, verbose_name="consumer"),
        ),
        migrations.AlterField(
            model_name="cursor",
            name="event_id",
            field=models.BigIntegerField(default=0, verbose_name="event"),
        ),
        migrations.AlterField(
            model_name="cursor",
            name="moved_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="moved"),
        ),
        migrations.AlterField(
            model_name="cursor",
            name="xid",
            field=models.BigIntegerField(default=0, verbose_name="transaction"),
        ),
        migrations.AlterField(
            model_name="event",
            name="anonymous_id",
            field=models.CharField(blank=True, default="", max_length=320, verbose_name="visitor id"),
        ),
        migrations.AlterField(
            model_name="event",
            name="cause",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                to="crm.event",
                verbose_name="cause",
            ),
        ),
        migrations.AlterField(
            model_name="event",
            name="channel",
            field=models.CharField(blank=True, default="", max_length=24, verbose_name="channel"),
        ),
        migrations.AlterField(
            model_name="event",
            name="contact",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="events",
                to="crm.contact",
                verbose_name="contact",
            ),
        ),
        migrations.AlterField(
            model_name="event",
            name="depth",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="depth"),
        ),
        migrations.AlterField(
            model_name="event",
            name="message_id",
            field=models.CharField(max_length=200, verbose_name="message id"),
        ),
        migrations.AlterField(
            model_name="event",
            name="name",
            field=models.CharField(max_length=200, verbose_name="name"),
        ),
        migrations.AlterField(
            model_name="event",
            name="occurred_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="happened"),
        ),
        migrations.AlterField(
            model_name="event",
            name="properties",
            field=models.JSONField(default=dict, verbose_name="properties"),
        ),
        migrations.AlterField(
            model_name="event",
            name="recorded_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded"),
        ),
        migrations.AlterField(
            model_name="event",
            name="schema_version",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="version of the format"),
        ),
        migrations.AlterField(
            model_name="event",
            name="source",
            field=models.CharField(default="hilo", max_length=60, verbose_name="source"),
        ),
        migrations.AlterField(
            model_name="event",
            name="xid",
            field=models.BigIntegerField(db_default=crm.models.event.CurrentTransaction(), verbose_name="transaction"),
        ),
        migrations.AlterField(
            model_name="retry",
            name="consumer",
            field=models.CharField(max_length=120, verbose_name="consumer"),
        ),
        migrations.AlterField(
            model_name="retry",
            name="created_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="since"),
        ),
        migrations.AlterField(
            model_name="retry",
            name="dead",
            field=models.BooleanField(default=False, verbose_name="given up"),
        ),
        migrations.AlterField(
            model_name="retry",
            name="error",
            field=models.TextField(blank=True, verbose_name="error"),
        ),
        migrations.AlterField(
            model_name="retry",
            name="event",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="crm.event", verbose_name="event"),
        ),
    ]
