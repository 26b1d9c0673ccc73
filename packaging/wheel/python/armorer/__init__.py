"""AppArmor profiles: parse, lint, query and compare them.

Each function runs the program `armorer` of this package once and returns what it prints as JSON, whose format has a version and is
documented with the program. Policy is given as text (`str`, `bytes`) or as the path of a file (`pathlib.Path`).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

__all__ = ["Error", "Policy", "diff", "lint", "parse", "program", "query", "run"]

Policy = Union[str, bytes, "os.PathLike[str]"]


class Error(Exception):
    """The program could not answer: `str()` of it is its message, `status` its exit status (1: errors in profiles; 2: wrong usage)."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def program() -> str:
    """Returns the path of the program: the one that was installed with this module, or the first in `PATH`."""
    for scheme in (None, f"{os.name}_user"):
        directory = sysconfig.get_path("scripts") if scheme is None else sysconfig.get_path("scripts", scheme)
        candidate = Path(directory, "armorer")
        if candidate.is_file():
            return str(candidate)
    found = shutil.which("armorer")
    if found is None:
        raise Error("the program `armorer` is not installed", 2)
    return found


def run(arguments: Sequence[str], text: Optional[bytes] = None) -> Tuple[int, bytes, bytes]:
    """Runs the program, with a text as standard input; returns its exit status, output and error output."""
    done = subprocess.run([program(), *arguments], input=text or b"", stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    return done.returncode, done.stdout, done.stderr


def parse(policy: Policy) -> Dict[str, Any]:
    """Returns the syntax tree of a policy, as `armorer ast` prints it. Raises `Error` if there is a syntax error."""
    tree: Dict[str, Any] = _json(["ast"], policy, answers=(0,))
    return tree


def lint(policy: Policy, *, features: Optional[str] = None, base: Optional[Path] = None) -> List[Dict[str, Any]]:
    """Returns the findings of the linter: a dictionary for each, with `code`, `message`, `severity`, `line`, `column` and more.

    Errors in the policy are findings as well.
    """
    report = _json(["lint", "--format", "json", *_options(features, base)], policy, answers=(0, 1))
    findings: List[Dict[str, Any]] = report["findings"]
    return findings


def query(
    policy: Policy, profile: str, access: Sequence[str], *, features: Optional[str] = None, base: Optional[Path] = None
) -> Dict[str, Any]:
    """Returns what a profile decides about an access, such as `["file", "/etc/shadow", "r"]`, and the rules that say so."""
    arguments = ["query", "--json", *_options(features, base), "--profile", profile]
    answer: Dict[str, Any] = _json(arguments, policy, answers=(0, 1), after=access)
    return answer


def diff(
    before: Policy,
    after: Policy,
    *,
    no_new_access: bool = False,
    features: Optional[str] = None,
    base: Optional[Path] = None,
) -> Dict[str, Any]:
    """Returns the accesses on which two policies differ; with `no_new_access`, those that only the second one allows."""
    if isinstance(before, (str, bytes)) and isinstance(after, (str, bytes)):
        raise TypeError("one of the policies has to be a path: the program reads one text only")
    first, second = ("-" if isinstance(policy, (str, bytes)) else os.fspath(policy) for policy in (before, after))
    text = next((_bytes(policy) for policy in (before, after) if isinstance(policy, (str, bytes))), None)
    arguments = ["diff", "--json", *_options(features, base), *(["--no-new-access"] if no_new_access else []), "--", first, second]
    differences: Dict[str, Any] = _answer(run(arguments, text), answers=(0, 1))
    return differences


def _options(features: Optional[str], base: Optional[Path]) -> List[str]:
    options = [] if features is None else ["--features", features]
    return options if base is None else [*options, "--base", os.fspath(base)]


def _bytes(text: Union[str, bytes]) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _json(arguments: List[str], policy: Policy, *, answers: Tuple[int, ...], after: Sequence[str] = ()) -> Any:
    if isinstance(policy, (str, bytes)):
        return _answer(run([*arguments, "--", "-", *after], _bytes(policy)), answers)
    return _answer(run([*arguments, "--", os.fspath(policy), *after]), answers)


def _answer(done: Tuple[int, bytes, bytes], answers: Tuple[int, ...]) -> Any:
    status, output, errors = done
    # A policy that does not compile has no answer: then there is a message in place of the JSON.
    if status not in answers or not output:
        raise Error(errors.decode(errors="replace").strip(), status)
    return json.loads(output)
