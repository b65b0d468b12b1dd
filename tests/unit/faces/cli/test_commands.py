"""The command line as an operator uses it: one home for the whole module."""

from __future__ import annotations

import io
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from xinheng.faces.cli.main import ROOMS, build, main

ROOT = Path(__file__).resolve().parents[4]
ENVIRONMENT = dict(os.environ) | {"PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": ""}  # as users have it


@pytest.fixture(scope="module")
def made_home(machine_folder) -> Iterator[Path]:
    root = Path(tempfile.mkdtemp(prefix="c-", dir=machine_folder))
    root.chmod(0o711)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XINHENG_HOME", str(root / "h"))
        assert main(["init"]) == 0
        assert main(["db", "start"]) == 0  # kept, so that each command need not start it
        yield root / "h"
        main(["db", "stop"])


@pytest.fixture
def run(made_home, monkeypatch, capsys) -> Callable[..., tuple[int, str, str]]:
    """Runs a command on the home: (exit code, standard output, standard error)."""
    monkeypatch.setenv("XINHENG_HOME", str(made_home))

    def command(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def test_agencies_are_added_and_listed_as_a_tree(run):
    assert run("agency", "add", "MY", "明远市信用办", "--kind", "office", "--level", "city")[0] == 0
    code, out, _ = run(
        "agency", "add", "MY-CG", "明远市城管局", "--parent", "MY", "--authority", "明远市建设局"
    )
    assert (code, out) == (0, "已登记 MY-CG 明远市城管局（市，行政机关）\n")
    lines = run("agency", "list")[1].splitlines()
    assert re.match(r"MY\s+明远市信用办\s", lines[1])
    assert re.match(r"MY-CG\s+明远市城管局.*明远市建设局", lines[2])


def test_a_renamed_agency_shows_its_new_name(run):
    run("agency", "add", "R", "明远市工商局", "--from", "2001-01-01")
    assert run("agency", "rename", "R", "明远市市场监管局", "--from", "2019-03-01")[0] == 0
    assert "明远市市场监管局" in run("agency", "list")[1]
    assert run("agency", "authority", "R", "明远市质监局", "--to", "2019-03-01")[0] == 0


def test_an_account_gets_a_password_once(run):
    run("agency", "add", "A-1", "甲局")
    code, out, err = run("account", "add", "li", "--role", "clerk", "--agency", "A-1")
    assert code == 0
    password = re.search(r"^密码 (\S{23})$", out, re.MULTILINE)[1]
    assert "只显示这一次" in err
    code, out, _ = run("account", "password", "li")
    assert (code, password in out) == (0, False)
    assert run("account", "disable", "li")[0] == 0
    code, out, _ = run("account", "list")
    assert re.search(r"^li\s+li\s+经办人\s+甲局\s+停用", out, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (["agency", "add", "x y", "甲局"], 3, "XH402"),
        (["agency", "add", "B", "甲局", "--parent", "nobody"], 4, "XH401"),
        (["agency", "add", "B", "甲局", "--from", "gestern"], 3, "XH905"),
        (["agency", "add", "B", "甲局", "--level", "moon"], 2, "XH905"),
        (["agency", "add", "B"], 2, "XH905"),
        (["agency", "list", "surplus"], 2, "XH905"),
        (["agency", "nothing"], 2, "XH905"),
        (["nothing"], 2, "XH905"),
        (["account", "add", "li"], 2, "XH905"),
        (["account", "add", "Li", "--role", "office"], 3, "XH403"),
        (["account", "disable", "nobody"], 4, "XH404"),
        (["db", "restore", "/nowhere.backup", "--yes"], 3, "XH309"),
    ],
)
def test_a_refusal_has_one_shape_and_an_exit_code(run, arguments, code, error):
    found, out, err = run(*arguments)
    assert (found, out) == (code, "")
    assert re.fullmatch(rf"\[{error}\] .+：.+。应为：.+。请：.+\n", err)


