"""The loop around the compiled chunks: reads rows, evaluates, records, saves."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jax
import numpy as np

from isoflop.core.files import canonical_json, write_atomic
from isoflop.corpus.tokens import TokenFolder, open_tokens
from isoflop.measure.train.begin import claim_folder, finished_result, first_state, places_of
from isoflop.measure.train.checkpoint import Place
from isoflop.measure.train.config import TrainConfig
from isoflop.measure.train.heldout import HeldOut, open_heldout
from isoflop.measure.train.journal import Journal, StepRecord
from isoflop.measure.train.model import Batch
from isoflop.measure.train.program import (
    Hyper,
    Log,
    Program,
    ProgramKey,
    State,
    first_params,
    hyper_of,
    key_of,
    program_of,
)
from isoflop.measure.train.result import Clock, result_row
from isoflop.measure.train.shape import shape_of
from isoflop.measure.train.stream import Reader, Stream, open_stream, reads_the_same

Progress = Callable[[int, int], None]
Row = dict[str, Any]  # Any: JSON values


@dataclass
class _Training:
    """Runs that are trained together, and where they stand.

    Parameters
    ----------
    streams, readers : one for all runs if they read the same rows.
    ahead : rows read for the next chunk while the last one was being computed.
    """

    program: Program
    journals: list[Journal]
    streams: list[Stream]
    readers: list[Reader]
    heldout: HeldOut
    hyper: Hyper
    state: State
    step: int
    seconds_before: float
    began: float = 0.0
    ahead: Batch | None = None

    @property
    def key(self) -> ProgramKey:
        return self.program.key

    @property
    def config(self) -> TrainConfig:
        return self.journals[0].config

    @property
    def seconds(self) -> float:
        return self.seconds_before + time.perf_counter() - self.began

    @property
    def rows(self) -> int:
        place = self.journals[0].place
        return place.start_rows + (self.step - place.start_step) * self.config.batch

    @property
    def is_over(self) -> bool:
        diverged = all(journal.diverged_at is not None for journal in self.journals)
        return diverged or self.step >= self.config.steps

    def chunk_from(self, step: int) -> int:
        """Steps up to the next evaluation, checkpoint or end, at most a whole chunk."""
        stops = [step + self.key.chunk, self.config.steps]
        saves = [journal.config.checkpoint_every for journal in self.journals]
        for every in (self.config.eval_every, *saves):
            if every:
                stops.append((step // every + 1) * every)
        return min(stops) - step

    def apart(self, tree: Any) -> list[Any]:  # Any: a tree of arrays
        """The same tree for each run, on the host."""
        host = jax.tree.map(np.asarray, tree)
        if not self.key.n_stacked:
            return [host]
        return [jax.tree.map(lambda x, i=i: x[i], host) for i in range(len(self.journals))]


def train(
    configs: Sequence[TrainConfig],
    folders: Sequence[Path],
    *,
    stacked: bool,
    progress: Progress | None = None,
) -> list[Row]:
    """Train one run as it is, or several that share a program as one stack."""
    kept = [finished_result(c, f) for c, f in zip(configs, folders, strict=True)]
    finished = [result for result in kept if result is not None]
    if len(finished) == len(kept):
        return finished
    training = _open(configs, folders, open_tokens(configs[0].data), stacked=stacked)
    with ExitStack() as open_files:
        for journal in training.journals:
            open_files.callback(journal.log.close)
        _warm(training)
        while not training.is_over:
            _chunk(training)
            if progress is not None:
                progress(training.step, training.config.steps)
    clock = Clock(training.seconds, len(configs))
    return [_finish(training, i, clock) for i in range(len(configs))]


def _open(
    configs: Sequence[TrainConfig], folders: Sequence[Path], tokens: TokenFolder, *, stacked: bool
) -> _Training:
    streams = [open_stream(config, tokens) for config in configs]
    heldout = open_heldout(configs[0], tokens)
    for config, folder in zip(configs, folders, strict=True):
        claim_folder(config, folder)
    places = places_of(configs, folders, tokens.digest)
    key = key_of(configs[0], shape_of(configs[0], tokens.vocab))
    if stacked:
        same = all(reads_the_same(streams[0], other) for other in streams[1:])
        key = replace(key, n_stacked=len(configs), shares_rows=same)
    program = program_of(key)
    hypers = [hyper_of(config) for config in configs]
    hyper = _together(hypers) if stacked else hypers[0]
    readers = [stream.reader(places[0].rows) for stream in streams]
    state = program.init(first_params(key, configs), hyper)
    if places[0].step:
        state = _loaded(configs, folders, places, state, stacked=stacked)
    return _Training(
        program=program,
        journals=[Journal(*each) for each in zip(configs, folders, places, strict=True)],
        streams=streams,
        readers=readers[:1] if key.shares_rows else readers,
        heldout=heldout,
        hyper=hyper,
        state=state,
        step=places[0].step,
        seconds_before=places[0].seconds,
    )


def _loaded(
    configs: Sequence[TrainConfig],
    folders: Sequence[Path],
    places: Sequence[Place],
    made: State,
    *,
    stacked: bool,
) -> State:
    """The states of checkpoints, in the structure of the one just made."""
    one = jax.tree.map(lambda x: x[0], made) if stacked else made
    states = [first_state(*each, one) for each in zip(configs, folders, places, strict=True)]
    state: State = jax.device_put(_together(states) if stacked else states[0])
    return state


def _together(trees: Sequence[Any]) -> Any:  # Any: trees of arrays
    return jax.tree.map(lambda *leaves: np.stack(leaves), *trees)


def _warm(training: _Training) -> None:
    """Compile by doing no step, so that a run's seconds hold training alone."""
    key = training.key
    lead = (key.n_stacked,) if key.n_stacked and not key.shares_rows else ()
    empty = np.zeros((*lead, key.chunk, key.batch, key.shape.seq_len), np.uint16)
    training.state, log = training.program.run(
        training.state, Batch(empty, empty, empty), np.int32(0), np.int32(0), training.hyper
    )
    np.asarray(log.loss)
    training.heldout.evaluator(key)
    training.began = time.perf_counter()
    training.ahead = _read(training, training.chunk_from(training.step))


