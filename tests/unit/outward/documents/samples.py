"""A document with everything in it, invented."""

from __future__ import annotations

from datetime import date

from xinheng.outward.documents.model import Column, Document, Heading, Paragraph, Seal, Table

MARKUP = '#set text(red) $x^2$ *粗* _斜_ @ref <a> \\ ` [ ] "引" // 注 ~'
RARE = "龘𬭎䶮"


def letter(rows: int = 3, text: str = "你单位下列行政处罚决定超过报送时限，至今没有报送。") -> Document:
    return Document(
        kind="letter",
        title="关于报送行政处罚信用信息逾期事项的督办函",
        number="恒信督〔2026〕3号",
        addressee="恒州市市场监督管理局",
        dated=date(2026, 3, 5),
        issuer="恒州市社会信用体系建设办公室",
        blocks=(
            Paragraph(text),
            Heading("一、逾期情况"),
            Heading("（一）清单", 3),
            Table(
                "逾期清单",
                (
                    Column("序号", numeric=True),
                    Column("文书号"),
                    Column("当事人"),
                    Column("金额", numeric=True),
                ),
                tuple(
                    (str(n), f"恒市监罚〔2026〕{n}号", f"=1+{n}", "1,234.50" if n % 2 else "—")
                    for n in range(1, rows + 1)
                ),
                "工作日依本地日历计算。",
            ),
            Paragraph("请于2026年3月20日前书面答复。"),
            Seal("（印章）"),
        ),
        note="联系人：信用办综合科",
    )
