"""`rested`: a run came to rest (`run_id`): it ended, or waits for a person. Sent once that is committed."""

from __future__ import annotations

from django.dispatch import Signal

rested = Signal()
