import runs.exact
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0014_names_source'),
    ]

    operations = [
        migrations.AddField(
            model_name='ledgerentry',
            name='more',
            field=runs.exact.ExactJSONField(decoder=runs.exact.Decoder, encoder=runs.exact.Encoder, null=True),
        ),
    ]
