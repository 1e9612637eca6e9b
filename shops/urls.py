from django.urls import path

from . import views

app_name = "shops"
urlpatterns = [path("auth/bounce", views.bounce, name="bounce")]
