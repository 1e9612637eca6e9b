from django.urls import path

from . import views

app_name = "runs"
urlpatterns = [
    path("", views.index, name="list"),
    path("runs/<uuid:run_id>/", views.show, name="show"),
    path("runs/<uuid:run_id>/status.json", views.status, name="status"),
    path("runs/<uuid:run_id>/cancel", views.cancel, name="cancel"),
    path("runs/<uuid:run_id>/remove", views.remove, name="remove"),
]
