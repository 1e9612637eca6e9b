"""Addresses are found where browsers find them, and nothing else is."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transfer.html import links, spelt


def _found(text: str) -> list[str]:
    return [text[span.start : span.end] for span in links(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<a href="/a">', ["/a"]),
        ("<a href='/a'>x</a>", ["/a"]),
        ("<a href=/a/>", ["/a/"]),
        ("<A\nHREF = /a CLASS=b>", ["/a"]),
        ("<a/href=/a>", ["/a"]),
        ('<a title="href=/no" href="/a">', ["/a"]),
        ("<a title=x>y href='/no'", []),
        ("<img src=a.png srcset=' /a.png 1x, /b.png 2x,/c.png'>", ["a.png", "/a.png", "/b.png", "/c.png"]),
        ("<img srcset='/a,b.png 100w , /c.png'>", ["/a,b.png", "/c.png"]),
        ("<video poster=/p><source data-src='/s'>", ["/p", "/s"]),
        ("<a href='  /a\n'>", ["/a"]),
        ("<!-- <a href=/no> --><a href=/a>", ["/a"]),
        ("<!--><a href=/a>-->", ["/a"]),
        ("<!-- <a href=/no>", []),
        ("<script>'<a href=/no>'</script><a href=/a>", ["/a"]),
        ("<script src=/s></scriptx><a href=/no>", ["/s"]),
        ("<textarea><a href=/no></textarea >", []),
        ("<a href='/never ends>", []),
        ("<a href=\"/a\" href='/b'", []),
        ("< a href=/no> <3 <>", []),
        ("</a href=/odd><a =href=/no href>", ["/odd"]),
        ("<?php <a href=/no> ?><a href=/a>", ["/a"]),
        ("<a href>", []),
        ("<a href=>", [""]),
        ("<a\u00a0href=/no>", []),
    ],
)
def test_addresses_stand_where_browsers_find_them(text: str, found: list[str]) -> None:
    assert _found(text) == found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name == "href"]


_PLAIN = st.text(st.characters(codec="utf-8", exclude_characters="<>&\"' \t\n\f\r\x00"), max_size=20)


@given(st.lists(st.tuples(_PLAIN, st.sampled_from("\"'"), _PLAIN)))
def test_another_reader_finds_the_same(parts: list[tuple[str, str, str]]) -> None:
    text = "".join(f"{before}<a href={quote}{value}{quote}>x</a>" for before, quote, value in parts)
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert [spelt(raw).text for raw in _found(text)] == reader.found


@given(st.text(st.sampled_from("<>/!-='\" ahrefsc&;#")))
def test_whatever_the_markup_spans_are_in_order_and_inside(text: str) -> None:
    at = 0
    for span in links(text):
        assert at <= span.start <= span.end <= len(text)
        at = span.end


@pytest.mark.timeout(10)
@pytest.mark.parametrize("piece", ["<a href='", "<a ", "<script>", "<!--", "<a b=", '<img srcset="a,', "&a", "</"])
def test_hostile_markup_costs_no_more_than_its_length(piece: str) -> None:
    list(links(piece * 100_000))


def test_entities_are_read_and_their_places_kept() -> None:
    said = spelt("a&amp;b&#47;&copy=1&#x2F;")
    assert said.text == "a&b/&copy=1/"
    assert len(said.places) == len(said.text) + 1
    assert said.places[1] == 1
    assert said.places[2] == 6
