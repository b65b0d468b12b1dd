"""What would become of a file, as the preview shows it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Final

from xinheng.core.errors import XinhengError
from xinheng.evidence.intake.model import DROPPED, IGNORED, UNMAPPED, Outcome, Receipt, RowResult
from xinheng.faces.web.desk.receipt_views import PROFILES, figures, reason_rows
from xinheng.faces.web.desk.uploads import Upload
from xinheng.faces.web.desk.views import ColumnLine, PreviewView
from xinheng.faces.web.views import FormError, Pair, Tag, bytes_text
from xinheng.law.model import Item

RETURNED_SHOWN: Final = 50
ROWS_LOOKED_AT: Final = 50_000  # for rows to show; the counts are over all rows in any case


def preview_view(
    upload: Upload,
    item: Item,
    receipt: Receipt,
    rows: Iterable[RowResult],
    samples: Mapping[str, str] | None = None,
) -> PreviewView:
    """The preview of a readable file. `samples`: header -> what its first rows hold."""
    back = (r for r in islice(rows, ROWS_LOOKED_AT) if r.outcome is Outcome.RETURNED)
    samples = samples or {}
    columns = tuple(
        _column(item, header, target, samples.get(header, ""), upload.mapping.get(header, ""))
        for header, target in receipt.columns.items()
    )
    return PreviewView(
        token=upload.token,
        file=(*_file(upload, item), Pair("SHA-256", receipt.file_sha256, mono=True, wide=True)),
        figures=figures(receipt.counts, future=True),
        notes=receipt.notes,
        returned=reason_rows(item, islice(back, RETURNED_SHOWN)),
        columns=columns,
        columns_text=_columns_text(receipt.columns),
        fields=tuple((f.code, f.name) for f in item.fields),
        constants=_constants(upload),
        sendable=True,
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
