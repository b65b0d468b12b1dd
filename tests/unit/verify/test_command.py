"""The checker from the outside: what it accepts, what it refuses and how; rubbish never upsets it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.golden.ledger import attacks, recipe

import xinheng.verify
from xinheng.verify import main

KEY = recipe.key().verifier
GOLDEN = recipe.FOLDER
LIBRARY = [json.loads(line) for line in attacks.LIBRARY.read_text(encoding="utf-8").splitlines()]


def run(*arguments: object, key: str = KEY) -> int:
    return main([*(str(a) for a in arguments), "--key", key])


@pytest.mark.parametrize("bad", [b for b in LIBRARY if b["proof"] is not None], ids=lambda b: b["attack"])
def test_every_bad_proof_of_the_library_is_refused_as_it_was(
    bad: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "proof.json").write_text(bad["proof"], encoding="utf-8")
    assert run("proof", tmp_path / "proof.json") == bad["exit"] != 0
    assert capsys.readouterr().out.splitlines()[-1] == bad["says"]


def test_the_library_holds_every_attack() -> None:
    assert [b["attack"] for b in LIBRARY] == list(attacks.ATTACKS)


def test_a_file_of_a_hundred_thousand_brackets_is_no_proof(tmp_path: Path) -> None:
    (tmp_path / "proof.json").write_text("[" * 100_000, encoding="utf-8")
    assert run("proof", tmp_path / "proof.json") == 2


def test_it_runs_as_a_program_and_shows_what_was_proved() -> None:
    command = [
        sys.executable,
        "-W",
        "error",
        "-m",
        "xinheng.verify",
        "proof",
        str(GOLDEN / "proof.json"),
        "--key",
        KEY,
    ]
    source = Path(xinheng.verify.__file__).parents[2]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, cwd=source)
    assert (done.returncode, done.stderr) == (0, "")
    assert "演示罚〔2026〕7号" in done.stdout
    assert done.stdout.endswith("成立。HOLDS.\n")


def copy(tmp_path: Path) -> Path:
    shutil.copytree(GOLDEN / "log", tmp_path / "log")
    return tmp_path / "log"


FILES = sorted(str(p.relative_to(GOLDEN / "log")) for p in (GOLDEN / "log").rglob("*") if p.is_file())


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_bit_changed_in_any_file_of_a_log_is_found(tmp_path: Path, name: str, place: int) -> None:
    path = copy(tmp_path) / name
    raw = bytearray(path.read_bytes())
    raw[(len(raw) - 1) * place // 2] ^= 1
    path.write_bytes(raw)
    assert run("log", tmp_path / "log") in (1, 2)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_missing_or_cut_is_found(tmp_path: Path, name: str) -> None:
    path = copy(tmp_path) / name
    path.write_bytes(path.read_bytes()[:-1])
    assert run("log", tmp_path / "log") == 1
    path.unlink()
    assert run("log", tmp_path / "log") == 2


def test_the_key_is_never_taken_from_the_folder(tmp_path: Path) -> None:
    shutil.copy(GOLDEN / "key.json", copy(tmp_path) / "key.json")
    assert run("log", tmp_path / "log", key=recipe.key("a stranger").verifier) == 1


@pytest.mark.parametrize(
    "key",
    ["", "x", "a+b+c", KEY[:-2], KEY.replace("+46c35b22+", "+00000000+"), KEY.replace("golden", "gold en")],
)
def test_a_key_that_is_none_is_named(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("log", GOLDEN / "log", key=key) == 2
    assert "公钥" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["log"], ["nonsense"], ["log", "x"], ["proof", "--key", KEY]])
def test_a_wrong_call_is_answered_with_words_and_a_code(arguments: list[str], capsys) -> None:
    assert main(arguments) == 2
    assert "参数有误" in capsys.readouterr().out


def test_what_is_not_there_cannot_be_checked(tmp_path: Path) -> None:
    assert run("log", tmp_path / "nowhere") == 2
    assert run("log", tmp_path) == 2
    assert run("proof", tmp_path) == 2
    assert run("proof", "\0") == 2
    assert run("proof", "x" * 5000) == 2


def test_hostile_text_does_not_reach_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = recipe.key()
    text = f"{key.name}/\x1b[31m\n1\n{'A' * 43}=\n\n— {key.name} AAAAAAAA\n"
    (tmp_path / "checkpoint").write_text(text, encoding="utf-8")
    assert run("log", tmp_path) == 1
    assert "\x1b" not in capsys.readouterr().out


quiet = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)


@quiet
@given(raw=st.binary(max_size=400) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "surrogatepass")))
def test_no_rubbish_upsets_the_checker(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "rubbish"
    file.write_bytes(raw)
    assert run("proof", file) in (1, 2)
    assert run("consistency", file, file, "--log", GOLDEN / "log/0") in (1, 2)
    folder = tmp_path / "log"
    folder.mkdir(exist_ok=True)
    (folder / "checkpoint").write_bytes(raw)
    assert run("log", folder) in (1, 2)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=6,
)


@quiet
@given(data=st.data(), value=VALUES)
def test_no_value_in_any_place_of_a_proof_upsets_the_checker(
    tmp_path: Path, data: st.DataObject, value
) -> None:
    proof = attacks.golden()
    part = data.draw(st.sampled_from(sorted(proof)))
    if isinstance(proof[part], dict) and data.draw(st.booleans()):
        name = data.draw(st.sampled_from(sorted(proof[part])))
        same = proof[part][name] == value
        proof[part][name] = value
    else:
        same = False
        proof[part] = value
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(proof), encoding="utf-8")
    assert run("proof", file) == (0 if same else 1) or (part == "format" and run("proof", file) == 2)


@quiet
@given(name=st.sampled_from(FILES), raw=st.binary(max_size=300))
def test_no_rubbish_in_a_tile_upsets_the_checker(tmp_path: Path, name: str, raw: bytes) -> None:
    folder = tmp_path / "log"
    if not folder.exists():
        shutil.copytree(GOLDEN / "log", folder)
    honest = (folder / name).read_bytes()
    (folder / name).write_bytes(raw)
    assert run("log", folder) in (1, 2)
    (folder / name).write_bytes(honest)
