from django.urls import path

from . import views, webhooks

app_name = "shops"
urlpatterns = [
    path("auth/bounce", views.bounce, name="bounce"),
    path("webhooks", webhooks.receive, name="webhooks"),
]
