"""`rested`: a run came to rest (`run_id`): it ended, or waits for a person. Sent once that is committed.

`absent`: somebody in a shop (`shop`) asks for a run (`run_id`) that is not there: receivers answer the address of the
page that says why, or None.
"""

from __future__ import annotations

from django.dispatch import Signal

rested = Signal()
absent = Signal()
