import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0008_words_of_identities"),
        ("feedback", "0004_programme_and_reminders"),
        ("omnichannel", "0009_words_of_deliveries"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="invitation",
            name="agent",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="agent",
            ),
        ),
        migrations.AlterField(
            model_name="invitation",
            name="answered_at",
            field=models.DateTimeField(null=True, verbose_name="answered"),
        ),
        migrations.AlterField(
            model_name="invitation",
            name="asked_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="asked"),
        ),
        migrations.AlterField(
            model_name="invitation",
            name="cause_key",
            field=models.CharField(max_length=200, verbose_name="because of"),
        ),
        migrations.AlterField(
            model_name="invitation",
            name="channel",
            field=models.CharField(default="email", max_length=24, verbose_name="channel"),
        ),
        migrations.AlterField(
            model_name="invitation",
            name="contact",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="invitations",
                to="crm.contact",
                verbose_name="contact",
            ),
        ),
        migrations.AlterField(
            model_name="invitation",
            name="conversation",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="invitations",
                to="omnichannel.conversation",
                verbose_name="conversation",
            ),
        ),
        migrations.AlterField(
            model_name="invitation",
            name="delivery",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="invitation",
                to="omnichannel.delivery",
                verbose_name="delivery",
            ),
        ),
        migrations.AlterField(
            model_name="invitation",
            name="expires_at",
            field=models.DateTimeField(null=True, verbose_name="expires"),
        ),
        migrations.AlterField(
            model_name="invitation",
            name="inbox",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="omnichannel.inbox",
                verbose_name="inbox",
            ),
        ),
        migrations.AlterField(
            model_name="invitation",
            name="opened_at",
            field=models.DateTimeField(null=True, verbose_name="opened"),
        ),
        migrations.AlterField(
            model_name="invitation",
            name="survey",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="invitations",
                to="feedback.survey",
                verbose_name="survey",
            ),
        ),
        migrations.AlterField(
            model_name="invitation",
            name="version",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="feedback.version",
                verbose_name="version",
            ),
        ),
        migrations.AlterField(
            model_name="question",
            name="texts",
            field=models.JSONField(default=dict, verbose_name="texts"),
        ),
        migrations.AlterField(
            model_name="response",
            name="created_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="created"),
        ),
        migrations.AlterField(
            model_name="response",
            name="edits",
            field=models.JSONField(default=list, editable=False, verbose_name="said before"),
        ),
        migrations.AlterField(
            model_name="response",
            name="follow_up",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="crm.task",
                verbose_name="follow-up",
            ),
        ),
        migrations.AlterField(
            model_name="response",
            name="glances",
            field=models.JSONField(default=list, editable=False, verbose_name="looks"),
        ),
        migrations.AlterField(
            model_name="response",
            name="inbox",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="omnichannel.inbox",
                verbose_name="inbox",
            ),
        ),
        migrations.AlterField(
            model_name="response",
            name="invitation",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="response",
                to="feedback.invitation",
                verbose_name="invitation",
            ),
        ),
        migrations.AlterField(
            model_name="response",
            name="survey",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="responses",
                to="feedback.survey",
                verbose_name="survey",
            ),
        ),
        migrations.AlterField(
            model_name="survey",
            name="created_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="created"
            ),
        ),
        migrations.AlterField(
            model_name="survey",
            name="live_version",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="feedback.version",
                verbose_name="live version",
            ),
        ),
        migrations.AlterField(
            model_name="version",
            name="created_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="created"
            ),
        ),
        migrations.AlterField(
            model_name="version",
            name="published_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="published by",
            ),
        ),
        migrations.AlterField(
            model_name="version",
            name="survey",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="versions",
                to="feedback.survey",
                verbose_name="survey",
            ),
        ),
        migrations.AlterField(
            model_name="version",
            name="texts",
            field=models.JSONField(default=dict, verbose_name="texts"),
        ),
    ]
