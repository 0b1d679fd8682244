import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("omnichannel", "0008_open_conversations"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="attempt",
            options={"ordering": ("number",), "verbose_name": "attempt", "verbose_name_plural": "attempts"},
        ),
        migrations.AlterField(
            model_name="attempt",
            name="error",
            field=models.CharField(blank=True, max_length=1000, verbose_name="error"),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="finished_at",
            field=models.DateTimeField(null=True, verbose_name="finished"),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="number",
            field=models.PositiveSmallIntegerField(verbose_name="number"),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="outcome",
            field=models.CharField(blank=True, max_length=12, verbose_name="outcome"),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="started_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="begun"),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="address",
            field=models.CharField(max_length=320, verbose_name="address"),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="tries"),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="channel",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, to="omnichannel.channel", verbose_name="channel"
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="created_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="created"),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="due_at",
            field=models.DateTimeField(
                blank=True, db_default=django.db.models.functions.datetime.Now(), null=True, verbose_name="next try"
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="error",
            field=models.CharField(blank=True, max_length=1000, verbose_name="error"),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="key",
            field=models.CharField(max_length=200, unique=True, verbose_name="key"),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="message",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="delivery",
                to="omnichannel.message",
                verbose_name="message",
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="provider_id",
            field=models.CharField(blank=True, max_length=320, verbose_name="id at the provider"),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="purpose",
            field=models.CharField(
                choices=[("transactional", "transactional"), ("marketing", "marketing")],
                default="transactional",
                max_length=14,
                verbose_name="purpose",
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="settled_at",
            field=models.DateTimeField(null=True, verbose_name="settled"),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "queued"),
                    ("unknown", "unknown"),
                    ("sent", "sent"),
                    ("delivered", "delivered"),
                    ("read", "read"),
                    ("suppressed", "not sent"),
                    ("failed", "failed"),
                    ("bounced", "bounced"),
                ],
                default="queued",
                max_length=12,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="rawinbound",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="tries"),
        ),
        migrations.AlterField(
            model_name="rawinbound",
            name="channel",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="inbound",
                to="omnichannel.channel",
                verbose_name="channel",
            ),
        ),
        migrations.AlterField(
            model_name="rawinbound",
            name="dedup_key",
            field=models.CharField(max_length=200, verbose_name="key"),
        ),
        migrations.AlterField(
            model_name="rawinbound",
            name="due_at",
            field=models.DateTimeField(
                blank=True, db_default=django.db.models.functions.datetime.Now(), null=True, verbose_name="next try"
            ),
        ),
        migrations.AlterField(
            model_name="rawinbound",
            name="error",
            field=models.TextField(blank=True, verbose_name="error"),
        ),
        migrations.AlterField(
            model_name="rawinbound",
            name="meta",
            field=models.JSONField(default=dict, verbose_name="came with"),
        ),
        migrations.AlterField(
            model_name="rawinbound",
            name="received_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), verbose_name="received at"
            ),
        ),
        migrations.AlterField(
            model_name="rawinbound",
            name="state",
            field=models.CharField(
                choices=[("received", "received"), ("processed", "processed"), ("quarantined", "quarantined")],
                default="received",
                max_length=12,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="suppression",
            name="address",
            field=models.CharField(max_length=320, verbose_name="address"),
        ),
        migrations.AlterField(
            model_name="suppression",
            name="created_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="created"),
        ),
        migrations.AlterField(
            model_name="suppression",
            name="detail",
            field=models.CharField(blank=True, max_length=500, verbose_name="detail"),
        ),
        migrations.AlterField(
            model_name="suppression",
            name="kind",
            field=models.CharField(default="email", max_length=24, verbose_name="kind"),
        ),
        migrations.AlterField(
            model_name="suppression",
            name="reason",
            field=models.CharField(
                choices=[("bounce", "bounced"), ("complaint", "complained"), ("unsubscribe", "unsubscribed")],
                max_length=12,
                verbose_name="reason",
            ),
        ),
    ]
