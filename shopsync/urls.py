"""All addresses: the embedded app, and Django's admin for operators."""

from django.contrib import admin
from django.urls import include, path

from runs import operators

from . import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("operators/lanes/", admin.site.admin_view(operators.page), name="operators_lanes"),
    path("operators/lanes/state.json", admin.site.admin_view(operators.state), name="operators_lanes_state"),
    path("operators/lanes/act", admin.site.admin_view(operators.act), name="operators_lanes_act"),
    path("operators/", admin.site.urls),
    path("", include("shops.urls")),
    path("", include("runs.urls")),
    path("", include("exports.urls")),
    path("", include("imports.urls")),
]

handler400 = "runs.views.not_understood"
handler403 = "runs.views.not_permitted"
handler404 = "runs.views.not_found"
handler500 = "runs.views.server_error"
