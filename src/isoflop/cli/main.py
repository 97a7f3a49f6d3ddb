"""The entry point: finds commands by their files, turns errors into messages and exit codes."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import re
import sys
from pathlib import Path

from cyclopts import App, CycloptsError

from isoflop import __version__
from isoflop.core.errors import IsoflopError

NOT_COMMANDS = {"main", "options", "arguments"}  # nor files that end in _options
WRONG_USAGE, INTERRUPTED = 2, 130


def build() -> App:
    """The application; a command's module is imported when it is called or its help is read."""
    app = App(
        name="isoflop",
        help="From cheap training runs to a scaling forecast and a plan one can be held to.",
        version=__version__,
    )
    return _with_commands(app, Path(__file__).parent, "isoflop.cli")


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with 0, 1 (do not trust), 2 (usage), 3 (data) or 4 (extra)."""
    tokens = sys.argv[1:] if arguments is None else arguments
    try:
        build()(tokens, exit_on_error=False, print_error=True)
    except CycloptsError:
        sys.exit(WRONG_USAGE)
    except IsoflopError as error:
        _say(error, as_json="--json" in tokens)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; nothing was half written.\n")
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader went away (for example `| head`); nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _with_commands(app: App, folder: Path, package: str) -> App:
    """Each file is a command; each folder a group of commands, helped by its first sentence."""
    for module in pkgutil.iter_modules([str(folder)]):
        path = f"{package}.{module.name}"
        if module.ispkg:
            group = App(name=module.name, help=importlib.import_module(path).__doc__)
            app.command(_with_commands(group, folder / module.name, path))
        elif module.name not in NOT_COMMANDS and not module.name.endswith("_options"):
            about = _about(folder / f"{module.name}.py", module.name)
            app.command(f"{path}:{module.name}", name=module.name, help=about)
    return app


def _about(file: Path, function: str) -> str | None:
    """The first paragraph of a command's docstring, read without importing the command."""
    text = file.read_text(encoding="utf-8")
    found = re.search(rf'^def {function}\(.*?"""(.+?)(?:\n\n|""")', text, re.DOTALL | re.MULTILINE)
    return None if found is None else " ".join(found[1].split())


def _say(error: IsoflopError, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps({"error": error.to_dict()}, indent=1) + "\n")
    sys.stderr.write(f"{error}\n  more: isoflop explain {error.code}\n")
