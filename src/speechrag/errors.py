"""Every error speechrag raises on purpose.

::

    SpeechragError                 found, expected, remedy; caught only at the borders
    ├── SettingsError              a setting, flag or environment variable cannot be used
    ├── SourceError                a source file cannot be read as speeches
    │   ├── UnsupportedFormat      the file's kind is not one we read
    │   ├── UndecodableText        no encoding explains its bytes
    │   ├── ProtectedFile          it is encrypted or needs a password
    │   ├── DamagedFile            it is corrupt, truncated or larger than it may unpack to
    │   └── EmptySource            it holds no text (empty, or images only)
    ├── EncoderError               an encoder is missing, broken or not on disk
    ├── IndexError_                something about the index on disk
    │   ├── IndexMissing           there is no index yet
    │   ├── IndexDamaged           a file of a generation is missing or does not match its digest
    │   ├── IndexIncompatible      it was built by another format version or encoder
    │   ├── IndexLocked            another process is building it
    │   └── StoreError             the engine that keeps the vectors refused
    │       └── StoreUnreachable   it does not answer
    ├── QuestionError              the question cannot be searched (empty, no letters)
    ├── QuestionSetError           an evaluation file is not a list of questions
    └── EndpointError              a language-model endpoint failed
"""

from __future__ import annotations


class SpeechragError(Exception):
    """Base of all errors raised on purpose.

    Args:
        message: What was found and what was expected, naming the file or setting.
        hint: What the person can do about it; one sentence, an order or a command.

    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class SettingsError(SpeechragError):
    """A setting, flag or environment variable cannot be used."""


class SourceError(SpeechragError):
    """A source file cannot be read as speeches."""


class UnsupportedFormat(SourceError):
    """The file's kind is not one that is read."""


class UndecodableText(SourceError):
    """No encoding explains the file's bytes."""


class ProtectedFile(SourceError):
    """The file is encrypted or needs a password."""


class DamagedFile(SourceError):
    """The file is corrupt, truncated, or unpacks to more than is allowed."""


class EmptySource(SourceError):
    """The file holds no text: it is empty, or made of images only."""


class EncoderError(SpeechragError):
    """An encoder is missing, broken or not on disk."""


class IndexError_(SpeechragError):  # noqa: N801 - the underscore keeps the builtin apart
    """Something is wrong with the index on disk."""


class IndexMissing(IndexError_):
    """There is no index yet."""


class IndexDamaged(IndexError_):
    """A file of a generation is missing or does not match its digest."""


class IndexIncompatible(IndexError_):
    """The index was built by another format version or with another encoder."""


class IndexLocked(IndexError_):
    """Another process is building this index."""


class StoreError(IndexError_):
    """The engine that keeps the vectors, on another machine perhaps, refused or failed."""


class StoreUnreachable(StoreError):
    """The engine that keeps the vectors does not answer."""


class QuestionError(SpeechragError):
    """The question cannot be searched."""


class QuestionSetError(SpeechragError):
    """An evaluation file is not a list of questions with gold strings."""


class EndpointError(SpeechragError):
    """A language-model endpoint failed."""
