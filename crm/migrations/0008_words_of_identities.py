import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0007_sightings"),
    ]

    operations = [
        migrations.AlterField(
            model_name="accountmail",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="tries"),
        ),
        migrations.AlterField(
            model_name="accountmail",
            name="due_at",
            field=models.DateTimeField(
                blank=True, db_default=django.db.models.functions.datetime.Now(), null=True, verbose_name="next try"
            ),
        ),
        migrations.AlterField(
            model_name="apikey",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                to=settings.AUTH_USER_MODEL,
                verbose_name="made by",
            ),
        ),
        migrations.AlterField(
            model_name="apikey",
            name="last_used_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last used"),
        ),
        migrations.AlterField(
            model_name="identity",
            name="contact",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="identities",
                to="crm.contact",
                verbose_name="contact",
            ),
        ),
        migrations.AlterField(
            model_name="identity",
            name="display",
            field=models.CharField(max_length=320, verbose_name="as shown"),
        ),
        migrations.AlterField(
            model_name="identity",
            name="first_seen_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="first seen"),
        ),
        migrations.AlterField(
            model_name="identity",
            name="kind",
            field=models.CharField(max_length=24, verbose_name="kind"),
        ),
        migrations.AlterField(
            model_name="identity",
            name="last_seen_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="last seen"),
        ),
        migrations.AlterField(
            model_name="identity",
            name="scope",
            field=models.CharField(
                blank=True, default="", help_text="Where the value is unique.", max_length=80, verbose_name="valid in"
            ),
        ),
        migrations.AlterField(
            model_name="identity",
            name="shared",
            field=models.BooleanField(
                default=False, help_text="Used by several people: never merges anybody.", verbose_name="shared"
            ),
        ),
        migrations.AlterField(
            model_name="identity",
            name="source",
            field=models.CharField(blank=True, max_length=40, verbose_name="source"),
        ),
        migrations.AlterField(
            model_name="identity",
            name="value",
            field=models.CharField(max_length=320, verbose_name="value"),
        ),
        migrations.AlterField(
            model_name="identity",
            name="verified",
            field=models.BooleanField(default=False, verbose_name="verified"),
        ),
        migrations.AlterField(
            model_name="retry",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="tries"),
        ),
        migrations.AlterField(
            model_name="retry",
            name="due_at",
            field=models.DateTimeField(
                blank=True, db_default=django.db.models.functions.datetime.Now(), null=True, verbose_name="next try"
            ),
        ),
    ]
