"""Answers that Django gives without a word."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError

from .views import wrong_method

SILENT_SECONDS = 60.0  # longer than a line that is there keeps still


class SentencesMiddleware:
    """Whoever asks an address by a method that it does not have is told which it has."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if response.status_code != 405 or response.streaming or response.content:
            return response
        return wrong_method(request, response.headers.get("Allow", "GET"))


class SilenceMiddleware:
    """A request whose sender falls silent lets its thread go: a lid that was closed says no word of parting."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        line = request.META.get("gunicorn.socket")
        if line is None:
            return self._get_response(request)
        line.settimeout(SILENT_SECONDS)
        try:
            return self._get_response(request)
        finally:
            line.settimeout(None)  # the answer goes as slowly as it must

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, UnreadablePostError):
            return None
        return JsonResponse({"error": "Not all of it arrived. Send it again."}, status=400)
