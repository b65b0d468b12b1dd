"""What one needs in order not to trust us: keys, checkpoint, pack, instruments. Nothing here is secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xinheng.evidence.ledger.publishing import latest
from xinheng.faces.web.portal.views import AboutView, InstrumentLine, PublicKey
from xinheng.faces.web.views import Pair, Tag, grouped
from xinheng.law.model import Instrument, Verified

if TYPE_CHECKING:
    from xinheng.faces.web.context import Web
    from xinheng.law.packs import Pack

VERIFIED = {
    Verified.TEXT: Tag("已核原文", "good"),
    Verified.SUMMARY: Tag("依据摘要", "info"),
    Verified.NONE: Tag("待核实", "warn"),
}


def view(web: Web) -> AboutView:
    """The page as a value."""
    key = web.app.keys.log
    found = latest(web.app.files)
    checkpoint = found.checkpoint if found else None
    pairs = None
    if found is not None and checkpoint is not None:
        pairs = (
            Pair("纪元", str(found.epoch)),
            Pair("日志大小", f"{grouped(checkpoint.size)} 条事件"),
            Pair("来源", checkpoint.origin, mono=True, wide=True),
            Pair("根", checkpoint.root.hex(), mono=True, wide=True),
        )
    return AboutView(
        keys=(
            PublicKey(
                (
                    Pair("名称", key.name, mono=True, wide=True),
                    Pair("编号", key.id.hex(), mono=True),
                    Pair("算法", "Ed25519"),
                    Pair("核验用公钥", key.verifier, mono=True, wide=True),
                )
            ),
        ),
        checkpoint=pairs,
        pack=_pack(web.app.pack),
        instruments=tuple(_instrument(i) for i in web.app.pack.instruments.values()),
    )


def _pack(pack: Pack) -> tuple[Pair, ...]:
    return (
        Pair("规则包", f"{pack.title}（{pack.name}）"),
        Pair("由哪些包合成", " › ".join(pack.chain), mono=True),
        Pair("摘要", f"sha256:{pack.digest}", mono=True, wide=True),
    )


def _instrument(instrument: Instrument) -> InstrumentLine:
    effective = instrument.effective
    life = "施行日期未核实"
    if effective is not None:
        life = f"{effective.start} 起" + (f"，{effective.to} 起失效" if effective.to else "")
    return InstrumentLine(
        title=instrument.title,
        number=instrument.number,
        issuer=instrument.issuer,
        life=life,
        verified=VERIFIED[instrument.verified],
        note=instrument.note,
    )
