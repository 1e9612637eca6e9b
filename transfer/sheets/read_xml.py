"""Reading the XML of a workbook as a stream: expat, every byte and character counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from xml.parsers import expat

from ..archive.manifest import ArchiveError

MAX_TEXT = 1_000_000  # characters in one cell; spreadsheets write at most 32,767
MAX_TOKEN = 8_000_000  # bytes of one tag with its attributes


class Parser:
    """Feeds a file of the workbook to expat. No document type, so no entities that could grow."""

    def __init__(self, name: str, start: Callable[[str, dict[str, str]], None], end: Callable[[str], None]) -> None:
        self._name, self._start, self._end = name, start, end
        self._parser = expat.ParserCreate(namespace_separator="}")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = lambda tag, attributes: start(_local(tag), attributes)
        self._parser.EndElementHandler = lambda tag: end(_local(tag))
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype
        self.collect = False
        self.texts: list[str] = []
        self._size = 0

    def feed(self, chunks: Iterator[bytes]) -> Iterator[None]:
        """Yields after every chunk, so that the caller can hand on what came of it."""
        fed = 0
        try:
            for chunk in chunks:
                self._parser.Parse(chunk, False)
                fed += len(chunk)
                if fed - self._parser.CurrentByteIndex > MAX_TOKEN:
                    raise ArchiveError(f"{self._name} holds a tag that is longer than {MAX_TOKEN} bytes.")
                yield
            self._parser.Parse(b"", True)
            yield
        except expat.ExpatError:
            raise ArchiveError(f"{self._name} is damaged; save the file again in a spreadsheet program.") from None

    def read(self, chunks: Iterator[bytes]) -> None:
        """The whole file at once."""
        for _ in self.feed(chunks):
            pass

    def begin(self) -> None:
        self.collect, self._size = True, 0
        self.texts.clear()

    def take(self) -> str:
        self.collect = False
        return "".join(self.texts)

    def _text(self, text: str) -> None:
        if self.collect:
            self._size += len(text)
            if self._size > MAX_TEXT:
                raise ArchiveError(f"{self._name}: a cell holds more than {MAX_TEXT} characters.")
            self.texts.append(text)

    def _doctype(self, *_: object) -> None:
        raise ArchiveError(f"{self._name} declares a document type, which no spreadsheet does.")


def _local(tag: str) -> str:
    return tag.rsplit("}", 1)[-1]
