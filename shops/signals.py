"""What happens to a shop, told to whoever keeps something of it. Senders know no receiver.

`reopened`        a shop got a new token by being opened (`shop`)
`webhook_stored`  a delivery waits to be worked off
`asking`          somebody wants to ask a shop's API beside its line (`shop`): receivers answer True while that line,
                  whose budget nobody else may touch, is worked
`leaving`         a shop uninstalled the app (`shop`): receivers remove what they keep of it, and answer False as long
                  as something is left, to be asked again
`bulk_finished`   a bulk operation came to its end (`shop`, `operation`: its GID)
`people_asked`    a customer asks what is held about them (`domain`): receivers answer how many runs hold people
`people_redacted` a customer is to be forgotten (`domain`): receivers remove what they keep of people, and answer False
                  as long as something is left, to be asked again
`link_ended`      a link was revoked or refused (`link`)
"""

from __future__ import annotations

from django.dispatch import Signal

reopened = Signal()
webhook_stored = Signal()
asking = Signal()
leaving = Signal()
bulk_finished = Signal()
people_asked = Signal()
people_redacted = Signal()
link_ended = Signal()
