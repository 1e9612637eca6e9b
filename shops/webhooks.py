"""Webhooks: verified, stored, answered at once; worked off by the task `shops.tasks.webhooks`.

https://shopify.dev/docs/apps/build/webhooks. The signature covers the body and nothing else, so a header is believed
only as far as the body does not say otherwise. A delivery may come twice, late, or in another order than things
happened: its id is stored once, and what it says is weighed by the time at which it was triggered.

Of a payload only what is acted on is kept; of those about customers, nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.csrf import csrf_exempt

from shopify_client import is_shop

from . import departure, signals
from .models import Delivery, Shop

logger = logging.getLogger(__name__)

UNINSTALLED = "app/uninstalled"
MAX_BYTES = 1 << 20
KEEP = timedelta(days=7)  # Shopify gives up after four hours; until then a delivery may come again
REDACT_AFTER = timedelta(hours=48)  # between an uninstall and its shop/redact
LONGEST_PAUSE = timedelta(hours=1)

Payload = dict[str, Any]


# -- receiving ---------------------------------------------------------------------------------------------------


@csrf_exempt  # the signature is the proof
def receive(request: HttpRequest) -> JsonResponse:
    if request.method != "POST":
        return _answer("Webhooks are POSTed.", 405, Allow="POST")
    try:
        body = request.body if _length(request) <= MAX_BYTES else None
    except RequestDataTooBig:
        body = None
    if body is None or len(body) > MAX_BYTES:
        return _answer("The body is too large.", 413)
    signature = _header(request, "Hmac-Sha256")
    if not signature:
        return _answer("The signature is missing.", 400)
    if not genuine(body, signature):
        return _answer("The signature is not right.", 401)
    return _accept(request, body)


def _length(request: HttpRequest) -> int:
    text = request.headers.get("Content-Length") or "0"
    return int(text) if text.isdecimal() else MAX_BYTES + 1


def genuine(body: bytes, signature: str) -> bool:
    """Whether one of the app's secrets signed it. All are tried, so that the time taken tells nothing."""
    given = signature.encode("utf-8", "replace")
    secrets = [secret.encode() for secret in settings.SHOPIFY_API_SECRETS]
    made = [base64.b64encode(hmac.digest(secret, body, hashlib.sha256)) for secret in secrets]
    return sum(hmac.compare_digest(own, given) for own in made) > 0


def _header(request: HttpRequest, name: str) -> str:
    """Deliveries of the newer kind have no X- in front."""
    return request.headers.get(f"X-Shopify-{name}") or request.headers.get(f"Shopify-{name}") or ""


def _accept(request: HttpRequest, body: bytes) -> JsonResponse:
    try:
        payload = json.loads(body or b"{}")
    except (ValueError, RecursionError):  # a body of nothing but brackets
        payload = None
    topic, domain, number = (_header(request, name) for name in ("Topic", "Shop-Domain", "Webhook-Id"))
    if not isinstance(payload, dict) or not is_shop(domain) or not 0 < len(number) <= 100:
        return _answer("The delivery lacks its id, its shop or its payload.", 400)
    if topic not in TOPICS:
        logger.warning("a webhook of the topic %.60r came, which the app did not ask for", topic)
        return _answer("The app does not know this topic.", 404)
    if payload.get("myshopify_domain", payload.get("shop_domain", domain)) != domain:
        return _answer("The payload is about another shop.", 400)
    kept = {name: payload[name] for name in TOPICS[topic].keeps if name in payload}
    if not _storable(kept):
        return _answer("The payload holds what is neither a text nor a number.", 400)
    delivery = Delivery(number=number, topic=topic, domain=domain, payload=kept, triggered_at=_triggered(request))
    try:
        with transaction.atomic():
            delivery.save(force_insert=True)
            transaction.on_commit(lambda: signals.webhook_stored.send_robust(Delivery), robust=True)
    except IntegrityError:
        return _answer("This delivery came before.", 200)
    return _answer("Stored.", 200)


def _storable(kept: Payload) -> bool:
    """Whether every database takes it: JSON has no NaN, and none of PostgreSQL's has half a sign or a zero byte."""
    try:
        text = json.dumps(kept, ensure_ascii=False, allow_nan=False)
        text.encode()
    except ValueError:  # half a sign too is one of these
        return False
    return "\\u0000" not in text


def _triggered(request: HttpRequest) -> datetime:
    """Nobody signs this header: what is no time, or one to come, counts as now."""
    now = timezone.now()
    try:
        moment = parse_datetime(_header(request, "Triggered-At"))
        if moment is None:
            return now
        aware = moment if timezone.is_aware(moment) else timezone.make_aware(moment)
        return min(aware.astimezone(UTC), now)
    except (ValueError, OverflowError):
        return now


def _answer(sentence: str, status: int, **headers: str) -> JsonResponse:
    return JsonResponse({"message": sentence}, status=status, headers=headers)


# -- working off -------------------------------------------------------------------------------------------------


