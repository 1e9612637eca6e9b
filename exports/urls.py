from django.urls import path

from . import views

app_name = "exports"
urlpatterns = [
    path("exports/counts.json", views.counts, name="counts"),
    path("exports/new", views.new, name="new"),
    path("exports/<uuid:run_id>/download-link", views.download_link, name="download_link"),
    path("exports/<uuid:run_id>/spreadsheet", views.spreadsheet, name="spreadsheet"),
    path("downloads/<str:signed>", views.download, name="download"),
]
