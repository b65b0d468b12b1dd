"""The library of bad proofs: one forged or malformed file per attack, made from the golden proof.

`python -m tests.golden.ledger.attacks` writes `bad-proofs.jsonl` with what the checker says of each; look at
the difference before keeping it: an attack that begins to succeed is a hole.
"""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.golden.ledger import recipe

from xinheng.evidence.ledger.checkpoint import Checkpoint, opened, signed
from xinheng.evidence.ledger.model import commitment
from xinheng.verify import main as verify

LIBRARY = recipe.FOLDER / "bad-proofs.jsonl"
Proof = dict[str, Any]


def golden() -> Proof:
    return json.loads((recipe.FOLDER / "proof.json").read_text(encoding="utf-8"))


def changed(*path: str, to: object) -> Callable[[Proof], str]:
    """The golden proof with one value replaced."""

    def attack(proof: Proof) -> str:
        inner = proof
        for name in path[:-1]:
            inner = inner[name]
        assert inner[path[-1]] != to
        inner[path[-1]] = to
        return json.dumps(proof, ensure_ascii=False)

    return attack


def other_content_with_its_commitment(proof: Proof) -> str:
    content = proof["public"]["content"].replace("演示罚", "伪造罚")
    proof["public"]["content"] = content
    salt = bytes.fromhex(proof["public"]["salt"])
    proof["commitments"]["public"] = commitment(salt, content.encode()).hex()
    return json.dumps(proof, ensure_ascii=False)


def shared_content_shown_as_public(proof: Proof) -> str:
    proof["public"] = {"salt": recipe.fixed("salt 7 shared", 16).hex(), "content": "{}"}
    proof["commitments"]["public"] = proof["commitments"]["shared"]
    return json.dumps(proof)


def path(change: Callable[[list[str]], list[str]]) -> Callable[[Proof], str]:
    def attack(proof: Proof) -> str:
        proof["inclusion"]["path"] = change(proof["inclusion"]["path"])
        return json.dumps(proof)

    return attack


def note(change: Callable[[str], str]) -> Callable[[Proof], str]:
    def attack(proof: Proof) -> str:
        proof["checkpoint"] = change(proof["checkpoint"])
        return json.dumps(proof)

    return attack


def resigned(
    words: str | None, origin: str | None = None, root: bytes | None = None
) -> Callable[[Proof], str]:
    """The checkpoint signed again: by a stranger of the same name, for another log, or over another root."""
    key = recipe.key(words) if words else recipe.key()

    def change(text: str) -> str:
        honest = opened(text, recipe.key())
        assert honest is not None
        return signed(Checkpoint(origin or honest.origin, honest.size, root or honest.root), key)

    return note(change)


def raw(change: Callable[[str], str]) -> Callable[[Proof], str]:
    return lambda proof: change(json.dumps(proof, ensure_ascii=False))


OTHER = str(recipe.record(8))
ATTACKS: dict[str, Callable[[Proof], str]] = {
    "public content changed": changed("public", "content", to='{"CF_WSH":"演示罚〔2026〕8号"}'),
    "public content changed, its commitment made anew": other_content_with_its_commitment,
    "salt changed": changed("public", "salt", to="00" * 16),
    "shared content passed off as public": shared_content_shown_as_public,
    "commitment of another class changed": changed("commitments", "shared", to="00" * 32),
    "another record": changed("header", "record", to=OTHER),
    "no record": changed("header", "record", to=None),
    "another event": changed("header", "event", to=OTHER),
    "another kind": changed("header", "kind", to="corrected"),
    "known earlier": changed("header", "known", to="2025-01-02T03:04:05.000006Z"),
    "another organisation": changed("provenance", "subject", to=OTHER),
    "another source": changed("provenance", "source", to=OTHER),
    "another item": changed("provenance", "item", to="permit"),
    "another pack": changed("provenance", "pack", to="demo@sha256:" + "1" * 64),
    "another valid date": changed("provenance", "valid_from", to="2025-01-01"),
    "another position": changed("inclusion", "position", to=6),
    "position beyond the log": changed("inclusion", "position", to=258),
    "position of absurd size": changed("inclusion", "position", to=10**40),
    "negative position": changed("inclusion", "position", to=-1),
    "position as a truth value": changed("inclusion", "position", to=True),
    "position as text": changed("inclusion", "position", to="7"),
    "position as a float": raw(lambda text: text.replace('"position": 7', '"position": 7.0')),
    "path with a node flipped": path(lambda p: [p[1], p[0], *p[2:]]),
    "path cut short": path(lambda p: p[:-1]),
    "path with a node more": path(lambda p: [*p, p[-1]]),
    "empty path": path(lambda p: []),
    "endless path": path(lambda p: p * 100),
    "path node of another length": path(lambda p: ["AAAA", *p[1:]]),
    "path node in another spelling": path(lambda p: [p[0] + "\n", *p[1:]]),
    "checkpoint without signature": note(lambda text: text.split("\n\n")[0] + "\n"),
    "checkpoint of another size": note(lambda text: text.replace("\n258\n", "\n259\n")),
    "checkpoint size with a leading zero": note(lambda text: text.replace("\n258\n", "\n0258\n")),
    "checkpoint over another root": note(lambda text: text.replace("\n258\n", "\n258\nA")),
    "checkpoint signed by a stranger of the same name": resigned("a stranger"),
    "another root, signed by a stranger": resigned("a stranger", root=bytes(32)),
    "another root, signed by the log": resigned(None, root=bytes(32)),
    "checkpoint of another log under the same key": resigned(None, origin="elsewhere.invalid/log/0"),
    "checkpoint with a signature line in disorder": note(lambda text: text + "— nobody\n"),
    "checkpoint with a control character": note(lambda text: text.replace("\n258", "\r\n258")),
    "name standing twice": raw(lambda text: text.replace('{"checkpoint"', '{"format": "x", "checkpoint"', 1)),
    "unknown name": raw(lambda text: text[:-1] + ', "note": "trust me"}'),
    "missing part": raw(
        lambda text: json.dumps({k: v for k, v in json.loads(text).items() if k != "header"})
    ),
    "another format": changed("format", to="xinheng-proof/2"),
    "empty text for an absent value": changed("provenance", "item", to=""),
    "upper-case digits": raw(lambda text: text.replace(json.loads(text)["public"]["salt"], "A" * 32)),
    "id in another spelling": changed("header", "event", to=OTHER.replace("-", "")),
    "list for an object": changed("header", to=[]),
    "number for a text": changed("public", "content", to=1),
    "lone surrogate": raw(lambda text: text.replace("演示罚", "\\ud800")),
    "cut file": raw(lambda text: text[: len(text) // 2]),
    "empty file": raw(lambda text: ""),
    "not an object": raw(lambda text: "[]"),
    "very deep nesting": raw(lambda text: "[" * 100_000),
}


def judged(text: str) -> tuple[int, str]:
    """Exit code and last line of the checker for a proof file with this text."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "proof.json"
        file.write_text(text, encoding="utf-8")
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            code = verify(["proof", str(file), "--key", recipe.key().verifier])
        return code, said.getvalue().splitlines()[-1]


def main() -> None:
    lines = []
    for name, attack in ATTACKS.items():
        text = attack(golden())
        code, says = judged(text)
        shown = {"attack": name, "exit": code, "says": says, "proof": text if len(text) < 20_000 else None}
        lines.append(json.dumps(shown, ensure_ascii=False, sort_keys=True))
    LIBRARY.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
