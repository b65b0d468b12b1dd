"""What becomes of every column, and of every value the sender sets for all rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xinheng.core.identity import mask
from xinheng.evidence.intake.headers import Dictionary, is_identity, normal
from xinheng.evidence.intake.model import IGNORED, UNMAPPED, ColumnPlan
from xinheng.evidence.intake.model_refusals import UnknownMappingError
from xinheng.law.headers import Target
from xinheng.law.model import FieldType, Item


def plan(headers: Sequence[str | None], known: Dictionary) -> tuple[ColumnPlan, ...]:
    """One entry a column, in the order of the sheet. Empty headers are named 第 n 列 and left out.

    Titles go into the receipt, so identity numbers in them are masked.
    """
    seen: dict[str, int] = {}
    columns = []
    for index, header in enumerate(headers):
        written = " ".join((header or "").split())
        title = _unique(mask(written)[0] or f"第{index + 1}列", seen)
        meaning = known.read(written) if written else Target(UNMAPPED)
        columns.append(ColumnPlan(index, title, meaning.target, meaning.divide_by))
    return tuple(columns)


def overrides(mapping: Mapping[str, str], item: Item) -> dict[str, Target]:
    """The sender's `--map HEADER=FIELD`: FIELD is a code or name of the item, or 'ignored'.

    A unit in the header (元) is kept. Raises `UnknownMappingError` for a field the item does not have;
    a column of identity numbers stays dropped whatever is asked.
    """
    chosen = {}
    for header, wanted in mapping.items():
        if wanted.strip() in (IGNORED, "忽略"):
            chosen[header] = Target(IGNORED)
            continue
        code = resolve(wanted, item)
        in_yuan = item.field(code).type is FieldType.WAN_YUAN and "(元)" in normal(header)
        chosen[header] = Target(code, 10_000 if in_yuan else 1)
    return chosen


def constants(given: Mapping[str, str], item: Item) -> dict[str, str]:
    """The sender's `--set NAME=VALUE` by field code, identity numbers masked: rows keep the value.

    Raises `UnknownMappingError` for an unknown name.
    """
    return {resolve(name, item): mask(value)[0] for name, value in given.items()}


def resolve(name: str, item: Item) -> str:
    """Field code for a code, role, name or synonym. Raises `UnknownMappingError` where there is none."""
    code = item.role(name.strip())
    wanted = normal(name)
    for field in item.fields:
        if code is None and wanted in (normal(field.code), normal(field.name)):
            code = field.code
    for field in item.fields:
        if code is None and any(wanted == normal(s.text) for s in field.synonyms):
            code = field.code
    if code is None or is_identity(code):
        raise UnknownMappingError(
            found=f"“{name}”不是{item.name}可以填报的数据项",
            expected="数据项代码或名称，如 " + "、".join(f"{f.code}（{f.name}）" for f in item.fields[:3]),
            todo="用 xinheng policy show 查看全部数据项后改正",
            where=name,
        )
    return code


def check_headers(mapping: Mapping[str, str], columns: Sequence[ColumnPlan], file_name: str) -> None:
    """Raise `UnknownMappingError` where `--map` names a header that the file does not have."""
    present = {normal(c.header) for c in columns}
    for header in mapping:
        if normal(header) not in present:
            raise UnknownMappingError(
                found=f"文件里没有“{header}”这一列",
                expected="、".join(c.header for c in columns[:30]),
                todo="按文件的表头改正 --map",
                where=file_name,
            )


def joined(mapping: Mapping[str, str], columns: Sequence[ColumnPlan], item: Item) -> tuple[str, ...]:
    """A sentence for each field that the sender's own assignments give more than one column.

    What the catalogue itself joins (处罚类别1, 处罚类别2) is no surprise and is not said.
    """
    chosen = {normal(header) for header in mapping}
    by_field: dict[str, list[ColumnPlan]] = {}
    for column in columns:
        if column.mapped:
            by_field.setdefault(column.target, []).append(column)
    return tuple(
        f"{'、'.join(f'“{c.header}”' for c in found)}这 {len(found)} 列都对应到“{item.field(code).name}”："
        "同一行里不同的值用“；”连接成一个值；如非本意，请改正对应关系"
        for code, found in by_field.items()
        if len(found) > 1 and any(normal(c.header) in chosen for c in found)
    )


def _unique(title: str, seen: dict[str, int]) -> str:
    count = seen[title] = seen.get(title, 0) + 1
    return title if count == 1 else f"{title}（{count}）"
