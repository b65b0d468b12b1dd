"""A document as canonical JSON: sorted keys, no blanks, UTF-8. What is digested, kept and compared."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, Final

from xinheng.core import canonical
from xinheng.outward.documents.model import Block, Column, Document, Heading, Paragraph, Seal, Table

FORMAT: Final = "xinheng-document/1"


def write(document: Document) -> bytes:
    """The bytes of a document; `read` gives the same document back."""
    return canonical.dumps(content(document)).encode()


def content(document: Document) -> dict[str, Any]:
    """A document as plain values, as `write` writes them and templates read them."""
    return {
        "format": FORMAT,
        "kind": document.kind,
        "title": document.title,
        "number": document.number,
        "addressee": document.addressee,
        "dated": document.dated.isoformat(),
        "issuer": document.issuer,
        "blocks": [block(each) for each in document.blocks],
        "note": document.note,
    }


def block(said: Block) -> dict[str, Any]:
    """A block as plain values."""
    match said:
        case Heading():
            return {"is": "heading", "text": said.text, "level": said.level}
        case Paragraph():
            return {"is": "paragraph", "text": said.text}
        case Seal():
            return {"is": "seal", "text": said.text}
        case Table():
            columns = [{"name": column.name, "numeric": column.numeric} for column in said.columns]
            rows = [list(row) for row in said.rows]
            return {
                "is": "table",
                "title": said.title,
                "columns": columns,
                "rows": rows,
                "note": said.note,
            }


def read(data: bytes) -> Document:
    """The document that was written. Raises ValueError for anything else, DocumentRefused for what no
    document may hold."""
    found = json.loads(data)
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ValueError(f"not a document: {str(found)[:60]}")
    return Document(
        kind=found["kind"],
        title=found["title"],
        number=found["number"],
        addressee=found["addressee"],
        dated=date.fromisoformat(found["dated"]),
        issuer=found["issuer"],
        blocks=tuple(_read(block) for block in found["blocks"]),
        note=found["note"],
    )


def _read(block: dict[str, Any]) -> Block:
    match block["is"]:
        case "heading":
            return Heading(block["text"], block["level"])
        case "paragraph":
            return Paragraph(block["text"])
        case "seal":
            return Seal(block["text"])
        case "table":
            return table(block)
        case other:
            raise ValueError(f"no block of a document: {other}")


def table(said: dict[str, Any]) -> Table:
    """A table of what `content` says of it."""
    columns = tuple(Column(column["name"], column["numeric"]) for column in said["columns"])
    return Table(said["title"], columns, tuple(tuple(row) for row in said["rows"]), said["note"])
