"""Linking two stores: A shows a code, somebody enters it in B, A sees B's name and confirms.

Nobody ever types the domain of a store: a code proves that whoever enters it was told by somebody in A, and A's
confirmation that A knows which store that was. The code lives ten minutes, is good once, and its secret half is stored
as a digest. Guessing is limited twice: per shop that enters, and per code that is tried.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from transfer.registry import RESOURCES, order

from . import signals
from .models import LIVE, CodeEntry, Link, LinkCode, LinkStatus, Shop
from .services import Refused

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # nothing that reads like something else
SELECTOR, SECRET, GROUP = 4, 8, 4
CODE_LIFE = timedelta(minutes=10)
ASKED_LIFE = timedelta(hours=24)  # in which the source must confirm
TOLD_FOR = timedelta(hours=24)  # that the other side ended a link
ENTRIES, WINDOW = 10, timedelta(minutes=10)  # codes that one shop may enter in a while
TRIES = 5  # wrong guesses that one code survives

USED = "The code was used. The store that entered it asks below, and reads nothing before you confirm it."
NEWER = "Another code was made in this store since, which makes this one void."
OVER = "The code is too old, or was tried too often; make a new one."
WRONG = "This code is not right, or too old. Make a new one in the other store, and enter it within ten minutes."


TWICE = "Somebody has just asked for this link, or ended it. Look at the page anew."


class TooMany(Refused):
    """Too much was tried; it may be tried again later."""


class Who(NamedTuple):
    """A staff member in a store."""

    shop: Shop
    user: str


def make_code(who: Who, resources: Sequence[str]) -> str:
    """A new code for another store to copy these resources from this one; the one before is void. Raises Refused."""
    chosen = [name for name in order() if name in resources]
    if not chosen or set(resources) - set(RESOURCES):
        raise Refused("Choose at least one kind of data that the other store may copy.")
    LinkCode.objects.filter(expires_at__lte=Now()).delete()
    LinkCode.objects.filter(shop=who.shop).delete()
    secret = _letters(SECRET)
    while True:
        selector = _letters(SELECTOR)
        row = LinkCode(
            shop=who.shop,
            selector=selector,
            digest=_digest(selector, secret),
            resources=chosen,
            made_by=who.user,
            expires_at=timezone.now() + CODE_LIFE,
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            continue  # somebody's code begins the same
        code = selector + secret
        return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def _letters(number: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(number))


def _digest(selector: str, secret: str) -> str:
    return salted_hmac("shops.links", f"{selector}-{secret}", algorithm="sha256").hexdigest()


def enter_code(who: Who, text: str) -> Link:
    """Asks the store that made the code for a link into this one. Raises Refused."""
    _count(who.shop)
    code = "".join(letter for letter in text.upper() if letter.isascii() and letter.isalnum())[:64]
    row = _found(code, who.shop)
    known = Link.objects.filter(source=row.shop, target=who.shop, status__in=LIVE).first()
    why = _needless(known, row) if known is not None else ""
    if why:
        LinkCode.objects.filter(pk=row.pk).update(attempts=F("attempts") - 1)  # the code was right
        raise Refused(why)
    with transaction.atomic():
        used, _ = LinkCode.objects.filter(pk=row.pk).delete()
        if not used:
            raise Refused(WRONG)
        return _asked(row, who) if known is None else _asked_more(known, row, who)


def _needless(known: Link, code: LinkCode) -> str:
    """Why a code asks for nothing that is to be asked for; empty where it asks for more than a link carries."""
    if known.status == LinkStatus.ASKED or known.more:
        return (
            f"This store has asked {known.source.domain} already. Somebody has to confirm or refuse that there first, "
            "under Linked stores; then enter this code."
        )
    if set(code.resources) <= set(known.resources):
        return (
            f"This store may copy all that from {known.source.domain} already. To copy more, tick more there before "
            "you make the code; to copy less, end the link first."
        )
    return ""


def _asked(code: LinkCode, who: Who) -> Link:
    link = Link(source=code.shop, target=who.shop, resources=code.resources)
    link.offered_by, link.asked_by, link.code = code.made_by, who.user, code.pk
    try:
        with transaction.atomic():
            link.save(force_insert=True)
    except IntegrityError:
        raise Refused(TWICE) from None
    return link


def _asked_more(known: Link, code: LinkCode, who: Who) -> Link:
    """The link carries what it did until its source confirms the rest."""
    more = [name for name in code.resources if name not in known.resources]
    free = Link.objects.filter(pk=known.pk, status=LinkStatus.ACTIVE, more=[])
    asked = {"more_offered_by": code.made_by, "more_asked_by": who.user, "more_asked_at": Now(), "code": code.pk}
    if not free.update(more=more, **asked):
        raise Refused(TWICE)
    known.refresh_from_db()
    return known


def _count(shop: Shop) -> None:
    """Counted before the code is looked at, so that asking many at once wins nothing."""
    CodeEntry.objects.filter(at__lt=timezone.now() - WINDOW).delete()
    CodeEntry.objects.create(shop=shop)
    if CodeEntry.objects.filter(shop=shop).count() > ENTRIES:
        raise TooMany("Too many codes were entered in this store. Try again in ten minutes.")


def _found(code: str, shop: Shop) -> LinkCode:
    """The living code that this is. Its tries are counted before it is compared."""
    selector, secret = code[:SELECTOR], code[SELECTOR:]
    living = LinkCode.objects.filter(shop__uninstalled_at=None, expires_at__gt=Now())
    row = living.select_related("shop").filter(selector=selector).first()
    if row is None:
        raise Refused(WRONG)
    if row.shop_id == shop.pk:
        raise Refused("This code was made in this very store. Open the app in the other store, and enter it there.")
    counted = LinkCode.objects.filter(pk=row.pk, attempts__lt=TRIES).update(attempts=F("attempts") + 1)
    if not counted or not constant_time_compare(_digest(selector, secret), row.digest):
        raise Refused(WRONG)
    return row


class CodeState(NamedTuple):
    """What became of the codes that a store was shown. `living`: names the one that may be entered, if any; `used`:
    names those that were; `over`, `taken`: sentences on why any other one, and one of these, may not be."""

    living: str
    used: str
    over: str
    taken: str


def state_of_code(shop: Shop) -> CodeState:
    row = LinkCode.objects.filter(shop=shop, expires_at__gt=Now(), attempts__lt=TRIES).first()
    lately = timezone.now() - CODE_LIFE
    entered = Link.objects.filter(Q(asked_at__gt=lately) | Q(more_asked_at__gt=lately), source=shop)
    used = " ".join(str(pk) for pk in entered.order_by("pk").values_list("code", flat=True) if pk)
    return CodeState("", used, OVER, USED) if row is None else CodeState(str(row.pk), used, NEWER, USED)


def confirm(link: Link, who: Who) -> bool:
    """The source agrees. False: it is not the source, was too late, or the link was ended meanwhile."""
    asked = Link.objects.filter(source=who.shop, status=LinkStatus.ASKED, asked_at__gt=timezone.now() - ASKED_LIFE)
    changed = asked.filter(pk=link.pk).update(status=LinkStatus.ACTIVE, confirmed_by=who.user, confirmed_at=Now())
    return bool(changed)


def widen(link: Link, who: Who, kinds: Sequence[str]) -> bool:
    """The source agrees that the link carries these kinds as well. False: it is not the source, was too late, or
    something else is asked for by now."""
    asked = Link.objects.filter(
        pk=link.pk, source=who.shop, status=LinkStatus.ACTIVE, more_asked_at__gt=timezone.now() - ASKED_LIFE
    )
    with transaction.atomic():
        own = asked.select_for_update().first()
        if own is None or not own.more or sorted(own.more) != sorted(kinds):
            return False
        own.resources = [name for name in order() if name in {*own.resources, *own.more}]
        own.offered_by, own.asked_by, own.confirmed_by = own.more_offered_by, own.more_asked_by, who.user
        own.confirmed_at, own.more = timezone.now(), []
        own.save(update_fields=["resources", "offered_by", "asked_by", "confirmed_by", "confirmed_at", "more"])
    return True


def keep(link: Link, who: Who) -> bool:
    """Either side leaves a link as it is, whatever more was asked for; a target that takes it back knows that."""
    asked = Link.objects.filter(pk=link.pk, status=LinkStatus.ACTIVE).exclude(more=[])
    forgotten = {"more_asked_at": None} if who.shop.pk == link.target_id else {}
    return bool(asked.update(more=[], **forgotten))


def holds(link_id: UUID | None) -> bool:
    """Whether a link allows copying; and it does until the transaction that asks is over: whoever ends it waits."""
    if link_id is None:
        return False
    return Link.objects.select_for_update().filter(pk=link_id, status=LinkStatus.ACTIVE).first() is not None


def end(link: Link, who: Who | None) -> bool:
    """Either side ends a link, or the source refuses one. What of it is not confirmed yet is stopped and removed.

    `who`: None for an operator.
    """
    shop, user = (who.shop, who.user) if who is not None else (None, "")
    columns = {"ended_by": user, "ended_by_shop": shop, "ended_at": Now()}
    mine = Link.objects.filter(pk=link.pk)
    with transaction.atomic():
        refused = mine.filter(source=shop, status=LinkStatus.ASKED).update(status=LinkStatus.REFUSED, **columns)
        changed = refused or mine.filter(status__in=LIVE).update(status=LinkStatus.ENDED, **columns)
        if changed:
            link.refresh_from_db()
            signals.link_ended.send(Link, link=link)
    return bool(changed)


def ended_lately(shop: Shop) -> list[Link]:
    """Links of the store that the other side refused or ended within a day, or that nobody confirmed; the last one with
    each store, where there is no new one."""
    ended = Link.objects.filter(Q(source=shop) | Q(target=shop), ended_at__gt=timezone.now() - TOLD_FOR)
    ended = ended.filter(source__uninstalled_at=None, target__uninstalled_at=None)
    found: dict[tuple[int, int], Link] = {}
    for link in ended.select_related("source", "target").order_by("ended_at"):
        found[link.source_id, link.target_id] = link
    live = set(Link.objects.filter(status__in=LIVE).values_list("source_id", "target_id"))
    return [link for pair, link in found.items() if pair not in live and _is_news(link, shop)]


def _is_news(link: Link, shop: Shop) -> bool:
    """Whether a store does not know by itself that a link was ended, or that it was never one."""
    asked_in_vain = link.source_id == shop.pk and link.confirmed_at is None
    return link.ended_by_shop_id != shop.pk and not asked_in_vain


def forget_unanswered() -> int:
    """Ends what no source confirmed in time."""
    before = timezone.now() - ASKED_LIFE
    old = Link.objects.filter(status=LinkStatus.ASKED, asked_at__lte=before)
    more = Link.objects.filter(more_asked_at__lte=before).exclude(more=[])
    return int(old.update(status=LinkStatus.REFUSED, ended_at=Now())) + int(more.update(more=[]))