def test_the_database_is_backed_up_and_restored(run, made_home, tmp_path):
    run("agency", "add", "BK", "备份局")
    file = tmp_path / "one.backup"
    code, out, err = run("db", "backup", str(file))
    assert (code, file.exists(), "密钥不在备份中" in err) == (0, True, True)
    run("agency", "add", "LATER", "后来局")
    code, out, _ = run("db", "restore", str(file), "--yes")
    assert (code, out.startswith("已恢复")) == (0, True)
    listed = run("agency", "list")[1]
    assert ("备份局" in listed, "后来局" in listed) == (True, False)


def test_a_restore_asks_first(run, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert run("db", "restore", str(tmp_path / "one.backup"))[0] == 130


def test_the_state_of_the_database_is_told(run):
    code, out, _ = run("db", "status")
    assert code == 0
    assert out.startswith("数据库运行中")
    assert run("db", "migrate")[1] == "已是最新，无须升级\n"


def test_init_a_second_time_changes_nothing(run):
    code, out, _ = run("init")
    assert code == 0
    assert "已就绪" in out
    assert "未变" in out


def test_without_a_home_a_command_says_so_and_makes_none(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("XINHENG_HOME", str(tmp_path / "none"))
    for arguments in (
        ["agency", "list"],
        ["db", "status"],
        ["db", "start"],
        ["db", "backup", "x"],
        ["account", "list"],
    ):
        assert main(arguments) == 7
        assert "[XH901]" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_a_wrong_setting_is_refused_in_the_same_shape(monkeypatch, capsys):
    monkeypatch.setenv("XINHENG_PORT", "many")
    assert main(["agency", "list"]) == 3
    assert "[XH902]" in capsys.readouterr().err


def test_the_version_needs_no_home(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("XINHENG_HOME", str(tmp_path / "none"))
    assert main(["version"]) == 0
    assert capsys.readouterr().out.startswith("信衡 xinheng ")


def test_help_names_every_command_in_chinese(capsys):
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(re.search(rf"│ {name} +\S", out) for name in ROOMS)


def commands(command, path=()):
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*path, name))


def test_no_page_of_help_has_a_word_of_english(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    for path in commands(get_command(build(["--help"]))):
        assert main([*path, "--help"]) == 0
        out = capsys.readouterr().out
        assert f"用法：{' '.join(('xinheng', *path))} [选项]" in out
        assert "显示本说明" in out
        for english in (
            "Usage",
            "OPTIONS",
            "COMMAND",
            "ARGS",
            "Show this",
            "<str",
            "<bool",
            "<path",
            "<list",
        ):
            assert english not in out, (path, english)
        assert not re.search(r"[{][A-Za-z]", out), path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing"], "没有命令“nothing”。应为：init、agency"),
        (["agency", "nothing"], "没有命令“nothing”。应为：add、list"),
        (["agency", "add", "A", "甲局", "--level", "moon"], "应为：province、city、county"),
        (["receipts", "list", "--limit", "0"], "应为：1 至 1000 的整数"),
        (["log", "prove", "1"], "形如 01890a5d-"),
        (["agency", "list", "surplus"], "多出参数“surplus”"),
        (["log", "verify", "/nowhere"], "--key 名称"),
        (["policy", "reference", "--out", "/dev/null/x"], "路径中有一段不是文件夹"),
    ],
)
def test_a_refusal_says_what_was_found_and_what_would_do(capsys, arguments, said):
    assert main(arguments) != 0
    err = capsys.readouterr().err
    assert said in err
    assert "XH906" not in err


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("command", [["codes", "check"], ["version"], ["codes", "--help"]])
def test_an_answer_that_cannot_be_written_is_no_defect(command, unbuffered):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "xinheng.faces.cli", *command], input=b"x\n", stdout=full,
            stderr=subprocess.PIPE, env=ENVIRONMENT | {"PYTHONUNBUFFERED": unbuffered}, check=False,
        )  # fmt: skip
    assert done.returncode == 3
    told = done.stderr.decode()
    assert "[XH907] 文件或设备无法读写：磁盘已满" in told
    assert len(told.splitlines()) == 1


