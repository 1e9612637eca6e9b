"""Who is asking: ID tokens, and what to answer where there is none.

An ID token (https://shopify.dev/docs/apps/build/authentication-authorization/session-tokens) names the shop and the
user, is signed with the app's secret and lives one minute. It comes in the Authorization header of a fetch, or in the
query of a document that the admin opens. The shop of a request is the token's, never a parameter's. One verifier, here.

A missing or stale token is answered so that App Bridge brings a fresh one: a fetch gets 401 with a header, a document
the bounce page. Where the fresh one is no better, the page says why, and does not bounce again. Cookies carry no login,
so nothing here needs protection from forged requests: a site that makes a browser send a request cannot add the header.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode, urlsplit

import jwt
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import resolve, reverse
from django.utils.log import log_response
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from shopify_client import BadRequest, ShopGone, ShopifyError, TokenRefused, is_shop

from . import webhooks
from .addresses import page_in_admin
from .logs import about
from .models import Shop
from .tokens import exchange

logger = logging.getLogger(__name__)

LEEWAY_SECONDS = 10
BOUNCED = "bounced"  # in the address that the bounce page leads back to
NO_GOOD = "The ID token is missing, stale or not valid."
OTHER_APP = (
    "Shopify's admin does not sign for this app, or this app knows another secret. Whoever runs the app has to check "
    "its client id and secret."
)
RETRY_HEADER = "X-Shopify-Retry-Invalid-Session-Request"
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Identity:
    """`user`: the staff member's id in that store. `issued_at`: by Shopify's clock."""

    shop: str
    user: str
    issued_at: datetime
    token: str = field(repr=False)


class EmbeddedRequest(HttpRequest):
    """A request whose shop is known, and who asks there."""

    shop: Shop
    identity: Identity


class InvalidToken(Exception):
    """The ID token is missing, stale, forged, or for another app. `sentence`: what a fresh one would not change."""

    def __init__(self, why: str, sentence: str = NO_GOOD) -> None:
        super().__init__(why)
        self.sentence = sentence


def verify(token: str) -> Identity:
    """The identity that an ID token proves. Raises InvalidToken."""
    claims: dict[str, Any] | None = None
    for secret in settings.SHOPIFY_API_SECRETS:
        try:
            claims = jwt.decode(
                token,
                secret,
                algorithms=["HS256"],
                audience=settings.SHOPIFY_API_KEY,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "nbf", "iss", "dest", "aud"]},
            )
            break
        except jwt.InvalidSignatureError:
            continue
        except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError) as problem:
            raise InvalidToken(type(problem).__name__, _off(token)) from None
        except jwt.InvalidAudienceError as problem:
            raise InvalidToken(type(problem).__name__, OTHER_APP) from None
        except (jwt.PyJWTError, ValueError, TypeError) as problem:
            raise InvalidToken(type(problem).__name__) from None
    if claims is None or not settings.SHOPIFY_API_KEY:
        raise InvalidToken("signature", OTHER_APP)
    shop = _host(claims["dest"])
    if not is_shop(shop) or _host(claims["iss"]) != shop:
        raise InvalidToken("shop")
    return Identity(shop, str(claims.get("sub", ""))[:64], _issued(claims), token)


def _off(token: str) -> str:
    """What to say of a token of the admin's that is too old or too new."""
    issued = _issued(jwt.decode(token, options={"verify_signature": False}))
    off = round((datetime.now(UTC) - issued).total_seconds())
    if off < 0:
        return f"This app's clock is about {-off} seconds slow. Whoever runs the app has to set it."
    return (
        f"The ID token is {off} seconds old by this app's clock. Reload the page; where that does not help, the clock "
        "is fast, and whoever runs the app has to set it."
    )


def _issued(claims: dict[str, Any]) -> datetime:
    """When the admin made the token: `iat`, or what is never later."""
    try:
        return datetime.fromtimestamp(float(claims.get("iat", claims["nbf"])), UTC)
    except (TypeError, ValueError, OverflowError):
        raise InvalidToken("iat") from None


def _host(url: Any) -> str:
    try:
        return urlsplit(str(url)).hostname or ""
    except ValueError:
        return ""


