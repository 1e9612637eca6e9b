"""The bounce page: it holds nothing but App Bridge, which comes back with a fresh ID token."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def bounce(request: HttpRequest) -> HttpResponse:
    return render(request, "bounce.html")
