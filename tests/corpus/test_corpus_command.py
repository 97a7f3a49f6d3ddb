"""``isoflop corpus``: one command writes tokens, another shows them; mistakes are answered."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from isoflop.cli.main import main
from isoflop.corpus import standard_library
from isoflop.corpus.tokens import open_tokens


def call(capsys, *arguments):
    try:
        main([str(argument) for argument in arguments])
        code = 0
    except SystemExit as stop:
        code = stop.code
    said = capsys.readouterr()
    assert "Traceback" not in said.err + said.out
    return code, said.out, said.err


def test_a_folder_becomes_a_domain_and_its_card_is_shown(folder, tmp_path, capsys):
    out = tmp_path / "out"
    code, said, _ = call(capsys, "corpus", "tokens", folder, "--out", out, "--heldout", "0.2")
    assert code == 0
    assert "tokenizer bytes, 257 ids" in said
    assert open_tokens(out).domains == ("web",)
    assert call(capsys, "corpus", "show", out, "--check")[1] == said


def test_json_is_the_meta_of_the_folder(folder, tmp_path, capsys):
    out = tmp_path / "out"
    named = f"--domain=prose={folder}"
    _, said, _ = call(capsys, "corpus", "tokens", named, "--out", out, "--json", "--heldout", "0.2")
    assert json.loads(said) == json.loads((out / "meta.json").read_text())
    assert json.loads(said)["source"] == [f"prose={folder}"]


def test_a_separator_may_be_written_with_escapes(tmp_path, capsys, texts):
    path = tmp_path / "all.txt"
    path.write_text("\n\n\n".join(text.strip() for text in texts), encoding="utf-8")
    options = ("--out", tmp_path / "out", "--separator", r"\n\n\n", "--heldout", "0.2", "--json")
    _, said, _ = call(capsys, "corpus", "tokens", path, *options)
    sizes = json.loads(said)["domains"]["all"]
    assert sizes["train"]["documents"] + sizes["heldout"]["documents"] == len(texts)


def test_default_adds_the_standard_library(folder, tmp_path, capsys, monkeypatch):
    library = tmp_path / "library"
    library.mkdir()
    for i in range(60):
        (library / f"m{i}.py").write_text(f'"""About {i}."""\nx = {i}\n')
    paths = {"stdlib": str(library)}
    monkeypatch.setattr(standard_library.sysconfig, "get_paths", lambda: paths)
    options = ("--default", "--out", tmp_path / "out", "--heldout", "0.2")
    assert call(capsys, "corpus", "tokens", folder, *options)[0] == 0
    written = open_tokens(tmp_path / "out")
    assert written.domains == ("docs", "python", "web")
    assert written.meta["source"][-1].startswith("standard library of Python 3")


@pytest.mark.parametrize(
    ("arguments", "expected", "exit_code"),
    [
        ((), "E465", 2),
        (("none",), "E201", 3),
        (("web", "--domain", "x"), "E457", 2),
        (("web", "--tokenizer", "words"), "words", 2),
        (("web", "--vocab", "9"), "E461", 2),
        (("web", "--encoding", "ascii"), "E453", 3),
        (("web", "--only", "*.md"), "E452", 3),
    ],
)
def test_mistakes_are_answered_with_a_code(
    folder, tmp_path, capsys, monkeypatch, arguments, expected, exit_code
):
    monkeypatch.chdir(tmp_path)
    code, out, err = call(capsys, "corpus", "tokens", *arguments, "--out", "tokens")
    assert expected in out + err
    assert code == exit_code
    assert not (tmp_path / "tokens").exists()


def test_a_missing_tokenizer_package_is_a_missing_extra(folder, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    options = ("--tokenizer", "bpe", "--out", tmp_path / "out")
    code, _, err = call(capsys, "corpus", "tokens", folder, *options)
    assert code == 4
    assert "isoflop[train]" in err


def test_help_names_the_commands_and_loads_nothing_heavy():
    program = (
        "import sys\nfrom isoflop.cli.main import main\n"
        "try:\n    main(['corpus', 'tokens', '--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'polars', 'scipy', 'tokenizers', 'matplotlib'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "--separator" in done.stdout
