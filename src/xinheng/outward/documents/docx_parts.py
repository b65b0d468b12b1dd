"""Parts of a .docx that are the same in every one."""

from __future__ import annotations

from typing import Final

_ALTERNATIVES: Final = {
    "方正小标宋简体": ("方正小标宋_GBK,小标宋,宋体,SimSun", "roman"),
    "仿宋_GB2312": ("仿宋,FangSong,方正仿宋_GBK,宋体", "modern"),
    "楷体_GB2312": ("楷体,KaiTi,方正楷体_GBK,宋体", "modern"),
    "黑体": ("SimHei,方正黑体_GBK", "swiss"),
    "宋体": ("SimSun", "auto"),
}
"""Fonts by the names under which offices have them, and what stands in where one is missing."""


def _font_table() -> bytes:
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/>'
        f'<w:family w:val="{family}"/></w:font>'
        for name, (others, family) in _ALTERNATIVES.items()
    )
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return f'{head}<w:fonts xmlns:w="{space}">{fonts}</w:fonts>'.encode()


FONT_TABLE: Final = _font_table()
