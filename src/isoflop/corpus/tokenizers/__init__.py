"""How text becomes numbers: one way, one file, each declares ``TOKENIZER = TokenizerKind(...)``."""
