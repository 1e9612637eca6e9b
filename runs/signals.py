"""`rested`: a run came to rest (`run_id`): it ended, or waits for a person. Sent once that is committed.

`removing`: the owner of a run that has ended wants nothing kept of it (`run_id`): receivers note what they need of it.

`absent`: somebody in a shop (`shop`) asks for a run (`run_id`) that is not there: receivers answer the address of the
page that says why, or None.
"""

from __future__ import annotations

from django.dispatch import Signal

rested = Signal()
removing = Signal()
absent = Signal()
