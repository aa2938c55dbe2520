"""The audit log becomes a chain: what it holds is chained as it stands."""

import django.utils.timezone
from django.db import migrations, models

from access.hash_chain import GENESIS, link


def chain_what_is_there(apps, schema_editor):
    entries = apps.get_model("access", "AuditEntry").objects
    columns = ("happened_at", "actor_id", "actor_name", "door", "address", "action", "subject", "detail")
    digest = GENESIS
    schema_editor.execute("ALTER TABLE access_auditentry DISABLE TRIGGER only_grows")
    for entry in entries.order_by("pk").iterator():
        digest = link(digest, [getattr(entry, column) for column in columns])
        entries.filter(pk=entry.pk).update(digest=digest)
    schema_editor.execute("ALTER TABLE access_auditentry ENABLE TRIGGER only_grows")


class Migration(migrations.Migration):
    dependencies = [("access", "0003_ssh_key")]
    operations = [
        migrations.AlterField(
            "auditentry", "happened_at", models.DateTimeField(default=django.utils.timezone.now)
        ),
        migrations.AddField("auditentry", "digest", models.BinaryField(max_length=32, null=True)),
        migrations.RunPython(chain_what_is_there, migrations.RunPython.noop),
    ]
