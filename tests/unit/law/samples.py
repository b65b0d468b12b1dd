"""An invented pair of packs, small and right, and the means to make it wrong in one place."""

# ruff: noqa: E501 - the lines of a pack file, one field a line

from __future__ import annotations

from pathlib import Path

from xinheng.law.packs import Pack, load

HEAD = """\
name: {name}
title: 样例{name}
{extends}"""

INSTRUMENTS = """\
instruments:
  - id: law-a
    title: 样例管理条例
    number: 样例令第1号
    issuer: 样例机关
    issued: 2019-12-01
    effective: {from: 2020-01-01, to: 2030-01-01}
    repealed_by: law-b
    verified: text
  - id: law-b
    title: 样例新条例
    issuer: 样例机关
    effective: {from: 2030-01-01}
    verified: summary
    note: 只读到摘要
  - id: law-unread
    title: 未读条例
    issuer: 样例机关
    effective: {from: 2020-01-01}
    verified: none
    note: 未读到
  - id: law-undated
    title: 无施行日的通知
    issuer: 样例机关
    verified: summary
    note: 施行日未核
"""

ITEM = """\
item: notice
name: 样例事项
edition: E1
from: 2020-01-01
to: 2030-01-01
basis: law
bases:
  law: {kind: law, instrument: law-a, article: 第三条}
  practice: {kind: practice, note: 现有系统的做法, verified: summary}
  unread: {kind: practice, note: 凭记忆, verified: none}
  house: {kind: platform, note: 本平台的技术校验}
provider: {text: 作出决定的机关, from: 2020-01-01, to: 2030-01-01, basis: law}
class: sector
frequency: {every: month, text: 每月, from: 2020-01-01, basis: house}
disclosure: {class: public, from: 2020-01-01, basis: house}
retention: {text: 长期, from: 2020-01-01, basis: house}
marks: {collected: true, shown: true, reported: true, from: 2020-01-01, to: 2030-01-01, basis: law}
key: [authority, document]
collected_fields: [party_name, decided]
roles: {party_name: A_NAME, party_code: A_CODE, document: A_NO, authority: A_OFFICE, decided: A_DATE, content: A_TEXT}
lists:
  颜色:
    - values: [红, 绿]
      open: [其他]
      synonyms: {赤: 红}
      from: 2020-01-01
      basis: practice
fields:
  - {code: A_NAME, name: 名称, type: text, length: 10, presence: required, disclosure: public, synonyms: [单位], from: 2020-01-01, basis: practice}
  - {code: A_CODE, name: 代码, type: uscc, disclosure: public, from: 2020-01-01, basis: practice}
  - {code: A_NO, name: 文号, type: text, disclosure: public, from: 2020-01-01, basis: practice}
  - {code: A_OFFICE, name: 机关, type: text, disclosure: public, from: 2020-01-01, basis: practice}
  - {code: A_DATE, name: 日期, type: date, disclosure: public, from: 2020-01-01, basis: practice}
  - {code: A_TEXT, name: 内容, type: long_text, disclosure: shared, from: 2020-01-01, basis: practice}
  - {code: A_COLOUR, name: 颜色, type: enum, values: 颜色, many: true, disclosure: shared, from: 2020-01-01, basis: practice}
  - {code: A_SUM, name: 金额（万元）, type: wan_yuan, disclosure: shared, units: {金额（元）: 10000}, from: 2020-01-01, basis: practice}
  - {code: A_ID, name: 证件号, type: code, dropped: true, disclosure: authorised, from: 2020-01-01, basis: practice}
headers: {ignored: [序号], dropped: [身份证号]}
timeliness:
  - {channel: 信用网站, working_days: 7, from: 2020-01-01, to: 2030-01-01, basis: law}
checks:
  - id: red
    expr: "A_COLOUR = '红'"
    severity: return
    field: A_COLOUR
    message: 颜色为{found}
    expected: 不是红
    from: 2020-01-01
    basis: practice
    examples:
      - {on: 2019-12-31, outcome: no_rule}
      - {on: 2020-01-01, outcome: failed, given: {A_COLOUR: 红}}
      - {outcome: passed, given: {A_COLOUR: 绿}}
      - {outcome: not_run}
mark_rules:
  - id: green
    name: 绿的不公示
    expr: "A_COLOUR = '绿'"
    collected: true
    shown: false
    reported: false
    from: 2020-01-01
    basis: practice
    examples:
      - {on: 2019-12-31, outcome: no_rule}
      - {on: 2020-01-01, outcome: holds, given: {A_COLOUR: 绿}}
      - {outcome: holds_not, given: {A_COLOUR: 红}}
      - {outcome: not_run}
"""

