"""The invented work plan of the demo city, with the document and the targets it rests on, as pack files."""

# ruff: noqa: E501 - the lines of a pack file, one figure a line

from __future__ import annotations

from typing import Final

from xinheng.faces.app.demo.places import BY_KEY, CITY

PACK: Final = "hengchuan"
PLAN: Final = "hengchuan-2026"
GROUP: Final = "市直有关单位（演示）"
_TITLE: Final = f"{CITY}2026年社会信用体系建设工作要点（虚构）"
_BY: Final = {key: BY_KEY[key].name for key in ("office", "market", "approval")}
_SPAN: Final = "from: 2026-01-01, to: 2027-01-01"
FILES: Final = {
    "pack.yaml": f"name: {PACK}\ntitle: {CITY}\nextends: national\n",
    "instruments/documents.yaml": f"""\
instruments:
  - id: hengchuan-2026
    title: {_TITLE}
    issuer: {CITY}社会信用体系建设领导小组
    issued: 2026-01-01
    effective: {{{_SPAN}}}
    verified: text
    note: 演示用，虚构的文件
""",
    "targets/2026.yaml": f"""\
bases:
  data: {{kind: law, instrument: hengchuan-2026, article: 第1点}}
  codes: {{kind: law, instrument: hengchuan-2026, article: 第2点}}
targets:
  - {{id: hengchuan-compliance, name: 双公示数据合规率, figure: 合规率, comparison: ">=", value: "98", unit: "%",
     {_SPAN}, basis: data}}
  - {{id: hengchuan-timeliness, name: 双公示数据及时率, figure: 及时率, comparison: ">=", value: "95", unit: "%",
     {_SPAN}, basis: data}}
  - {{id: hengchuan-concealment, name: 双公示数据瞒报, figure: 瞒报, comparison: "=", value: "0", unit: 条,
     {_SPAN}, basis: data}}
  - {{id: hengchuan-codes, name: 统一社会信用代码重错码率, figure: 重错码率, comparison: "<=", value: "0.01", unit: "%",
     {_SPAN}, basis: codes}}
""",
    "workplans/2026.yaml": f"""\
plan: {PLAN}
instrument: hengchuan-2026
title: {_TITLE}
period: {{text: 2026 年, {_SPAN}}}
asked: {{working_days: 10, note: 平台约定，演示}}
tasks:
  - id: hengchuan-2026-1
    part: 一、数据
    clause: 第1点
    marker: 1、提高双公示数据质量。
    title: 提高双公示数据质量
    summary: 合规率不低于 98%，及时率不低于 95%，零瞒报。
    lead: [{_BY["office"]}]
    responsible: [{GROUP}]
    figures:
      - {{id: hengchuan-2026-f-compliance, name: 双公示合规率, quote: 合规率不低于98%, target: hengchuan-compliance, reach: live}}
      - {{id: hengchuan-2026-f-timeliness, name: 双公示及时率, quote: 及时率不低于95%, target: hengchuan-timeliness, reach: live}}
      - {{id: hengchuan-2026-f-concealment, name: 双公示瞒报, quote: 零瞒报, target: hengchuan-concealment, reach: live}}
  - id: hengchuan-2026-2
    part: 一、数据
    clause: 第2点
    marker: 2、控制重错码率。
    title: 控制重错码率
    summary: 新设主体赋码不重不错，重错码率控制在万分之一以内。
    lead: [{_BY["market"]}]
    figures:
      - {{id: hengchuan-2026-f-codes, name: 重错码率, quote: 万分之一以内, target: hengchuan-codes, reach: live}}
  - id: hengchuan-2026-3
    part: 二、应用
    clause: 第3点
    marker: 3、推广信用融资。
    title: 推广信用融资
    summary: 平台注册企业占比达到 30%。
    responsible: [{_BY["office"]}]
    figures:
      - {{id: hengchuan-2026-f-registered, name: 融资平台注册企业占比, quote: 占比达到30%, comparison: ">=", value: "30", unit: "%",
         reach: out_of_reach, reason: 融资综合信用服务平台不是本平台的一部分，数据在该平台}}
  - id: hengchuan-2026-4
    part: 二、应用
    clause: 第4点
    marker: 4、推行信用承诺。
    title: 推行信用承诺
    summary: 编制信用承诺事项清单，年底前覆盖 5 类。
    lead: [{_BY["approval"]}]
    term: {{text: 年底前, on: 2026-12-31}}
    figures:
      - {{id: hengchuan-2026-f-commitments, name: 已编制清单的承诺类别, quote: 覆盖5类, comparison: ">=", value: "5", unit: 类,
         reach: by_hand, by: {_BY["approval"]}, every: quarter}}
  - id: hengchuan-2026-5
    part: 三、保障
    clause: 第5点
    marker: 5、加强信用宣传。
    title: 加强信用宣传
    summary: 各单位每月报送不少于 2 篇宣传稿件。
    responsible: [{GROUP}]
    figures:
      - {{id: hengchuan-2026-f-articles, name: 每月宣传稿件, quote: 每月不少于2篇, comparison: ">=", value: "2", unit: 篇/月,
         reach: by_hand, by: {GROUP}, every: month, each: true}}
  - id: hengchuan-2026-6
    part: 三、保障
    clause: 第6点
    marker: 6、个人信用积分。
    title: 个人信用积分
    summary: 探索个人信用积分应用。
    responsible: [{_BY["office"]}]
    figures:
      - {{id: hengchuan-2026-f-scenes, name: 个人信用积分应用, quote: 探索应用, text: 探索, reach: out_of_reach,
         reason: 个人的评分在本平台边界之外：平台的主体是组织}}
    beyond:
      - {{quote: 个人信用积分, reason: 个人的评分在本平台边界之外：平台的主体是组织}}
  - id: hengchuan-2026-7
    part: 三、保障
    clause: 第7点
    marker: 7、纳入考核评价。
    title: 纳入考核评价
    summary: 推动信用建设纳入绩效考核、平安建设考核和营商环境评价。
    responsible: [{_BY["office"]}, {GROUP}]
""",
}
