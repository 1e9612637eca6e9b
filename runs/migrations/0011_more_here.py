
import transfer.outcomes
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0010_limits_of_a_day'),
    ]

    operations = [
        migrations.AlterField(
            model_name='ledgerentry',
            name='reason',
            field=models.CharField(blank=True, choices=[(transfer.outcomes.Reason['NONE'], transfer.outcomes.Reason['NONE']), (transfer.outcomes.Reason['EXCLUDED'], transfer.outcomes.Reason['EXCLUDED']), (transfer.outcomes.Reason['POLICY'], transfer.outcomes.Reason['POLICY']), (transfer.outcomes.Reason['CHANGED_MEANWHILE'], transfer.outcomes.Reason['CHANGED_MEANWHILE']), (transfer.outcomes.Reason['AMBIGUOUS'], transfer.outcomes.Reason['AMBIGUOUS']), (transfer.outcomes.Reason['TYPE_CONFLICT'], transfer.outcomes.Reason['TYPE_CONFLICT']), (transfer.outcomes.Reason['REQUIRED_CIRCLE'], transfer.outcomes.Reason['REQUIRED_CIRCLE']), (transfer.outcomes.Reason['MISSING_REQUIRED'], transfer.outcomes.Reason['MISSING_REQUIRED']), (transfer.outcomes.Reason['MISSING_OWNER'], transfer.outcomes.Reason['MISSING_OWNER']), (transfer.outcomes.Reason['UNRESOLVED_REFERENCE'], transfer.outcomes.Reason['UNRESOLVED_REFERENCE']), (transfer.outcomes.Reason['UNREAD_REFERENCE'], transfer.outcomes.Reason['UNREAD_REFERENCE']), (transfer.outcomes.Reason['NOTHING_LANDS'], transfer.outcomes.Reason['NOTHING_LANDS']), (transfer.outcomes.Reason['TOO_LARGE'], transfer.outcomes.Reason['TOO_LARGE']), (transfer.outcomes.Reason['NOT_PERMITTED'], transfer.outcomes.Reason['NOT_PERMITTED']), (transfer.outcomes.Reason['REFUSED'], transfer.outcomes.Reason['REFUSED']), (transfer.outcomes.Reason['DEPENDS_ON_FAILED'], transfer.outcomes.Reason['DEPENDS_ON_FAILED']), (transfer.outcomes.Reason['LOST'], transfer.outcomes.Reason['LOST']), (transfer.outcomes.Reason['DIFFERS'], transfer.outcomes.Reason['DIFFERS']), (transfer.outcomes.Reason['EXISTS'], transfer.outcomes.Reason['EXISTS']), (transfer.outcomes.Reason['NOT_THERE'], transfer.outcomes.Reason['NOT_THERE']), (transfer.outcomes.Reason['INVALID'], transfer.outcomes.Reason['INVALID']), (transfer.outcomes.Reason['FULLER'], transfer.outcomes.Reason['FULLER']), (transfer.outcomes.Reason['GONE'], transfer.outcomes.Reason['GONE'])], max_length=24),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='verdict',
            field=models.CharField(choices=[(transfer.outcomes.Verdict['CREATE'], transfer.outcomes.Verdict['CREATE']), (transfer.outcomes.Verdict['UPDATE'], transfer.outcomes.Verdict['UPDATE']), (transfer.outcomes.Verdict['UNCHANGED'], transfer.outcomes.Verdict['UNCHANGED']), (transfer.outcomes.Verdict['FULLER'], transfer.outcomes.Verdict['FULLER']), (transfer.outcomes.Verdict['DELETE'], transfer.outcomes.Verdict['DELETE']), (transfer.outcomes.Verdict['EXTRA'], transfer.outcomes.Verdict['EXTRA']), (transfer.outcomes.Verdict['CONFLICT'], transfer.outcomes.Verdict['CONFLICT']), (transfer.outcomes.Verdict['CANNOT'], transfer.outcomes.Verdict['CANNOT'])], max_length=10),
        ),
    ]
