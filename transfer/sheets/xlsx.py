"""Writing XLSX (ECMA-376): every cell an inline string, so that no value is ever a formula, a number or a date.

Sheets are streamed into deflated files, one after another or side by side, and the workbook is made of them by copying,
as archives are. Equal content gives equal bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from . import cells
from .found import Broken

MAX_ROWS = 1_000_000  # of the 1,048,576 that there can be
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TEXT, _BOLD, _WRONG = 0, 1, 2  # places in cellXfs


def sheet_head(columns: int) -> bytes:
    """Text format for whole columns, so that what people type into empty cells stays text as well."""
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    views = f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
    width = f'<cols><col min="1" max="{max(columns, 1)}" width="22" style="{_TEXT}" customWidth="1"/></cols>'
    return f'{_HEAD}<worksheet xmlns="{MAIN}">{views}{width}<sheetData>'.encode()


SHEET_FOOT = b"</sheetData></worksheet>"


def row(number: int, values: Sequence[str], wrong: int = -1) -> bytes:
    """One row; the first is the header. `wrong`: the place of a cell that is shown in red."""
    parts = []
    for place, value in enumerate(values):
        if value:
            style = _WRONG if place == wrong and number > 1 else _BOLD if number == 1 else _TEXT
            parts.append(f'<c r="{column_name(place)}{number}" s="{style}" {_content(value)}</c>')
    return f'<row r="{number}">{"".join(parts)}</row>'.encode()


def _content(value: str) -> str:
    """The rest of a cell's tag, and what is in it: a text, or what cannot be taken for one."""
    if isinstance(value, Broken):
        failed = "" if value.raw.removeprefix("-")[:1].isdigit() else 't="e"'
        return f"{failed}><v>{escape(value.raw)}</v>"
    return f't="inlineStr"><is><t xml:space="preserve">{escape(cells.escaped(value))}</t></is>'


_names: list[str] = []


def column_name(place: int) -> str:
    """``A`` for 0, ``AA`` for 26."""
    while place >= len(_names):
        number, text = len(_names) + 1, ""
        while number:
            number, rest = divmod(number - 1, 26)
            text = chr(65 + rest) + text
        _names.append(text)
    return _names[place]


def path(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"


def frame(names: Sequence[str], hidden: Sequence[str]) -> dict[str, bytes]:
    """Every file of the workbook but its sheets, which lie at `path(1)`, `path(2)`…"""
    states = ['state="hidden" ' if name in hidden else "" for name in names]
    shown = next((place for place, name in enumerate(names) if name not in hidden), 0)
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" {state}r:id="rId{number}"/>'
        for number, (name, state) in enumerate(zip(names, states, strict=True), 1)
    )
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(names) + 1)
    )
    styles = f'<Relationship Id="rId{len(names) + 1}" Type="{RELATIONS}/styles" Target="styles.xml"/>'
    kinds = "".join(
        f'<Override PartName="/{path(n)}" ContentType="{_KIND}.worksheet+xml"/>' for n, _ in enumerate(names, 1)
    )
    book = f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
    book += f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>'
    default = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    default += '<Default Extension="xml" ContentType="application/xml"/>'
    views = f'<bookViews><workbookView activeTab="{shown}" firstSheet="{shown}"/></bookViews>'
    texts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">{default}{book}{kinds}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{views}<sheets>{sheets}</sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{links}{styles}'
        "</Relationships>",
        "xl/styles.xml": _STYLES,
    }
    return {name: (_HEAD + text).encode() for name, text in texts.items()}


_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# numFmtId 49 is "@", text; quotePrefix keeps it text when the cell is edited.
_XF = '<xf numFmtId="49" fontId="{font}" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1"/>'
_STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="3"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font>'
    '<font><sz val="11"/><color rgb="FFB00020"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3">'
    + "".join(_XF.format(font=font) for font in (_TEXT, _BOLD, _WRONG))
    + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
