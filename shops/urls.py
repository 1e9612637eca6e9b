from django.urls import path

from . import link_views, views, webhooks

app_name = "shops"
urlpatterns = [
    path("auth/bounce", views.bounce, name="bounce"),
    path("scopes", views.scopes, name="scopes"),
    path("links", link_views.index, name="links"),
    path("links/code", link_views.code, name="link_code"),
    path("links/enter", link_views.enter, name="link_enter"),
    path("links/<uuid:link_id>/confirm", link_views.confirm, name="link_confirm"),
    path("links/<uuid:link_id>/keep", link_views.keep, name="link_keep"),
    path("links/<uuid:link_id>/end", link_views.end, name="link_end"),
    path("webhooks", webhooks.receive, name="webhooks"),
]
