"""The entries of the audit log are chained, those that are there already too."""

from django.db import migrations, models

from access import audit_chain
from access.append_only import append_only

GROWS = append_only("access_auditentry")
FIELDS = ("actor_id", "actor_name", "door", "address", "action", "subject", "detail")


def chain_what_is_there(apps, schema_editor):
    entries, digest, count, last_id = apps.get_model("access", "AuditEntry").objects, audit_chain.GENESIS, 0, 0
    for entry in entries.order_by("id").iterator(chunk_size=2_000):
        digest = audit_chain.digest_of(
            predecessor=digest,
            entry_id=entry.pk,
            happened_at=entry.happened_at,
            **{name: getattr(entry, name) for name in FIELDS},
        )
        entries.filter(pk=entry.pk).update(digest=digest)
        count, last_id = count + 1, entry.pk
    if count:
        apps.get_model("access", "AuditHead").objects.create(id=1, entries=count, entry_id=last_id, digest=digest)


class Migration(migrations.Migration):
    dependencies = [("access", "0003_ssh_key")]
    operations = [
        migrations.RunSQL(GROWS.reverse_sql, GROWS.sql),
        migrations.CreateModel(
            name="AuditHead",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("entries", models.BigIntegerField()),
                ("entry_id", models.BigIntegerField()),
                ("digest", models.BinaryField(max_length=32)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="audit_head_is_one_row"),
                ],
            },
        ),
        migrations.AddField("auditentry", "digest", models.BinaryField(default=audit_chain.GENESIS, max_length=32)),
        migrations.RunPython(chain_what_is_there, migrations.RunPython.noop),
        migrations.AlterField("auditentry", "digest", models.BinaryField(max_length=32)),
        migrations.AlterField("auditentry", "happened_at", models.DateTimeField()),
        GROWS,
    ]