def identify(request: HttpRequest) -> Identity:
    """From the header; for a document that is opened, from the query. Raises InvalidToken."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return verify(token.strip())
    if request.method in ("GET", "HEAD") and request.GET.get("id_token"):
        return verify(request.GET["id_token"])
    raise InvalidToken("missing")


def embedded(
    view: Callable[Concatenate[EmbeddedRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A view that only answers to a verified shop, as `request.shop`."""

    @functools.wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            identity = identify(request)
            shop = _shop(identity, opens="Authorization" not in request.headers)
        except InvalidToken as problem:
            return unidentified(request, problem)
        except TokenRefused as refusal:  # where the ID token went stale between two looks, a fresh one will do
            return unidentified(request, InvalidToken("refused", str(refusal)))
        except (BadRequest, ShopGone) as refusal:
            return _problem(request, str(refusal), 403)
        except ShopifyError as problem:
            answer = _problem(request, f"{problem} Try again in a minute.", 503)
            log_response(
                "%s: %s", request.path, problem, response=answer, request=request, logger=logger, level="warning"
            )
            return answer
        request.shop, request.identity = shop, identity  # type: ignore[attr-defined]
        with about(shop=shop.domain):
            return view(request, *args, **kwargs)  # type: ignore[arg-type]

    return csrf_exempt(checked)


def posted(page: str, *kept: str) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """A view of POST alone. Whoever opens its address, as a reload may, is led to the page that sends to it.

    Where there is no such page for this shop, or no longer, it is told so at once.
    """

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @functools.wraps(view)
        def checked(request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in ("GET", "HEAD"):
                return require_POST(view)(request, *args, **kwargs)
            address = reverse(page, kwargs={name: kwargs[name] for name in kept})
            shown = resolve(address)
            answer: HttpResponseBase = shown.func(request, *shown.args, **shown.kwargs)
            if answer.status_code in (404, 410):
                return answer
            query = request.META.get("QUERY_STRING", "")  # says whose page it is, and the token where there is one
            return HttpResponseRedirect(f"{address}?{query}" if query else address)

        return checked

    return decorate


def _shop(identity: Identity, *, opens: bool) -> Shop:
    """The shop's row; made, or given a new token, where the shop is new or its tokens are dead.

    `opens`: the admin opens the app, which it does only where that is installed.
    """
    webhooks.settle_uninstall(identity.shop)
    shop = Shop.objects.filter(domain=identity.shop, uninstalled_at=None).first()
    if shop is None or not shop.usable:
        shop = exchange(identity.shop, identity.token, identity.issued_at)
    if opens and (shop.opened_at is None or shop.opened_at < identity.issued_at):
        Shop.objects.filter(pk=shop.pk).update(opened_at=identity.issued_at)
    return shop


# -- answers to those who are not known --------------------------------------------------------------------------


def is_fetch(request: HttpRequest) -> bool:
    """Whether a script asks, which can read a 401, and not a browser that opens a document."""
    mode = request.headers.get("Sec-Fetch-Mode", "")
    wants_page = "text/html" in request.headers.get("Accept", "")
    return "Authorization" in request.headers or mode in ("cors", "same-origin") or not wants_page


def stands_in_admin(request: HttpRequest) -> None:
    """Lets the page stand in the frame of the shop that the query names: it holds nothing, and brings a token."""
    request.framed_by = request.GET.get("shop", "")  # type: ignore[attr-defined]


def recognise(request: HttpRequest) -> None:
    """Lets a page that no view answered with stand in the admin of the shop whose ID token came with the request."""
    try:
        request.framed_by = identify(request).shop  # type: ignore[attr-defined]
    except InvalidToken:
        return


def unidentified(request: HttpRequest, problem: InvalidToken) -> HttpResponse:
    """Brings the browser to come again with a fresh token, or tells a person where to open the app, or why that does
    not help."""
    stands_in_admin(request)
    if is_fetch(request):
        response = _problem(request, problem.sentence, 401)
        response[RETRY_HEADER] = "1"
        return response
    if BOUNCED in request.GET and request.GET.get("id_token"):
        logger.warning("a fresh ID token is of no use (%s): %s", problem, problem.sentence)
        return _problem(request, problem.sentence, 401)
    shop = request.GET.get("shop", "")
    if request.method == "GET" and is_shop(shop):
        if request.GET.get("embedded") == "1":
            return HttpResponseRedirect(_bounce(request))
        return HttpResponseRedirect(page_in_admin(shop, request))
    context = {"message": "Open the app from your store's Shopify admin.", "admin": settings.SHOPIFY_ADMIN_ORIGIN}
    return render(request, "problem.html", context, status=401)


def _bounce(request: HttpRequest) -> str:
    """The bounce page, told where to come back to. The stale token goes no further."""
    query = request.GET.copy()
    for name in ("id_token", "shopify-reload", BOUNCED):
        query.pop(name, None)
    back = query.copy()
    back[BOUNCED] = "1"
    target = f"{request.path}?{back.urlencode()}"
    return f"{reverse('shops:bounce')}?{urlencode([*query.items(), ('shopify-reload', target)])}"


def _problem(request: HttpRequest, message: str, status: int) -> HttpResponse:
    stands_in_admin(request)
    if is_fetch(request) and "text/html" not in request.headers.get("Accept", ""):
        return JsonResponse({"error": message}, status=status)
    return render(request, "problem.html", {"message": message}, status=status)
