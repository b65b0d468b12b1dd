"""The city and its seventeen bodies. The place does not exist; every agency says so in its name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from xinheng.faces.app.demo.codes import code

CITY: Final = "衡川市（演示）"
FOUNDED: Final = date(2018, 1, 1)
PREFIXES: Final = {"utility": "91", "association": "51"}  # of codes; any other body is an office of the state


@dataclass(frozen=True)
class Agency:
    """A source agency of the demo."""

    key: str
    name: str
    county: str  # last two digits of its division
    serial: int
    short: str  # as it stands in document numbers
    parent: str | None = None
    kind: str = "agency"
    level: str = "city"

    @property
    def code(self) -> str:
        return code(PREFIXES.get(self.kind, "11"), self.county, self.serial)

    @property
    def division(self) -> str:
        return f"9999{self.county}"


AGENCIES: Final = (
    Agency("office", "衡川市（演示）发展和改革委员会", "00", 1, "发改", kind="office"),
    Agency("market", "衡川市（演示）市场监督管理局", "00", 2, "市监", "office"),
    Agency("environment", "衡川市（演示）生态环境局", "00", 3, "环", "office"),
    Agency("emergency", "衡川市（演示）应急管理局", "00", 4, "应急", "office"),
    Agency("housing", "衡川市（演示）住房和城乡建设局", "00", 5, "建", "office"),
    Agency("transport", "衡川市（演示）交通运输局", "00", 6, "交", "office"),
    Agency("health", "衡川市（演示）卫生健康委员会", "00", 7, "卫", "office"),
    Agency("planning", "衡川市（演示）自然资源和规划局", "00", 8, "资规", "office"),
    Agency("approval", "衡川市（演示）行政审批局", "00", 9, "审批", "office"),
    Agency("county", "澜江县（演示）发展和改革局", "21", 10, "澜发改", "office", "office", "county"),
    Agency("county-market", "澜江县（演示）市场监督管理局", "21", 11, "澜市监", "county", level="county"),
    Agency("zone", "衡川经济开发区（演示）管理委员会", "00", 12, "开管", "office", level="zone"),
    Agency("town", "澜江县（演示）清溪镇人民政府", "21", 13, "澜清", "county", level="township"),
    Agency("tax", "衡川市（演示）税务局", "00", 14, "税", "office"),
    Agency("social", "衡川市（演示）人力资源和社会保障局", "00", 15, "人社", "office"),
    Agency("water", "衡川市（演示）供水有限公司", "00", 16, "供水", "office", "utility"),
    Agency("association", "衡川市（演示）个体私营企业协会", "00", 17, "个协", "office", "association"),
)

BY_KEY: Final = {agency.key: agency for agency in AGENCIES}
