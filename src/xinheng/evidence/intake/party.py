"""Whether a row is about an organisation or about a natural person: decided row by row, in SQL.

The rule (decision 11; 个人信息保护法 art. 6, collect no more than needed): a row is about a person where
its kind says 自然人, or where it has no organisation code, its kind says nothing we know, and its name reads
as a personal name or an identity number stood beside it. A column filled with 法人及非法人组织 for every row
says nothing against a personal name with an identity number where the organisation code belongs. Rows about
persons reach no check and no table.
"""

from __future__ import annotations

from collections.abc import Sequence

from xinheng.law.model import VERDICT_SUFFIX, FieldType, Item

ORGANISATION, INDIVIDUAL, PERSON, UNKNOWN = "organisation", "individual_business", "person", "unknown"
_KINDS = {"法人及非法人组织": ORGANISATION, "个体工商户": INDIVIDUAL, "自然人": PERSON}

# Words that name an organisation wherever they stand, and endings that do so in names of four characters and
# more: 王村 and 李园 are people as often as places.
_WORDS = (
    "公司|集团|合作社|联社|超市|商店|商行|酒店|饭店|宾馆|医院|诊所|学校|幼儿园|银行|协会|学会|商会|工会|基金会|中心"
    "|事务所|经营部|门市部|工作室|企业|工厂|药房|药店|食堂|网吧|政府|委员会|管理局|有限|工程队|教堂|养殖场|加工厂"
)
_ENDINGS = "厂|店|院|所|校|局|社|站|部|馆|铺|行|庄|园|场|队|会|委|室|处|厅|楼|摊|坊|吧|档|村|寺|观|户"
# What stands under the names where a sheet adds up, ends or explains: nobody is called so.
_REMARKS = (
    "合计|总计|小计|累计|共计|总数|平均|以下空白|空白|备注|说明|注|示例|样例"
    "|填表人|填报人|制表人|审核人|联系人|负责人|单位负责人|填报单位|本月无|无处罚|无许可|零报告"
)
# 张三, 张*三, 张某某, 阿卜杜·热合曼, 欧阳三四, and a name followed by a mark of identity: 张三（身份证…）.
_PERSONAL = (
    r"\p{Han}{2,4}",
    r"\p{Han}{1,2}[*＊×某]{1,3}\p{Han}{0,2}",
    r"\p{Han}{1,12}[·•・.．]\p{Han}{1,12}",
    r"\p{Han}{2,4}[（(,，:：［]?(身份证|证件|[0-9*]{4}).*",
    r"[A-Z][A-Za-z’.-]+( [A-Z][A-Za-z’.-]+){1,3}",
)
# A number with a birth date in it, or one already masked, is no organisation code (GB 11643 shape).
_IDENTITY_SHAPE = (
    r"[1-9]\d{5}(18|19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[0-9Xx]|.*[*＊［].*"
    r"|[1-9]\d{7}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}"
)
_CORPORATE_LATIN = r"\b(co|ltd|inc|llc|corp|company|limited|gmbh|group|plc)\b"


def organisation_codes(item: Item) -> tuple[str, ...]:
    """Field codes that identify an organisation: the unified code and the older numbers beside it."""
    party = item.roles["party_code"]
    family = party.rsplit("_", 1)[0] + "_"
    older = [
        f.code
        for f in item.fields
        if f.code.startswith(family) and f.type is FieldType.CODE and not f.dropped and f.code != party
    ]
    return (party, *older)


def personal_name_sql(name: str) -> str:
    """True where `name` (an SQL expression) reads as the name of a person; errs on the side of yes."""
    shapes = " OR ".join(f"regexp_full_match({name}, '{shape}')" for shape in _PERSONAL)
    remark = f"regexp_full_match(replace({name}, ' ', ''), '({_REMARKS})')"
    return f"(({shapes}) AND NOT {remark} AND NOT {organisation_name_sql(name)})"


