"""Seven classes mixed: a million rows over the seven administrative classes, beside as many penalties alone.

Each class is a file of its own, as agencies send them; the spine's figure is the same number of penalties.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.data import AUTHORITY, penalties, sheet
from bench.house import house

ROWS, ORGANISATIONS = 1_000_000, 100_000
# item, prefix of its fields, what it needs besides the common core: column -> SQL over i and day
CLASSES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("inspection", "JC", {"JC_JGLX": "'未发现问题'"}),
    ("coercion", "QZ", {}),
    ("confirmation", "QR", {}),
    ("ruling", "CJ", {}),
    ("reward", "JL", {}),
)


def measure(*, small: bool = False) -> dict[str, object]:
    """Seconds for all classes, beside the same number of penalties in one file (a tenth with `small`)."""
    rows, organisations = (ROWS // 10, ORGANISATIONS // 10) if small else (ROWS, ORGANISATIONS)
    with tempfile.TemporaryDirectory(prefix="xh-bench-") as made:
        folder = Path(made)
        alone = folder / "alone.csv"
        penalties(alone, rows, organisations)
        for part in ("a", "b"):
            (folder / part).mkdir()
        with house(folder / "a", AUTHORITY) as place:
            _, bare, memory = place.take(alone)
        with house(folder / "b", AUTHORITY) as place:
            seconds, accepted, peak = 0.0, 0, 0
            for item, path in _sheets(folder, rows // 7, organisations):
                receipt, took, mb = place.take(path, item)
                seconds, accepted, peak = seconds + took, accepted + receipt.counts.accepted, max(peak, mb)
                assert receipt.counts.accepted > rows // 7 * 9 // 10, (item, receipt.counts)
    return {
        "name": f"seven classes mixed, {rows:,} rows",
        "ours": round(seconds, 1),
        "bare": round(bare, 1),
        "ratio": round(seconds / bare, 2),
        "aim": "as penalties alone",
        "accepted": accepted,
        "peak_mb": peak,
        "peak_mb_alone": memory,
    }


def _sheets(folder: Path, rows: int, organisations: int) -> list[tuple[str, Path]]:
    made = [("penalty", folder / "penalty.csv"), ("permit", folder / "permit.csv")]
    penalties(made[0][1], rows, organisations)
    sheet(made[1][1], _PERMIT, (rows, organisations))
    for item, prefix, more in CLASSES:
        made.append((item, folder / f"{item}.csv"))
        sheet(made[-1][1], _core(prefix) | more, (rows, organisations))
    return made


def _party(prefix: str) -> dict[str, str]:
    """The party, with the dirt of `bench.data`: wrong codes, impossible dates, persons."""
    return {
        f"{prefix}_XDR_MC": "CASE WHEN i % 200 = 7 THEN '张三' ELSE name END",
        f"{prefix}_XDR_LB": "CASE WHEN i % 200 = 7 THEN '自然人' ELSE '法人及非法人组织' END",
        f"{prefix}_XDR_SHXYM": (
            "CASE WHEN i % 200 = 7 THEN '' WHEN i % 50 = 11 THEN substr(code, 1, 17) ELSE code END"
        ),
        f"{prefix}_FRDB": "CASE WHEN i % 200 = 7 THEN '' ELSE '李四' END",
        f"{prefix}_JDRQ": "CASE WHEN i % 100 = 13 THEN '2024-13-01' ELSE strftime(day, '%Y-%m-%d') END",
        f"{prefix}_SJLY": f"'{AUTHORITY}'",
        f"{prefix}_SJLYDM": "'{authority_code}'",
        "BZ": "CASE WHEN i % 10 = 0 THEN '已归档' ELSE '' END",
    }


def _core(prefix: str) -> dict[str, str]:
    """The common core of the classes without a published table."""
    return _party(prefix) | {
        f"{prefix}_WS": "'决定书'",
        f"{prefix}_WSH": f"'清市监{prefix}〔' || year(day) || '〕' || i || '号'",
        f"{prefix}_LB": "'其他'",
        f"{prefix}_NR": "'经查，当事人于' || year(day) || '年的经营情况已作处理，编号' || i",
        f"{prefix}_YJ": "'《中华人民共和国广告法》'",
        f"{prefix}_JG": f"'{AUTHORITY}'",
        f"{prefix}_JGDM": "'{authority_code}'",
    }


_PERMIT = {name: sql for name, sql in _party("XK").items() if not name.startswith("XK_SJLY")} | {
    "XK_XKWS": "'准予行政许可决定书'",
    "XK_WSH": "'清市监许〔' || year(day) || '〕' || i || '号'",
    "XK_XKLB": "'普通'",
    "XK_NR": "'准予从事食品经营，许可项目见附件，编号' || i",
    "XK_YXQZ": "strftime(day, '%Y-%m-%d')",
    "XK_YXQZI": "'2099/12/31'",
    "XK_XKJG": f"'{AUTHORITY}'",
    "XK_XKJGDM": "'{authority_code}'",
    "XK_ZT": "'1'",
    "XK_LYDW": f"'{AUTHORITY}'",
    "XK_LYDWDM": "'{authority_code}'",
}
