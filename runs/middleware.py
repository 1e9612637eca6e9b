"""Answers that Django gives without a word."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from .views import wrong_method


class SentencesMiddleware:
    """Whoever asks an address by a method that it does not have is told which it has."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if response.status_code != 405 or response.streaming or response.content:
            return response
        return wrong_method(request, response.headers.get("Allow", "GET"))
