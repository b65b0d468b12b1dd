"""Messages as packs word them: placeholders are checked, wording may differ by place, quiet only grows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml

from xinheng.law import packs
from xinheng.law.errors import NoRuleInForceError, PackError
from xinheng.law.notices import Channel, filled

DAY = date(2026, 11, 20)
HOUSE = {"kind": "platform", "note": "本市拟定"}
OWN = {"id": "letter_arrived", "title": "来函：{title}", "text": "{agency}收到{title}", "from": "2026-01-01"}
NEW = {
    "id": "own_notice",
    "name": "本市消息",
    "values": ["what"],
    "title": "{what}",
    "text": "{what}，{site}",
}


class _Plain(yaml.SafeDumper):
    """Without anchors, which no pack may have."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def loaded(folder: Path, *entries: dict[str, object], quiet: dict[str, object] | None = None) -> packs.Pack:
    """A city's pack with messages of its own."""
    place = folder / "heng"
    (place / "notices").mkdir(parents=True)
    (place / "pack.yaml").write_text("name: heng\ntitle: 恒州\nextends: national\n", encoding="utf-8")
    said: dict[str, object] = {
        "notices": [{"from": date(2026, 1, 1), "basis": HOUSE} | e | _dated(e) for e in entries]
    }
    if quiet is not None:
        said["quiet"] = [{"channel": "sms", "from": date(2026, 1, 1), "basis": HOUSE} | quiet]
    text = yaml.dump(said, Dumper=_Plain, allow_unicode=True, sort_keys=False)
    (place / "notices" / "own.yaml").write_text(text, encoding="utf-8")
    return packs.load("heng", [packs.shipped(), folder])


def _dated(entry: dict[str, object]) -> dict[str, object]:
    return {"from": date.fromisoformat(str(entry["from"]))} if "from" in entry else {}


def test_a_place_words_a_message_in_its_own_way_from_a_day_on(tmp_path: Path) -> None:
    template = loaded(tmp_path, OWN, NEW).notices.templates["letter_arrived"]
    assert template.name == "收到函件"
    assert template.wording(DAY).title == "来函：{title}"
    assert template.wording(date(2025, 1, 1)).pack == "national"
    with pytest.raises(NoRuleInForceError):
        template.wording(date(2016, 1, 1))
    assert filled("{a}与{b}", {"a": "{b}", "b": "乙"}) == "{b}与乙"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"title": "{titel}"}, "titel"),
        ({"text": "{title"}, "花括号"),
        ({"name": "改名"}, "name"),
        ({"values": ["title"]}, "values"),
        ({"title": "长" * 61}, "61 个字"),
        ({"sms": "{due}" + "长" * 140}, "个字"),
        ({"id": "Letter"}, "Letter"),
        ({"id": "brand_new"}, "name 或 values"),
    ],
)
def test_what_is_wrong_keeps_a_pack_from_loading_with_file_and_line(
    change: dict[str, object], found: str, tmp_path: Path
) -> None:
    with pytest.raises(PackError) as refused:
        loaded(tmp_path, OWN | change)
    assert found in str(refused.value)
    assert "heng/notices/own.yaml:" in str(refused.value)


@pytest.mark.parametrize("name", ["agency", "Title", "a b"])
def test_a_value_that_is_always_there_or_no_name_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(PackError):
        loaded(tmp_path, NEW | {"values": [name]})


def test_a_message_twice_in_one_pack_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="重复"):
        loaded(tmp_path, NEW, NEW)


def test_quiet_hours_only_grow(tmp_path: Path) -> None:
    pack = loaded(tmp_path, NEW, quiet={"from_hour": 7, "to_hour": 9})
    national = packs.load("national", [packs.shipped()]).notices
    at = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)  # 06:30 in Shanghai
    assert national.quiet_until(Channel.SMS, at) == datetime(2026, 11, 21, 0, tzinfo=UTC)
    assert pack.notices.quiet_until(Channel.SMS, at) == datetime(2026, 11, 21, 1, tzinfo=UTC)
    assert national.quiet_until(Channel.MAIL, at) is None
    assert national.quiet_until(Channel.SMS, datetime(2026, 11, 20, 2, tzinfo=UTC)) is None


def test_quiet_hours_without_an_end_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="起止相同"):
        loaded(tmp_path, NEW, quiet={"from_hour": 7, "to_hour": 7})


def test_every_shipped_message_is_worded_today() -> None:
    for template in packs.load("national", [packs.shipped()]).notices.templates.values():
        wording = template.wording(DAY)
        assert wording.title
        assert wording.text
