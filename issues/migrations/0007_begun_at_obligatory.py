from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("issues", "0006_freeze_verdicts")]
    operations = [
        migrations.AlterField(
            model_name="commitment",
            name="begun_at",
            field=models.DateTimeField(verbose_name="生效时间"),
        ),
    ]
