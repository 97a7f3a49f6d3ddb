"""The corpus every user has: code and English parted without loss."""

from __future__ import annotations

import argparse
import ast
import dataclasses
import inspect
import json.decoder
import typing
from pathlib import Path

import pytest

from isoflop.corpus.docstrings import parted
from isoflop.corpus.document import Document, Skipped
from isoflop.corpus.standard_library import standard_library

_NODES = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def without_docstrings(source):
    """The same by way of the syntax tree alone."""
    tree = ast.parse(source)
    for node in [n for n in ast.walk(tree) if isinstance(n, _NODES)]:
        bare = node.body[1:] if ast.get_docstring(node) is not None else node.body
        node.body = bare if bare or isinstance(node, ast.Module) else [ast.Pass()]
    return ast.dump(tree)


@pytest.mark.parametrize("module", [argparse, ast, dataclasses, inspect, json.decoder, typing])
def test_code_without_docstrings_is_the_same_program(module):
    source = Path(module.__file__).read_text(encoding="utf-8")
    assert ast.dump(ast.parse(parted(source).code)) == without_docstrings(source)


@pytest.mark.parametrize(
    ("source", "code", "text"),
    [
        ('"""Doc."""\nx = 1\n', "x = 1\n", "Doc."),
        ('def f(): "Doc."\n', "def f(): pass\n", "Doc."),
        ('class A:\n    """Doc\n\n    more."""\n', "class A:\n    pass\n", "Doc\n\nmore."),
        ('"""Doc."""; x = 1\n', "pass; x = 1\n", "Doc."),
        ('x = "ü"; y = 2\n\f\ndef f():\n    "é"\n    return 1\n', None, "é"),
        ("x = 1", "x = 1", ""),
    ],
)
def test_docstrings_are_taken_out_whole(source, code, text):
    parts = parted(source)
    assert parts.text == text
    assert code in (None, parts.code)
    assert ast.dump(ast.parse(parts.code)) == without_docstrings(source) or "pass;" in parts.code


def test_every_docstring_is_in_the_text():
    source = Path(argparse.__file__).read_text(encoding="utf-8")
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, _NODES)]
    found = [doc for node in nodes if (doc := ast.get_docstring(node))]
    text = parted(source).text
    assert len(found) > 10
    assert [doc for doc in found if doc not in text] == []


@pytest.mark.parametrize("source", ["def f(:\n", "x = '\0'\n"])
def test_what_is_no_python_has_no_parts(source):
    assert parted(source) is None


def test_a_small_library_gives_two_domains_and_passes_tests_over(tmp_path):
    (tmp_path / "pydoc_data").mkdir()
    (tmp_path / "test").mkdir()
    (tmp_path / "a.py").write_text('"""About a."""\nx = 1\n')
    (tmp_path / "bad.py").write_text("def f(:\n")
    (tmp_path / "latin.py").write_bytes(b"# -*- coding: latin-1 -*-\nx = '\xe9'\n")
    (tmp_path / "LICENSE.txt").write_text("Do as you like.")
    (tmp_path / "pydoc_data" / "topics.py").write_text("topics = {'b': 'Page b', 'a': 'Page a'}")
    (tmp_path / "test" / "t.py").write_text("x = 2\n")
    items = list(standard_library(tmp_path))
    found = [(item.domain, item.text) for item in items if isinstance(item, Document)]
    assert found == [
        ("docs", "Do as you like."),
        ("python", "x = 1\n"),
        ("docs", "About a."),
        ("python", "# -*- coding: latin-1 -*-\nx = 'é'\n"),
        ("docs", "Page a"),
        ("docs", "Page b"),
    ]
    skipped = [item for item in items if isinstance(item, Skipped)]
    assert [(item.domain, item.reason) for item in skipped] == [
        ("python", "undecodable"),
        ("docs", "empty"),
    ]
