from django.db import migrations

from accounts.roles import ROLES


def create_roles(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    for slug, (number, _label) in ROLES.items():
        group.objects.update_or_create(pk=number, defaults={"name": slug})
    if schema_editor.connection.vendor == "postgresql":
        # Rows with given numbers do not advance the sequence; the next group would collide.
        schema_editor.execute(
            "SELECT setval(pg_get_serial_sequence('auth_group', 'id'), "
            "(SELECT max(id) FROM auth_group))"
        )


def remove_roles(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=ROLES).delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [migrations.RunPython(create_roles, remove_roles)]