def work_off() -> int:
    """Works off what is due, and removes what is old. How many were done; one that fails is tried again later."""
    done = 0
    due = Delivery.objects.filter(Q(not_before=None) | Q(not_before__lte=Now()), done_at=None)
    for delivery in due.order_by("triggered_at", "pk"):
        try:
            with transaction.atomic():
                outcome = TOPICS[delivery.topic].work(delivery)
                if outcome is None:
                    _again(delivery)
                    continue
                Delivery.objects.filter(pk=delivery.pk).update(outcome=outcome, done_at=Now(), payload={})
            done += 1
        except Exception:
            logger.exception("webhook %s (%s) could not be worked off", delivery.number, delivery.topic)
            _again(delivery)
    Delivery.objects.filter(done_at__lt=timezone.now() - KEEP).delete()
    _forget_strangers()
    return done


def settle_uninstall(domain: str) -> None:
    """Works off an uninstall that is stored and waits for its turn, before anything is done for the shop anew: it would
    take that with it."""
    for delivery in Delivery.objects.filter(topic=UNINSTALLED, domain=domain, done_at=None):
        with transaction.atomic():
            outcome = _uninstalled(delivery)
            Delivery.objects.filter(pk=delivery.pk, done_at=None).update(outcome=outcome, done_at=Now(), payload={})


def _again(delivery: Delivery) -> None:
    pause = min(LONGEST_PAUSE, timedelta(seconds=10 * 2 ** min(delivery.attempts, 10)))
    Delivery.objects.filter(pk=delivery.pk).update(attempts=F("attempts") + 1, not_before=Now() + pause)


def _forget_strangers() -> None:
    """A delivery that is done names its shop only while that has the app."""
    installed = Shop.objects.filter(uninstalled_at=None).values("domain")
    Delivery.objects.exclude(done_at=None).exclude(domain="").exclude(domain__in=installed).update(domain="")


def _uninstalled(delivery: Delivery) -> str:
    if departure.leave(delivery.domain, delivery.triggered_at):
        return "The shop's tokens are wiped; what else is kept of it is being removed."
    return "Nothing to do: the app is not installed there, or was installed anew since."


def _scopes(delivery: Delivery) -> str:
    current = delivery.payload.get("current")
    if not isinstance(current, list) or not all(isinstance(scope, str) for scope in current):
        return "Nothing to do: the payload names no scopes."
    newer = Q(scopes_at=None) | Q(scopes_at__lt=delivery.triggered_at)
    changed = Shop.objects.filter(newer, domain=delivery.domain, uninstalled_at=None).update(
        scopes=sorted(current), scopes_at=delivery.triggered_at
    )
    return "The scopes are saved." if changed else "Nothing to do: newer scopes are known."


def _bulk(delivery: Delivery) -> str:
    shop = Shop.objects.filter(domain=delivery.domain, uninstalled_at=None).first()
    if shop is None:
        return "Nothing to do: the app is not installed there."
    operation = str(delivery.payload.get("admin_graphql_api_id", ""))
    transaction.on_commit(lambda: signals.bulk_finished.send_robust(Shop, shop=shop, operation=operation), robust=True)
    return "Whoever waits for the operation looks again."


def _asked(delivery: Delivery) -> str:
    """The answer goes to the store's owner, outside of the API; docs/security.md says how."""
    held = sum(int(count or 0) for _, count in signals.people_asked.send(Delivery, domain=delivery.domain))
    if not held:
        return "The app keeps nothing about customers of this store."
    runs = "1 run holds" if held == 1 else f"{held} runs hold"
    return f"{runs} customers, for a day at most. The store's owner can download and remove those of the store."


def _forgotten(delivery: Delivery) -> str | None:
    """Everything that holds people goes, so that nobody has to be searched for. None while some of it is under way."""
    answers = [bool(done) for _, done in signals.people_redacted.send(Delivery, domain=delivery.domain)]
    return "The app keeps nothing about customers of this store." if all(answers) else None


def _redact(delivery: Delivery) -> str:
    """Comes two days after an uninstall. An uninstall that was never told is made up for."""
    if departure.leave(delivery.domain, delivery.triggered_at - REDACT_AFTER):
        return "The uninstall had not been told; everything kept of the shop is being removed."
    if Shop.objects.filter(domain=delivery.domain, uninstalled_at=None).exists():
        return "The app was installed anew since; of the time before, nothing is kept."
    return "Nothing is kept of this shop."


class _Topic:
    def __init__(self, work: Callable[[Delivery], str | None], *keeps: str) -> None:
        self.work, self.keeps = work, keeps


TOPICS: dict[str, _Topic] = {
    UNINSTALLED: _Topic(_uninstalled),
    "app/scopes_update": _Topic(_scopes, "current"),
    "bulk_operations/finish": _Topic(_bulk, "admin_graphql_api_id"),
    "customers/data_request": _Topic(_asked),
    "customers/redact": _Topic(_forgotten),
    "shop/redact": _Topic(_redact),
}