def listed_person_sql(name: str, code: str | None, kind: str | None, dropped: str) -> str:
    """True where a row of a table outside the catalogue is about a natural person: the rule of
    `row_kind_sql`, over the columns (SQL expressions) that it has."""
    shown = f"trim({name})"
    given = f"trim({code})" if code else "CAST(NULL AS VARCHAR)"
    said = f"trim({kind})" if kind else "CAST(NULL AS VARCHAR)"
    others = ", ".join(f"'{text}'" for text, value in _KINDS.items() if value != PERSON)
    return (
        f"coalesce(CASE WHEN {said} = '自然人' THEN true WHEN {_mistaken_sql(said, given, shown)} THEN true "
        f"WHEN {said} IN ({others}) THEN false "
        f"WHEN {given} <> '' AND NOT regexp_full_match({given}, '{_IDENTITY_SHAPE}') THEN false "
        f"WHEN {personal_name_sql(shown)} THEN true "
        f"WHEN ({dropped} > 0 OR {given} <> '') AND NOT {organisation_name_sql(shown)} THEN true END, false)"
    )


def organisation_name_sql(name: str) -> str:
    """True where `name` surely names an organisation; false for NULL."""
    return (
        f"coalesce(regexp_matches({name}, '({_WORDS})') OR regexp_full_match({name}, '.{{3,}}({_ENDINGS})') "
        f"OR regexp_matches(lower({name}), '{_CORPORATE_LATIN}'), false)"
    )


def _mistaken_sql(kind: str, code: str, name: str) -> str:
    """True where a row calls itself an organisation's and gives a person's name and identity number for it.

    A 个体工商户 is one whatever number it gives: its own name may be its operator's.
    """
    return (
        f"({kind} = '法人及非法人组织' AND regexp_full_match({code}, '{_IDENTITY_SHAPE}') "
        f"AND {personal_name_sql(name)})"
    )


def shifted_person_sql(cells: Sequence[str]) -> str:
    """True where a row whose cells (SQL expressions) do not stand under their headers is about a person.

    Which of them is the kind nobody knows: one says 自然人, or a line that is no object quotes it.
    """
    listed = f"[{', '.join(cells)}]"
    bare = f"list_transform({listed}, lambda x: trim(coalesce(x, ''), ' \"''\t'))"
    said = f"list_contains({bare}, '自然人')"
    quoted = f"""regexp_matches(concat_ws(' ', {", ".join(cells)}), '["“]自然人["”]')"""
    return f"({said} OR {quoted})"


def row_kind_sql(item: Item) -> str:
    """`organisation`, `individual_business`, `person` or `unknown`, over a normalised row with verdicts."""
    name = f'trim("{item.roles["party_name"]}")'
    kind = f'"{item.roles["party_kind"]}"' if item.role("party_kind") else "CAST(NULL AS VARCHAR)"
    party, *older = organisation_codes(item)
    valid = f"coalesce(\"{party}{VERDICT_SUFFIX}\" = 'valid', false)"
    coded = " OR ".join(
        [valid]
        + [
            f"coalesce(NOT regexp_full_match(\"{code}\", '{_IDENTITY_SHAPE}'), false)"
            for code in (party, *older)
        ]
    )
    known = " ".join(f"WHEN '{text}' THEN '{value}'" for text, value in _KINDS.items())
    given = f'"{party}"'
    return (
        f"coalesce(CASE WHEN NOT {valid} AND {_mistaken_sql(kind, given, name)} THEN '{PERSON}' END, "
        f"CASE {kind} {known} END, "
        f"CASE WHEN {coded} THEN '{UNKNOWN}' "
        f"WHEN {personal_name_sql(name)} THEN '{PERSON}' "
        f"WHEN dropped > 0 AND NOT {organisation_name_sql(name)} THEN '{PERSON}' "
        f"ELSE '{UNKNOWN}' END)"
    )
