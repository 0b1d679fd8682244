from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("journeys", "0004_words_of_timers"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="version",
            options={
                "ordering": ("-number",),
                "verbose_name": "version of a journey",
                "verbose_name_plural": "versions of journeys",
            },
        ),
    ]
