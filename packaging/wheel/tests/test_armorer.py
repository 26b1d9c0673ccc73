"""The module of the wheel, against the program that was installed with it."""

import subprocess
import sys
from pathlib import Path

import pytest

import armorer

POLICY = "profile p {\n  /etc/passwd r,\n}\n"


def test_parse_gives_the_tree():
    assert "/etc/passwd" in str(armorer.parse(POLICY))


def test_a_syntax_error_is_an_exception():
    with pytest.raises(armorer.Error) as raised:
        armorer.parse("profile p { /a r }\n")
    assert raised.value.status == 1
    assert "missing comma" in str(raised.value)


def test_lint_lists_findings(tmp_path: Path):
    file = tmp_path / "p"
    file.write_text(POLICY)
    for policy in (POLICY, POLICY.encode(), file):
        assert "missing-abi" in [finding["name"] for finding in armorer.lint(policy, features="linux-6.12")]
    findings = armorer.lint("profile p { /a r }\n")
    assert any(finding["severity"] == "error" for finding in findings)


def test_query_answers_and_names_the_rule():
    answer = armorer.query(POLICY, "p", ["file", "/etc/passwd", "r"], features="linux-6.12")
    assert [verdict["decision"] for verdict in answer["verdicts"]] == ["allowed"]
    assert answer["rules"][0]["line"] == 2
    answer = armorer.query(POLICY, "p", ["file", "/etc/shadow", "r"], features="linux-6.12")
    assert [verdict["decision"] for verdict in answer["verdicts"]] == ["denied"]


def test_a_profile_that_is_not_there_is_an_exception():
    with pytest.raises(armorer.Error, match="q"):
        armorer.query(POLICY, "q", ["file", "/etc/passwd", "r"], features="linux-6.12")


def test_diff_finds_new_access(tmp_path: Path):
    file = tmp_path / "p"
    file.write_text(POLICY)
    assert armorer.diff(file, POLICY, features="linux-6.12")["differences"] == []
    wider = POLICY.replace("passwd", "*")
    assert armorer.diff(file, wider, features="linux-6.12")["differences"]
    with pytest.raises(TypeError):
        armorer.diff(POLICY, wider)


def test_the_module_runs_the_program():
    done = subprocess.run([sys.executable, "-m", "armorer", "--version"], stdout=subprocess.PIPE, check=True)
    assert done.stdout.startswith(b"armorer ")
