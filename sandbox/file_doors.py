"""Where files are fetched from (the CDN) and posted to (the staging area)."""

from __future__ import annotations

from aiohttp import web

from .doors import WORLD


async def cdn(request: web.Request) -> web.Response:
    blob = request.app[WORLD].blobs.contents.get(request.match_info["path"])
    if blob is None:
        raise web.HTTPNotFound
    return web.Response(body=blob.content(), headers={"Content-Type": blob.mime, "Cache-Control": "max-age=31557600"})


async def staged(request: web.Request) -> web.Response:
    """A posted form: the parameters that were given, and the file as the last part."""
    form = await request.post()
    file = form.get("file")
    if not isinstance(file, web.FileField) or list(form)[-1] != "file":
        raise web.HTTPBadRequest(text="<Error><Code>InvalidArgument</Code></Error>")
    if not request.app[WORLD].blobs.accept(str(form.get("key", "")), file.file.read()):
        raise web.HTTPForbidden(text="<Error><Code>AccessDenied</Code></Error>")
    return web.Response(status=201 if "success_action_status" in form else 204)


ROUTES = (web.get("/cdn/{path:.+}", cdn), web.post("/staged/{path:.*}", staged))
