"""One TOML file states a sweep: [sweep], [train] or [command], [design], [launch]."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from isoflop.core.conventions import FlopFormula
from isoflop.core.errors import DataError, UsageError
from isoflop.core.flops import FLOPS_PER_TOKEN
from isoflop.measure.design.design import get_design
from isoflop.measure.design.realise import COMMON_KEYS, Point, realise
from isoflop.measure.design.sizes import Base, count_dense
from isoflop.measure.design.table import Table
from isoflop.measure.launch.command import OFFERED, PLACEHOLDER
from isoflop.measure.launch.job import Job, identity
from isoflop.measure.launch.launcher import LaunchOptions, get_launcher
from isoflop.measure.launch.plan import Plan

_SECTIONS = ("sweep", "train", "command", "design", "launch")
_SWEEP_KEYS = ("name",)
_COMMAND_KEYS = ("argv", "cwd", "resumes", "settings")
_ORDERS = ("small_first", "large_first")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,99}")
DEFAULT_FORMULA: FlopFormula = "porian"  # as the built-in trainer counts


@dataclass(frozen=True)
class SweepFile:
    """A sweep file, read and checked as far as its own words go."""

    path: Path
    text: str
    document: Mapping[str, Any]  # Any: values of a TOML file

    @property
    def name(self) -> str:
        """Of the sweep, and of its folder."""
        return str(self.document.get("sweep", {}).get("name", self.path.stem))

    @property
    def home(self) -> Path:
        """The folder that relative paths in the file start from."""
        return self.path.resolve().parent

    def table(self, section: str) -> Table:
        """One section."""
        return Table(section, self.document.get(section, {}), self.path.name, self.text)

    def plan(self) -> Plan:
        """All runs.

        Raises
        ------
        UsageError
            E431 to E434, E440 for what is wrong in the file; the message names the line.
        """
        is_command = "command" in self.document
        base = self._command_base() if is_command else self._train_base()
        table = self.table("design")
        design = get_design(table.word("kind"))
        table.check_keys({**design.keys, **COMMON_KEYS})
        points, notes = realise(design.wishes(table, base), table, base)
        jobs: dict[str, Job] = {}
        for point in points:
            self._add(point, jobs, base)
        return Plan(
            name=self.name,
            design=design.name,
            jobs=tuple(jobs.values()),
            launch=self._launch(),
            scripts=self._scripts(),
            notes=tuple(notes),
        )

    def _add(self, point: Point, jobs: dict[str, Job], base: Base) -> str:
        """Add a point and the trunk it needs; the same point twice is one run."""
        after = self._add(point.trunk, jobs, base) if point.trunk is not None else None
        if "command" in self.document:
            job = self._command_job(point, base)
        else:
            job = self._train_job(point, after)
        jobs.setdefault(job.run_id, job)
        return job.run_id

    def _train_job(self, point: Point, after: str | None) -> Job:
        settings = {**self.document["train"], "data": str(self._data()), **point.settings}
        if after is not None:
            start = int(point.expected["start"])
            settings["branch_from"] = f"runs/{after}/checkpoint-{start}.safetensors"
        self._check_settings(settings)
        run_id = identity("train", settings, (), after)
        return Job(run_id, "train", settings, point.expected, after=after, role=point.role)

    def _check_settings(self, settings: dict[str, Any]) -> None:  # Any: TOML values
        from isoflop.measure.launch.trainer import check_settings

        try:
            check_settings(settings)
        except UsageError as error:
            error.where = f"{self.path.name}, [train] with [design]; {error.where}"
            raise

    def _command_job(self, point: Point, base: Base) -> Job:
        table = self.table("command")
        if point.trunk is not None or point.role == "trunk":
            raise self.table("design").wrong(
                "kind", "needs checkpoints of the built-in trainer", "use [train], or another kind"
            )
        argv = tuple(table.values["argv"])
        settings = {**base.settings, **dict(point.expected), **point.settings}
        if "flops" in point.expected:
            settings["flops_convention"] = self._formula()
        whole = {
            k: int(v) if isinstance(v, float) and v == int(v) and k in point.expected else v
            for k, v in settings.items()
        }
        self._check_placeholders(argv, whole)
        return Job(
            identity("command", whole, argv, None),
            "command",
            whole,
            point.expected,
            argv=argv,
            cwd=str(self._cwd()),
            resumes=table.flag("resumes", False),
        )

    def _check_placeholders(self, argv: tuple[str, ...], settings: Mapping[str, object]) -> None:
        known = {*settings, *OFFERED}
        for word in argv:
            for name in PLACEHOLDER.findall(word):
                if name not in known:
                    raise UsageError(
                        f"The command names {{{name}}}, which no run has.",
                        where=self.table("command").where("argv"),
                        matters="the script would get the placeholder itself.",
                        do="add it to [command.settings] or [design]; known: "
                        + ", ".join(sorted(known)),
                        code="E440",
                    )

    def _command_base(self) -> Base:
        table = self.table("command")
        table.check_keys(_COMMAND_KEYS)
        argv = table.values.get("argv")
        if not isinstance(argv, list) or not argv or not all(isinstance(w, str) for w in argv):
            raise table.missing("argv", 'argv = ["python", "train.py", "--lr", "{lr}"]')
        self._check_program(argv, table)
        settings = dict(table.part("settings").values)
        return Base(settings, count_dense(self._formula()), self.table("design"))

    def _check_program(self, argv: list[str], table: Table) -> None:
        """The program and, for an interpreter, the script must be there before the first run."""
        first = argv[0]
        local = (self._cwd() / first).is_file() and "/" in first
        named = [word for word in argv[1:2] if word.endswith((".py", ".sh"))]
        lost = [word for word in named if not (self._cwd() / word).is_file()]
        if not (first == "{python}" or local or shutil.which(first)):
            lost = [first]
        if lost:
            raise UsageError(
                f"The command names {lost[0]}, which is not there.",
                where=f"{table.where('argv')}, from {self._cwd()}",
                matters="every run would fail.",
                do="correct argv, or give cwd in [command]; paths start at the sweep file.",
                code="E434",
            )

    def _train_base(self) -> Base:
        from isoflop.measure.launch.trainer import count_model, trainer_defaults

        table = self.table("train")
        if "train" not in self.document:
            raise UsageError(
                f"{self.path.name} says neither [train] nor [command].",
                where=str(self.path),
                matters="there is nothing to run.",
                do="add [train] with settings of the trainer, or [command] with argv.",
                code="E432",
            )
        defaults = trainer_defaults()
        table.check_keys(defaults.known)
        meta = self._meta(table)
        settings = {**defaults.values, "vocab": meta["vocab"], **table.values}
        domains = {name: float(item["train"]["tokens"]) for name, item in meta["domains"].items()}
        design = self.table("design")
        if design.has("flops"):
            raise design.wrong(
                "flops", "is for [command]", "leave it out: the trainer counts itself"
            )
        return Base(settings, count_model, design, domains)

    def _meta(self, table: Table) -> dict[str, Any]:  # Any: a JSON document
        """What the token folder says of itself."""
        folder = self._data()
        try:
            meta: dict[str, Any] = json.loads((folder / "meta.json").read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise table.wrong(
                "data", f"is no token folder ({folder})", "make one with: isoflop corpus tokens"
            ) from error
        return meta

    def _launch(self) -> LaunchOptions:
        table = self.table("launch")
        plain = LaunchOptions()
        backend = table.word("backend", plain.backend)
        launcher = get_launcher(backend)
        names = (*LaunchOptions.__dataclass_fields__, *launcher.extra_keys)
        table.check_keys(name for name in names if name != "extra")
        limit = table.number("timeout", low=1.0) if table.has("timeout") else None
        return LaunchOptions(
            backend=backend,
            workers=table.integer("workers", plain.workers, low=1),
            threads=table.integer("threads", plain.threads, low=1),
            timeout=limit,
            retries=table.integer("retries", plain.retries),
            deaths=table.integer("deaths", plain.deaths),
            stack=table.integer("stack", plain.stack, low=1),
            runs_per_request=table.integer("runs_per_request", plain.runs_per_request, low=1),
            order=table.word("order", plain.order, _ORDERS),
            extra={key: table.values[key] for key in launcher.extra_keys if table.has(key)},
        )

    def _formula(self) -> FlopFormula:
        found = self.table("design").word("flops", DEFAULT_FORMULA, FLOPS_PER_TOKEN)
        return cast("FlopFormula", found)

    def _cwd(self) -> Path:
        return (self.home / str(self.document["command"].get("cwd", "."))).resolve()

    def _data(self) -> Path:
        table = self.table("train")
        return (self.home / Path(table.word("data")).expanduser()).resolve()

    def _scripts(self) -> dict[str, str]:
        """Digests of the files a command names, to tell later that one changed."""
        if "command" not in self.document:
            return {}
        words = [word for word in self.document["command"]["argv"] if not PLACEHOLDER.search(word)]
        files = [word for word in words if (self._cwd() / word).is_file()]
        return {
            word: hashlib.sha256((self._cwd() / word).read_bytes()).hexdigest() for word in files
        }


def read_sweep_file(path: Path) -> SweepFile:
    """Read and parse a sweep file.

    Raises
    ------
    DataError
        E430 if it cannot be read or is no TOML; the message names the line.
    UsageError
        E431 for an unknown section.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        document = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise DataError(
            f"{path.name} cannot be read as a sweep: {reason}.",
            where=str(path),
            matters="no run was planned.",
            do="correct the file; isoflop design --example prints one to start from.",
            code="E430",
        ) from error
    whole = Table("", document, path.name, text)
    for section, value in document.items():
        if section not in _SECTIONS or not isinstance(value, dict):
            whole.check_keys(_SECTIONS)
            raise whole.wrong(section, "is not a [section]", f"write [{section}] on a line")
    found = SweepFile(path, text, document)
    sweep = found.table("sweep")
    sweep.check_keys(_SWEEP_KEYS)
    if not _NAME.fullmatch(found.name):
        raise sweep.wrong("name", "cannot name a folder", "use letters, digits, - _ and .")
    if "train" in document and "command" in document:
        raise whole.wrong("command", "stands beside [train]", "keep one of the two")
    return found