YEAR = """\
year: 2021
from: 2021-01-01
to: 2022-01-01
basis: {kind: practice, note: 样例安排, verified: summary}
rest: [2021-01-01, 2021-02-11]
work: [2021-02-07]
"""

TARGETS = """\
targets:
  - {id: rate, name: 合规率, figure: 合规率, comparison: "=", value: "100", unit: "%", from: 2020-01-01,
     basis: {kind: platform, note: 样例目标}}
"""

REMEDIES = """\
bases: {law: {kind: law, instrument: law-a, article: 第九条}}
remedies:
  - {id: answer, name: 答复异议, binds: office, working_days: 10, from: 2020-01-01, to: 2030-01-01, basis: law}
  - {id: apply, name: 申请修复, binds: subject, working_days: 30, from: 2020-01-01, to: 2030-01-01, basis: law}
"""

MEASURES = """\
measures:
  - {id: limit, name: 样例措施, from: 2020-01-01, to: 2030-01-01,
     basis: {kind: law, instrument: law-a, article: 第八条}}
"""

UPPER = {
    "pack.yaml": HEAD.format(name="upper", extends=""),
    "instruments/all.yaml": INSTRUMENTS,
    "catalogue/notice.yaml": ITEM,
    "calendar/2021.yaml": YEAR,
    "targets/all.yaml": TARGETS,
    "remedies/all.yaml": REMEDIES,
    "measures/all.yaml": MEASURES,
}

ADDS = """\
adds_to: notice
bases: {local: {kind: practice, note: 本地做法, verified: summary}}
fields:
  - {code: X_LOCAL, name: 本地项, type: text, disclosure: shared, from: 2020-01-01, basis: local}
timeliness:
  - {channel: 信用网站, working_days: 5, from: 2020-01-01, basis: local}
checks:
  - id: local-long
    expr: "length(X_LOCAL) > 3"
    severity: mark
    field: X_LOCAL
    message: 过长
    expected: 至多3个字
    from: 2020-01-01
    basis: local
    examples:
      - {on: 2019-12-31, outcome: no_rule}
      - {on: 2020-01-01, outcome: failed, given: {X_LOCAL: 一二三四}}
      - {outcome: passed, given: {X_LOCAL: 一二三}}
      - {outcome: not_run}
"""

LOWER = {
    "pack.yaml": HEAD.format(name="lower", extends="extends: upper"),
    "catalogue/notice.yaml": ADDS,
    "targets/all.yaml": TARGETS.replace("id: rate", "id: local-rate"),
    "remedies/all.yaml": """\
remedies:
  - {id: answer, name: 答复异议, binds: office, working_days: 5, from: 2020-01-01, to: 2030-01-01,
     basis: {kind: platform, note: 本地从严}}
""",
}


def write(root: Path, name: str, files: dict[str, str]) -> Path:
    """Lay a pack into `root`; the folder of packs is returned."""
    for inside, text in files.items():
        path = root / name / inside
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def changed(files: dict[str, str], inside: str, old: str, new: str) -> dict[str, str]:
    """The files with one text replaced in one of them; the text must stand there."""
    assert old in files[inside], f"{old!r} is not in {inside}"
    return {**files, inside: files[inside].replace(old, new, 1)}


def line_of(files: dict[str, str], inside: str, text: str) -> int:
    """The line on which `text` begins."""
    return files[inside][: files[inside].index(text)].count("\n") + 1


def load_upper(root: Path, files: dict[str, str] | None = None) -> Pack:
    return load("upper", [write(root, "upper", files or UPPER)])


def load_lower(root: Path, files: dict[str, str] | None = None) -> Pack:
    write(root, "upper", UPPER)
    return load("lower", [write(root, "lower", files or LOWER)])
