from django.urls import path, re_path

from . import compare_views, copy_views, views

app_name = "imports"
_ID = r"(?P<run_id>[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})"
_RUN, _COMPARISON = rf"^imports/{_ID}", rf"^comparisons/{_ID}"
urlpatterns = [
    path("copies/", copy_views.index, name="copies"),
    path("links/<uuid:link_id>/copy", copy_views.start, name="copy_start"),
    path("copies/<uuid:copy_id>/", copy_views.show, name="copy"),
    path("copies/<uuid:copy_id>/status.json", copy_views.status, name="copy_status"),
    path("copies/<uuid:copy_id>/cancel", copy_views.cancel, name="copy_cancel"),
    path("imports/new", views.new, name="new"),
    path("comparisons/new", compare_views.new, name="compare"),
    path("comparisons/<uuid:run_id>/records", compare_views.records, name="differences"),
    path("comparisons/<uuid:run_id>/records/<str:place>", compare_views.record, name="difference"),
    re_path(rf"{_COMPARISON}/records\.(?P<form>csv|jsonl)$", compare_views.file, name="differences_file"),
    path("imports/uploads", views.upload_address, name="upload_address"),
    path("uploads/<uuid:address>", views.upload, name="upload"),
    path("imports/<uuid:run_id>/plan", views.plan, name="plan"),
    path("imports/<uuid:run_id>/records/<str:place>", views.record, name="record"),
    path("imports/<uuid:run_id>/again", views.plan_again, name="plan_again"),
    path("imports/<uuid:run_id>/rest", views.import_rest, name="rest"),
    path("imports/<uuid:run_id>/choices", views.keep_choices, name="choices"),
    path("imports/<uuid:run_id>/figures", views.figures, name="figures"),
    path("imports/<uuid:run_id>/leave-out", views.leave_out, name="leave_out"),
    path("imports/<uuid:run_id>/confirm", views.confirm, name="confirm"),
    path("imports/<uuid:run_id>/report", views.report, name="report"),
    re_path(rf"{_RUN}/errors\.(?:xlsx|zip)$", views.errors_file, name="errors_file"),
    re_path(rf"{_RUN}/report\.(?P<form>csv|jsonl)$", views.report_file, name="report_file"),
]
