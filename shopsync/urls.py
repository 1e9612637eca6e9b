"""All addresses: the embedded app, and Django's admin for operators."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("operators/", admin.site.urls),
    path("", include("shops.urls")),
    path("", include("runs.urls")),
    path("", include("exports.urls")),
    path("", include("imports.urls")),
]

handler404 = "runs.views.not_found"
handler500 = "runs.views.server_error"
