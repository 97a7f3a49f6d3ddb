"""How bytes become text, and what happens where they cannot."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import Literal

from isoflop.core.errors import DataError, UsageError
from isoflop.corpus.document import Document, Skipped

OnUndecodable = Literal["error", "skip", "replace"]
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True)
class Reading:
    """How files of a corpus are read.

    Parameters
    ----------
    encoding : of text and JSONL files.
    on_undecodable : stop, leave the document out, or put U+FFFD in place of the bytes.
    field : of a JSONL object or column of a Parquet file that holds the text.
    separator : cuts one text file into documents; None keeps a file whole.

    Raises
    ------
    UsageError
        E464 for an encoding that does not exist, or cannot be cut at a separator.
    """

    encoding: str = "utf-8"
    on_undecodable: OnUndecodable = "error"
    field: str = "text"
    separator: str | None = None

    def __post_init__(self) -> None:
        try:
            "\n".encode(self.encoding)
        except (LookupError, UnicodeError):
            raise UsageError(
                f"There is no text encoding named {self.encoding!r}.",
                where=f"encoding {self.encoding!r}",
                matters="nothing was read.",
                do="use a name Python knows, such as utf-8, latin-1, cp1252 or utf-16.",
                code="E464",
            ) from None
        if self.separator == "":
            raise UsageError(
                "The separator is empty.",
                where="separator ''",
                matters="an empty text cuts nowhere.",
                do=r"give the text between two documents, such as '\n\n' or '<|endoftext|>'.",
                code="E464",
            )
        if self.separator is not None:
            self.separator_bytes()

    def separator_bytes(self) -> bytes:
        """The separator as it stands in a file.

        Raises
        ------
        UsageError
            E464 where one line end is not one byte, or the separator cannot be written.
        """
        try:
            written = (self.separator or "\n").encode(self.encoding)
        except UnicodeError:
            written = b""
        if not written or "\n".encode(self.encoding) != b"\n":
            raise UsageError(
                f"Files in {self.encoding} cannot be cut into documents here.",
                where=f"encoding {self.encoding!r}, separator {self.separator or 'line end'!r}",
                matters="a separator is found byte by byte.",
                do="convert the files to UTF-8 first, for example with iconv.",
                code="E464",
            )
        return written

    def document(
        self, content: bytes, *, domain: str, where: str, offset: int = 0
    ) -> Document | Skipped:
        """Bytes of one document as text.

        Parameters
        ----------
        offset : of the first byte in its file, for the message.

        Raises
        ------
        DataError
            E453 with the offset of the first byte that is no text, under ``error``.
        """
        if offset == 0 and codecs.lookup(self.encoding).name == "utf-8":
            offset = len(codecs.BOM_UTF8) if content.startswith(codecs.BOM_UTF8) else 0
            content = content[offset:]
        try:
            text = content.decode(self.encoding)
        except UnicodeError as error:
            start = getattr(error, "start", 0)
            reason = f"byte 0x{content[start]:02x} is not {self.encoding}"
            return self._undecodable(content, domain, where, (offset + start, reason))
        if "\0" in text:
            start = len(text[: text.index("\0")].encode(self.encoding))
            reason = "a zero byte, as only binary files have"
            return self._undecodable(content, domain, where, (offset + start, reason))
        return Document(text, domain, where) if text.strip() else Skipped(domain, where, "empty")

    def text(self, text: str, *, domain: str, where: str) -> Document | Skipped:
        """Text that a format has decoded already; it may still hold half of a surrogate pair.

        Raises
        ------
        DataError
            E453 with the position of the character, under ``error``.
        """
        return Reading("utf-8", self.on_undecodable).document(
            text.encode("utf-8", "surrogatepass"), domain=domain, where=where
        )

    def _undecodable(
        self, content: bytes, domain: str, where: str, problem: tuple[int, str]
    ) -> Document | Skipped:
        if self.on_undecodable == "skip":
            return Skipped(domain, where, "undecodable")
        if self.on_undecodable == "replace":
            text = content.decode(self.encoding, "replace").replace("\0", _REPLACEMENT)
            # What "ignore" keeps was in the file itself.
            own = content.decode(self.encoding, "ignore").count(_REPLACEMENT)
            return Document(text, domain, where, text.count(_REPLACEMENT) - own)
        offset, reason = problem
        raise DataError(
            f"{where} is not {self.encoding} text: {reason}.",
            where=f"{where}, byte offset {offset}",
            matters="wrong characters would be learnt as if they were the language.",
            do="give --encoding (latin-1, cp1252), leave such files out with --on-undecodable skip "
            "or --only '*.txt', or accept U+FFFD with --on-undecodable replace; both are counted.",
            code="E453",
        )
