"""The audit log only grows."""

from django.db import migrations

from access.append_only import CREATE_FUNCTION, DROP_FUNCTION, append_only


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]
    operations = [
        migrations.RunSQL(CREATE_FUNCTION, DROP_FUNCTION),
        append_only("access_auditentry"),
    ]
