"""What uploads may hold: so many places of a process, fewer of them for one shop; none for a sender who fell silent."""

from __future__ import annotations

import io
import socket
from contextlib import ExitStack
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.test import Client

from imports.models import Import
from imports.room import FULL, SMALL, Room, room
from runs.middleware import SILENT_SECONDS, SilenceMiddleware
from tests.runs.test_lane import installed
from tests.support import Sandbox
from tests.web.test_pages import bearer

LARGE = SMALL + 1


def test_a_shop_holds_half_of_the_room_and_all_hold_no_more_than_there_is() -> None:
    own = Room(3, each=2)
    with ExitStack() as held:
        assert [held.enter_context(own.taken(1, LARGE)) for _ in range(3)] == [True, True, False]
        assert not own.holds(1, LARGE) and own.holds(2, LARGE)
        assert [held.enter_context(own.taken(2, LARGE)) for _ in range(2)] == [True, False]
        assert not own.holds(3, LARGE)
        assert held.enter_context(own.taken(3, SMALL)) and own.holds(3, SMALL), "a small one is through in no time"
    assert own.holds(1, LARGE) and not own._held
    with pytest.raises(OSError), own.taken(1, LARGE):
        raise OSError
    assert not own._held


@pytest.mark.django_db(transaction=True)
def test_without_room_nothing_is_read_and_the_address_is_as_good_as_before(
    app: Any, sandbox: Sandbox, client: Client
) -> None:
    shop = installed(sandbox, sandbox.shop())
    headers = bearer(shop.domain)
    address = client.post("/imports/uploads", {"size": LARGE}, headers=headers).json()["address"]
    file = SimpleUploadedFile("a.zip", b"x" * LARGE)
    with room.taken(shop.pk, LARGE), room.taken(shop.pk, LARGE):
        for answer in (
            client.post("/imports/uploads", {"size": LARGE}, headers=headers),
            client.post(address, {"archive": file}),
        ):
            assert (answer.status_code, answer["Retry-After"]) == (503, "10")
            assert answer.json() == {"error": FULL, "retry_after": 10}
        assert client.get(address).json() == {"unused": True}
        assert client.post("/imports/uploads", {"size": SMALL}, headers=headers).status_code == 200
        assert client.post("/imports/uploads", {"size": "many"}, headers=headers).status_code == 200
        assert client.post("/imports/uploads", {"size": "9" * 5000}, headers=headers).status_code == 503
    file.seek(0)
    assert client.post(address, {"archive": file}).status_code == 422, "it was read, and is no archive"
    assert client.get(address).status_code == client.post(address).status_code == 410


@pytest.mark.django_db(transaction=True)
def test_a_sender_who_falls_silent_is_given_up_and_its_place_is_free(
    app: Any, sandbox: Sandbox, client: Client
) -> None:
    shop = installed(sandbox, sandbox.shop())
    address = client.post("/imports/uploads", headers=bearer(shop.domain)).json()["address"]
    near, far = socket.socketpair()
    with near, far:
        environment: dict[str, Any] = {
            "wsgi.input": _Silent(),
            "gunicorn.socket": near,
            "CONTENT_LENGTH": str(LARGE),
            "CONTENT_TYPE": "multipart/form-data; boundary=x",
        }
        answer = client.generic("POST", address, **environment)
        assert near.gettimeout() is None
    assert (answer.status_code, answer.json()) == (400, {"error": "Not all of it arrived. Send it again."})
    assert room.holds(shop.pk, LARGE) and not room._held
    assert not Import.objects.exists()


class _Silent(io.BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        raise TimeoutError("timed out")


def test_a_line_is_waited_for_while_it_is_read_and_not_while_it_is_answered() -> None:
    near, far = socket.socketpair()
    seen: list[Any] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(near.gettimeout())
        raise UnreadablePostError

    request = HttpRequest()
    request.META["gunicorn.socket"] = near
    with near, far, pytest.raises(UnreadablePostError):
        SilenceMiddleware(view)(request)
        seen.append(near.gettimeout())
    assert seen == [SILENT_SECONDS]


@pytest.mark.django_db(transaction=True)
def test_a_file_of_which_the_end_did_not_arrive_is_no_shorter_file(app: Any, sandbox: Sandbox, client: Client) -> None:
    shop = installed(sandbox, sandbox.shop())
    address = client.post("/imports/uploads", headers=bearer(shop.domain)).json()["address"]
    rows = "".join(f"/from/{n},/to/{n}\r\n" for n in range(2000))
    head = '--x\r\nContent-Disposition: form-data; name="archive"; filename="url_redirects.csv"\r\n\r\n'
    whole = f"{head}path,target\r\n{rows}\r\n--x--\r\n".encode()
    environment: dict[str, Any] = {
        "wsgi.input": io.BytesIO(whole[: len(whole) // 2]),  # then its sender hung up
        "CONTENT_LENGTH": str(len(whole)),
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
    }
    answer = client.generic("POST", address, **environment)
    assert answer.status_code == 422
    assert not Import.objects.exists()
