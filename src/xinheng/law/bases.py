"""Instruments, and the bases that resolve to them.

A value is a mapping with `from`, optionally `to`, a `basis`, and where it lies outside its instrument's
life a `retroactive` reason. `basis` is a mapping, or the name of one that stands in the file's `bases`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from xinheng.law.errors import PackBasisError, PackGroundError, PackSyntaxError, PackValueError
from xinheng.law.model import Basis, BasisKind, Instrument, Span, Verified
from xinheng.law.yaml_lines import Node

VALUE = ("from", "basis")
VALUE_OPTIONAL = ("to", "retroactive")
_STRENGTH = {Verified.NONE: 0, Verified.SUMMARY: 1, Verified.TEXT: 2}
_VERIFIED = tuple(v.value for v in Verified)


@dataclass(frozen=True)
class Bases:
    """What a basis may resolve to: the instruments of the chain so far, and the names of one file."""

    instruments: Mapping[str, Instrument]
    named: Mapping[str, Basis] = field(default_factory=lambda: MappingProxyType({}))

    def naming(self, node: Node | None) -> Bases:
        """These bases and the ones that a file names under `bases`."""
        if node is None:
            return self
        named = {name: self._read(entry) for name, entry in node.entries().items()}
        return replace(self, named=MappingProxyType(named))

    def resolve(self, owner: Node, span: Span) -> Basis:
        """The basis of the value `owner`, which holds over `span`.

        Raises PackBasisError where it does not resolve, or where the value begins before or outlives its
        instrument without a `retroactive` reason.
        """
        node = owner.get("basis")
        if node is None:
            raise PackBasisError(owner.place, found="缺少 basis", expected="每项取值都写明依据")
        basis = self._named(node) if node.kind == "str" else self._read(node)
        self._alive(owner, node, basis, span)
        return basis

    def _named(self, node: Node) -> Basis:
        basis = self.named.get(node.text())
        if basis is None:
            known = "、".join(self.named) or "（无）"
            raise PackBasisError(
                node.place, found=f"依据“{node.text()}”", expected=f"bases 中的名称：{known}"
            )
        return basis

    def _read(self, node: Node) -> Basis:
        entries = node.mapping(("kind",), ("instrument", "article", "note", "verified"))
        kind = BasisKind(entries["kind"].one_of([k.value for k in BasisKind]))
        note = entries["note"].text() if "note" in entries else None
        stated = Verified(entries["verified"].one_of(_VERIFIED)) if "verified" in entries else None
        if kind is not BasisKind.LAW:
            return _not_law(node, kind, note, stated)
        if "instrument" not in entries or ("article" not in entries and note is None):
            # an article that could not be read is not invented: the note says what is known instead
            expected = "文件 id，以及条款 article（未读到条款号时用 note 说明）"
            raise PackBasisError(node.place, found="law 依据缺少 instrument 或 article", expected=expected)
        ref = entries["instrument"]
        instrument = self.instruments.get(ref.text())
        if instrument is None:
            raise PackBasisError(ref.place, found=f"文件“{ref.text()}”", expected="instruments 中的 id")
        verified = stated or instrument.verified
        if _STRENGTH[verified] > _STRENGTH[instrument.verified]:
            found = f"verified: {verified}，而文件为 {instrument.verified}"
            raise PackBasisError(entries["verified"].place, found=found, expected="不高于所引文件的核实程度")
        article = entries["article"].text() if "article" in entries else None
        return Basis(kind, instrument.id, article, note, verified)

    def _alive(self, owner: Node, node: Node, basis: Basis, span: Span) -> None:
        if basis.instrument is None:
            return
        instrument = self.instruments[basis.instrument]
        if instrument.effective is None:
            found = f"{instrument.title} 的施行日未知"
            raise PackBasisError(
                node.place, found=found, expected="施行日已知的文件，或 practice/platform 依据"
            )
        reason = owner.get("retroactive")
        if reason is not None:
            reason.text()
        elif not span.within(instrument.effective):
            life = f"{instrument.effective.start} 至 {instrument.effective.to or '今'}"
            found = f"{span.start} 至 {span.to or '今'} 超出《{instrument.title}》的有效期 {life}"
            raise PackBasisError(owner.place, found=found, expected="在文件有效期内，或写明 retroactive 理由")

    @staticmethod
    def require_adverse(owner: Node, basis: Basis) -> None:
        """Refuse a basis that cannot ground something against an organisation (decision 13)."""
        if not basis.grounds_adverse:
            found = f"依据为 {basis.kind.value}、核实程度 {basis.verified.value}"
            raise PackGroundError(
                owner.place, found=found, expected="law 依据，且核实程度不是 none（待核实）"
            )


def _not_law(node: Node, kind: BasisKind, note: str | None, stated: Verified | None) -> Basis:
    if node.get("instrument") or node.get("article"):
        raise PackBasisError(
            node.place, found=f"{kind.value} 依据引用了文件", expected="instrument 只用于 law"
        )
    if note is None:
        raise PackBasisError(node.place, found=f"{kind.value} 依据没有 note", expected="用 note 说明来源")
    if kind is BasisKind.PLATFORM:
        return Basis(kind, None, None, note, Verified.TEXT)
    if stated is None or stated is Verified.TEXT:
        raise PackBasisError(
            node.place, found="practice 依据的核实程度", expected="verified: summary 或 none"
        )
    return Basis(kind, None, None, note, stated)


def read_instruments(
    files: tuple[Node, ...], inherited: Mapping[str, Instrument], pack: str
) -> Mapping[str, Instrument]:
    """The instruments of the chain with those of one more pack. Raises PackSyntaxError for a second id."""
    found = dict(inherited)
    for root in files:
        for node in root.mapping(("instruments",))["instruments"].items():
            instrument = _instrument(node, pack)
            if instrument.id in found:
                expected = f"未用过的 id（已见于 {found[instrument.id].place}）"
                raise PackSyntaxError(node.place, found=f"重复的文件 id“{instrument.id}”", expected=expected)
            found[instrument.id] = instrument
    for instrument in found.values():
        if instrument.repealed_by is not None and instrument.repealed_by not in found:
            place = instrument.place or pack
            raise PackBasisError(
                place, found=f"repealed_by: {instrument.repealed_by}", expected="instruments 中的 id"
            )
    return MappingProxyType(found)


def _instrument(node: Node, pack: str) -> Instrument:
    optional = ("number", "issued", "effective", "repealed_by", "note", "retroactive", "informal")
    entries = node.mapping(("id", "title", "issuer", "verified"), optional)
    verified = Verified(entries["verified"].one_of(_VERIFIED))
    effective = entries["effective"].span() if "effective" in entries else None
    if "effective" in entries:
        entries["effective"].mapping(("from",), ("to",))
    note = entries["note"].text() if "note" in entries else None
    if note is None and (verified is not Verified.TEXT or effective is None):
        raise PackValueError(node.place, found="没有 note", expected="未读全文或施行日未知时，用 note 说明")
    issued = entries["issued"].date() if "issued" in entries else None
    if issued and effective and issued > effective.start and "retroactive" not in entries:
        found = f"{issued} 印发而 {effective.start} 施行"
        raise PackValueError(
            entries["issued"].place, found=found, expected="不早于印发日施行，或写明 retroactive 理由"
        )
    repealed_by = entries["repealed_by"].text() if "repealed_by" in entries else None
    if repealed_by is not None and (effective is None or effective.to is None):
        expected = "写明 effective.to"
        raise PackValueError(entries["repealed_by"].place, found="已废止而无终止日", expected=expected)
    number = entries["number"].text() if "number" in entries else None
    return Instrument(
        id=entries["id"].text(),
        title=entries["title"].text(),
        number=number,
        issuer=entries["issuer"].text(),
        issued=issued,
        effective=effective,
        repealed_by=repealed_by,
        verified=verified,
        note=note,
        informal="informal" in entries and entries["informal"].flag(),
        pack=pack,
        place=node.place,
    )


def cite(basis: Basis, instruments: Mapping[str, Instrument]) -> str:
    """The citation as a person reads it: 《标题》（文号）第三条, with （待核实） where it was not read."""
    unread = "（待核实）" if basis.verified is Verified.NONE else ""
    if basis.instrument is None:
        kind = "本平台规则" if basis.kind is BasisKind.PLATFORM else "实践做法（非法律规定）"
        return f"{kind}：{basis.note}{unread}"
    instrument = instruments[basis.instrument]
    title = instrument.title if instrument.informal else f"《{instrument.title}》"
    number = f"（{instrument.number}）" if instrument.number else ""
    article = basis.article or "（条款号未核）"
    return f"{title}{number}{article}{unread}"
