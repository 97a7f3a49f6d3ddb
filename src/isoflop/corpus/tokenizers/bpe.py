"""Byte-pair encoding over bytes, learnt on the training split: short ids for frequent strings.

Every byte is in the alphabet, so any text can be written and read back without loss.
Source: sennrich2016 (arXiv 1508.07909), on bytes as in GPT-2.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isoflop.core.errors import MissingExtra
from isoflop.corpus.tokenizers.tokenizer import (
    MOST_IDS,
    Ids,
    Tokenizer,
    TokenizerKind,
    impossible_vocab,
)

_DEFAULT_VOCAB = 1024  # assumption: embeddings stay a small part of models of a million parameters
_LEAST = 258  # 256 bytes, one pair, the end of document


def _learn(texts: Iterator[str], vocab: int | None) -> Tokenizer:
    wanted = _DEFAULT_VOCAB if vocab is None else vocab
    if not _LEAST <= wanted <= MOST_IDS:
        raise impossible_vocab(wanted, f"give --vocab from {_LEAST} to {MOST_IDS}.")
    try:
        from tokenizers import Tokenizer as Engine
        from tokenizers import decoders, models, pre_tokenizers, trainers
    except ImportError:
        raise MissingExtra(
            "The tokenizer 'bpe' needs the package 'tokenizers'.",
            where="tokenizer 'bpe'",
            matters="nothing was written.",
            do="pip install 'isoflop[train]', or use --tokenizer bytes.",
        ) from None
    engine = Engine(models.BPE())
    engine.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    engine.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=wanted - 1,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        special_tokens=[],
        show_progress=False,
    )
    engine.train_from_iterator(texts, trainer)
    # Outside the learnt vocabulary, so no text can contain it.
    end = engine.get_vocab_size()

    def encode(text: str) -> Ids:
        return np.array(engine.encode(text).ids, dtype=np.uint16)

    return Tokenizer(end + 1, end, encode, engine.to_str(pretty=True))


TOKENIZER = TokenizerKind("bpe", _learn)