def test_without_standard_input_codes_are_not_checked():
    program = (
        "import sys; sys.stdin = None; from xinheng.faces.cli.main import main; "
        "sys.exit(main(['codes', 'check']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "标准输入" in done.stderr) == (3, True)


def test_a_record_that_is_not_there_has_no_history(run):
    code, out, err = run("record", "show", "01890a5d-ac96-774b-bcce-b302099a8057")
    assert (code, out, "[XH505]" in err) == (4, "", True)


def test_a_long_name_is_listed_whole(run):
    name = "明远市" + "某" * 60 + "管理局"
    run("agency", "add", "LONG-CODE-OF-AN-AGENCY-1234567890", name)
    out = run("agency", "list")[1]
    assert name in out
    assert "LONG-CODE-OF-AN-AGENCY-1234567890" in out


def test_a_group_without_a_command_shows_its_help(capsys):
    assert main(["agency"]) == 2
    said = capsys.readouterr()
    assert "登记一个信源单位" in said.out
    assert said.err == ""


def test_only_the_command_that_is_asked_for_is_imported():
    program = (
        "import sys; from xinheng.faces.cli.main import main; main(['version'])\n"
        "print({'duckdb', 'fastapi', 'psycopg', 'pyarrow'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[1] == "set()"


def test_a_defect_shows_no_traceback_and_keeps_one_where_asked(run, made_home, monkeypatch):
    (made_home / "keys" / "log.key").rename(made_home / "keys" / "away")
    monkeypatch.chdir(made_home / "keys")  # the name of a socket has its limit
    with socket.socket(socket.AF_UNIX) as strange:
        strange.bind("log.key")  # opening it fails in a way that nobody foresaw
    (made_home / "keys" / "log.key").chmod(0o600)
    try:
        code, _, err = run("agency", "list")
        assert (code, "Traceback" in err, "[XH906]" in err) == (1, False, True)
        assert not (made_home / "debug.log").exists()
        monkeypatch.setenv("XINHENG_DEBUG", "1")
        code, _, err = run("agency", "list")
        assert str(made_home / "debug.log") in err
        assert "Traceback" in (made_home / "debug.log").read_text(encoding="utf-8")
        assert (made_home / "debug.log").stat().st_mode & 0o077 == 0
    finally:
        (made_home / "keys" / "log.key").unlink()
        (made_home / "keys" / "away").rename(made_home / "keys" / "log.key")


def test_a_command_that_is_asked_to_end_ends_cleanly(made_home):
    environment = ENVIRONMENT | {"XINHENG_HOME": str(made_home)}
    # where the tests run in the background SIGINT is ignored, and the command would inherit that
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, expected in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        process = subprocess.Popen(
            [sys.executable, "-m", "xinheng.faces.cli", "codes", "check"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True,
        )  # fmt: skip
        process.stdin.write("x\n")
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(number)
        _, err = process.communicate(timeout=20)
        assert (process.returncode, "Traceback" in err) == (expected, False)


def test_a_reader_that_has_seen_enough_hears_no_complaint():
    process = subprocess.Popen(
        [sys.executable, "-m", "xinheng.faces.cli", "codes", "check"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT,
    )  # fmt: skip
    process.stdin.write(b"x\n")
    process.stdin.flush()
    assert process.stdout.readline() == b"code,verdict,reason,suggestion\n"
    process.stdout.close()
    _, err = process.communicate(b"x\n" * 100_000, timeout=20)
    assert (process.returncode, err) == (1, b"")


def test_a_reader_that_is_gone_before_the_end_hears_no_complaint():
    """What is short is written only when the command ends."""
    seen, written = os.pipe()
    os.close(seen)
    with os.fdopen(written, "wb") as gone:
        done = subprocess.run(
            [sys.executable, "-m", "xinheng.faces.cli", "version"],
            stdout=gone, stderr=subprocess.PIPE, env=ENVIRONMENT, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, b"")


def test_every_command_of_the_list_that_is_built_is_found():
    names = {command.name for command in build(["--help"]).registered_commands}
    groups = {group.name for group in build(["--help"]).registered_groups}
    assert {"init", "version"} <= names
    assert {"agency", "account", "db", "codes", "policy"} <= groups


def test_a_client_is_entered_rotated_and_disabled(run):
    run("agency", "add", "MY-JK", "明远市接口局")
    code, out, err = run("client", "add", "MY-JK", "执法系统", "--scope", "submissions:read")
    assert code == 0
    client, secret = (line.split()[1] for line in out.splitlines()[1:])
    assert "只显示这一次" in err
    assert secret not in run("client", "list")[1]
    assert re.search(rf"{client}\s+执法系统\s+明远市接口局\s+submissions:read", run("client", "list")[1])
    code, out, _ = run("client", "rotate", client, "--overlap", "0")
    assert (code, "全部失效" in out, secret in out) == (0, True, False)
    assert run("client", "disable", client)[0] == 0
    assert "停用" in run("client", "list", "--agency", "MY-JK")[1]
    assert run("client", "rotate", client)[0] == 3
    assert run("client", "disable", "xc-nobody")[0] == 4


def test_an_agency_moves_ends_is_succeeded_and_shows_it_all(run):
    for arguments in (
        ("TR", "树市信用办", "--kind", "office", "--level", "city"),
        ("TR-T", "树市税务局", "--parent", "TR"),
        ("TR-X", "木县信用办", "--parent", "TR", "--kind", "office", "--level", "county"),
        ("TR-X-T", "木县税务局", "--parent", "TR-X", "--line", "TR-T"),
        ("TR-V", "林镇", "--parent", "TR-X", "--level", "township"),
        ("TR-Z", "森林管理区", "--parent", "TR", "--level", "zone"),
    ):
        assert run("agency", "add", *arguments)[0] == 0
    assert run("agency", "move", "TR-V", "--under", "TR-Z", "--from", "2024-05-01")[0] == 0
    assert run("agency", "move", "TR", "--under", "TR-V", "--from", "2024-05-01")[0] == 5
    assert run("agency", "end", "TR-X", "--on", "2025-01-01")[0] == 5
    assert run("agency", "behalf", "TR-Z", "TR-V", "--from", "2024-05-01")[0] == 0
    assert run("agency", "behalf", "TR-X", "TR-V", "--from", "2024-05-01")[0] == 5
    assert run("agency", "settings", "TR-V", "--review")[0] == 0
    assert run("agency", "succeed", "TR-X", "--by", "TR-Z", "--from", "2025-01-01")[0] == 0
    assert run("agency", "rename", "TR-V", "林街道", "--from", "2024-06-01")[0] == 0
    assert run("agency", "authority", "TR-V", "林镇执法队")[0] == 0
    assert run("agency", "authority", "TR-V", "林镇执法队", "--end", "--to", "2024-07-01")[0] == 0
    shown = run("agency", "show", "TR-V")[1]
    for line in (
        r"名称 +林镇 +–2024-06-01",
        r"名称 +林街道 +2024-06-01–",
        r"上级（按地域） +TR-X 木县信用办 +–2024-05-01",
        r"上级（按地域） +TR-Z 森林管理区 +2024-05-01–",
        r"代报机关 +林镇执法队 +–2024-07-01",
        r"可由其代录 +TR-Z 森林管理区 +2024-05-01–",
        r"报送前审核 +是",
    ):
        assert re.search(line, shown), line
    assert re.search(r"上级（按条线） +TR-T 树市税务局", run("agency", "show", "TR-X-T")[1])
    assert re.search(r"由其承继 +TR-Z 森林管理区 +2025-01-01–", run("agency", "show", "TR-X")[1])
    assert run("agency", "end", "TR-V", "--on", "2025-06-01")[0] == 0
    assert run("agency", "show", "nobody")[0] == 4
    for arguments in (
        ("behalf", "TR-Z", "TR-V", "--end"),
        ("move", "TR-X-T", "--line", "--from", "2026-01-01"),
    ):
        assert run("agency", *arguments)[0] == 0
