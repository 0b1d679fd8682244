from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("feedback", "0007_a_moment_before_asking"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="version",
            options={
                "ordering": ("survey", "-number"),
                "verbose_name": "version of a survey",
                "verbose_name_plural": "versions of surveys",
            },
        ),
    ]
