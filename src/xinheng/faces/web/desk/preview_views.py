"""What would become of a file, as the preview shows it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Final

from xinheng.core.errors import XinhengError
from xinheng.evidence.intake.model import DROPPED, IGNORED, UNMAPPED, Outcome, Receipt, RowResult
from xinheng.evidence.intake.preview import Sample
from xinheng.faces.web.desk.receipt_views import PROFILES, check_line, figures, reason_rows
from xinheng.faces.web.desk.uploads import Upload
from xinheng.faces.web.desk.views import ColumnLine, PreviewView, SampleRow
from xinheng.faces.web.views import FormError, Pair, Tag, bytes_text
from xinheng.law.model import Item

RETURNED_SHOWN: Final = 50
LONG: Final = 40  # characters of a value that takes a line of its own
ROWS_LOOKED_AT: Final = 50_000  # for rows to show; the counts are over all rows in any case


def preview_view(
    upload: Upload,
    item: Item,
    receipt: Receipt,
    rows: Iterable[RowResult],
    cells: Mapping[str, Sequence[str]] | None = None,
    samples: Sequence[Sample] = (),
    for_whom: str = "",
) -> PreviewView:
    """The preview of a readable file. `cells`: header -> what its first rows hold, as received."""
    back = (r for r in islice(rows, ROWS_LOOKED_AT) if r.outcome is Outcome.RETURNED)
    cells = cells or {}
    columns = tuple(
        _column(item, header, target, " ／ ".join(cells.get(header, ())), upload.mapping.get(header, ""))
        for header, target in receipt.columns.items()
    )
    return PreviewView(
        token=upload.token,
        file=(
            *_file(upload, item),
            *((Pair("代录", f"替{for_whom}报送"),) if for_whom else ()),
            Pair("SHA-256", receipt.file_sha256, mono=True, wide=True),
        ),
        figures=figures(receipt.counts, future=True),
        notes=receipt.notes,
        returned=reason_rows(item, islice(back, RETURNED_SHOWN)),
        columns=columns,
        columns_text=_columns_text(receipt.columns),
        fields=tuple((f.code, f.name) for f in item.fields),
        constants=_constants(upload),
        samples=tuple(sample_row(item, sample) for sample in samples),
        sendable=True,
    )


def sample_row(item: Item, sample: Sample) -> SampleRow:
    """A row as it would be taken: its filled fields in the order of the item, and what is marked on it."""
    document, party = item.role("document"), item.role("party_name")
    named = [sample.fields[code] for code in (document, party) if code and code in sample.fields]
    tags = []
    if not sample.shown:
        tags.append(Tag("不公示"))
    if not sample.reported:
        tags.append(Tag("不上报"))
    return SampleRow(
        line=sample.line,
        title="　".join(named),
        tags=tuple(tags),
        pairs=tuple(
            Pair(f.name, sample.fields[f.code], code=f.code, wide=len(sample.fields[f.code]) > LONG)
            for f in item.fields
            if f.code in sample.fields
        ),
        checks=tuple(check_line(item, check) for check in sample.checks),
    )


def refused_view(upload: Upload, item: Item, refusal: XinhengError) -> PreviewView:
    """The preview of a file that cannot be taken as it is: why, and what to change."""
    told = f"{refusal.title}：{refusal.found}。应为：{refusal.expected}。请：{refusal.todo}。"
    return PreviewView(
        token=upload.token,
        file=_file(upload, item),
        constants=_constants(upload),
        errors=(FormError(f"{told}（{refusal.code}）"),),
    )


def _file(upload: Upload, item: Item) -> tuple[Pair, ...]:
    return (
        Pair("文件", upload.file_name),
        Pair("大小", bytes_text(upload.size)),
        Pair("目录事项", f"{item.name}（{item.edition}）"),
        Pair("归集口径", PROFILES.get(upload.profile, upload.profile)),
    )


def _constants(upload: Upload) -> str:
    return "\n".join(f"{name}={value}" for name, value in upload.constants.items())


def _column(item: Item, header: str, target: str, sample: str, override: str) -> ColumnLine:
    if target == DROPPED:
        return ColumnLine(header, Tag("丢弃", "bad"), None, "", fixed=True)
    if target == IGNORED:
        return ColumnLine(header, Tag("不使用"), None, sample, override)
    if target == UNMAPPED:
        return ColumnLine(header, Tag("没有认出", "warn"), None, sample, override)
    name = item.field(target).name if item.has(target) else target
    return ColumnLine(header, Tag(name, "good"), target, sample, override)


def _columns_text(columns: Mapping[str, str]) -> str:
    words = {IGNORED: "不使用", DROPPED: "丢弃", UNMAPPED: "没有认出"}
    counted = Counter(words.get(target, "认出") for target in columns.values())
    return "，".join(f"{word} {counted[word]} 列" for word in ("认出", *words.values()) if counted[word])