def _chunk(training: _Training) -> None:
    """One call of the program and what is written about it."""
    first, before = training.step, training.seconds
    n = training.chunk_from(first)
    training.state, log = training.program.run(
        training.state, training.ahead, np.int32(first), np.int32(n), training.hyper
    )
    training.step += n
    following = training.chunk_from(training.step)
    training.ahead = _read(training, following) if following else None
    logs = training.apart(log)
    times = np.linspace(before, training.seconds, n + 1)[1:]
    heldout = _evaluated(training)
    for i, journal in enumerate(training.journals):
        journal.record(_records(logs[i], first, times), heldout[i] if heldout else None)
    if any(journal.saves_at(training.step) for journal in training.journals):
        states = training.apart(training.state)
        for journal, state in zip(training.journals, states, strict=True):
            if journal.saves_at(training.step):
                journal.checkpoint(state, training.step, training.rows, training.seconds)


def _read(training: _Training, n: int) -> Batch:
    """Rows of the next n steps, filled up to a whole chunk so that one program serves all."""
    spare = training.key.chunk - n
    parts = [reader.read(n, training.config.batch) for reader in training.readers]
    whole = [
        [np.pad(rows, [(0, spare), (0, 0), (0, 0)]) for rows in same_kind]
        for same_kind in zip(*parts, strict=True)
    ]
    if training.key.n_stacked and not training.key.shares_rows:
        return Batch(*(np.stack(each) for each in whole))
    return Batch(*(each[0] for each in whole))


def _records(log: Log, first: int, times: np.ndarray) -> list[StepRecord]:
    return [
        StepRecord(
            step=first + i + 1,
            seconds=float(seconds),
            loss=float(log.loss[i]),
            grad_norm=float(log.grad_norm[i]),
            lr=float(log.rate[i]),
            noise_small=float(log.noise_small[i]),
            noise_big=float(log.noise_big[i]),
        )
        for i, seconds in enumerate(times)
    ]


def _evaluated(training: _Training) -> list[dict[str, float]] | None:
    """Held-out losses of each run, where this step asks for them."""
    config, step = training.config, training.step
    if step == config.steps or (config.eval_every and step % config.eval_every == 0):
        return training.heldout.losses(training.key, training.state)
    return None


def _finish(training: _Training, i: int, clock: Clock) -> Row:
    """Write the result of one run, last of all its files."""
    journal, shape = training.journals[i], training.key.shape
    row = result_row(journal, shape, training.streams[i], training.heldout, clock)
    write_atomic(journal.folder / "result.json", canonical_json(row))
    return row
