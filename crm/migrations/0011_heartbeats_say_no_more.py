from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("crm", "0010_shared_identities")]

    operations = [migrations.RemoveField(model_name="heartbeat", name="detail")]
