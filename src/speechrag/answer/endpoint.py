"""Talking to an OpenAI-compatible endpoint, and telling its failures apart.

The key comes from the environment alone. It is in no setting, no repr, no log and no message.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from speechrag.answer.prompt import Request
from speechrag.answer.records import Note
from speechrag.config import Settings
from speechrag.errors import EndpointError, SettingsError

KEY_VARIABLE = "SPEECHRAG_API_KEY"
NO_KEY = "none"  # the client insists on one; servers of one's own do not
MAX_ANSWER_CHARS = 20_000  # a server that never ends is garbage

_OVER_LIMIT_WORDS = ("context", "maximum", "too long", "too large", "token", "length", "quota")


class EndpointFailure(EndpointError):
    """An endpoint failed, in a way that `note` names."""

    def __init__(self, note: Note, detail: str = "") -> None:
        super().__init__(note.value, detail)
        self.note = note
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is, and how it is asked."""

    base_url: str
    model: str
    temperature: float = 0.2
    context_tokens: int = 8000
    answer_tokens: int = 1200
    timeout_s: int = 60
    n_retries: int = 2
    key: str = field(default=NO_KEY, repr=False)

    @classmethod
    def from_settings(
        cls, settings: Settings, env: Mapping[str, str] | None = None
    ) -> Endpoint | None:
        """The endpoint of the settings; None when none is set.

        Raises:
            SettingsError: An address without a model.

        """
        if not settings.llm_base_url:
            return None
        if not settings.llm_model:
            raise SettingsError(
                "设置了语言模型的地址 llm_base_url，没有设置模型名 llm_model。",
                "请在 speechrag.yaml 里写上模型名，例如 llm_model: qwen3。",
            )
        return cls(
            base_url=settings.llm_base_url,
            model=settings.llm_model,
            temperature=settings.llm_temperature,
            context_tokens=settings.llm_context_tokens,
            answer_tokens=settings.llm_answer_tokens,
            timeout_s=settings.llm_timeout_s,
            n_retries=settings.llm_retries,
            key=(os.environ if env is None else env).get(KEY_VARIABLE) or NO_KEY,
        )

    def stream(self, request: Request, stop: threading.Event | None = None) -> Iterator[str]:
        """The model's words as they come; ends early when `stop` is set.

        Raises:
            EndpointFailure: It is down, slow, cut off, over its limit, refusing, or talks nonsense.

        """
        client = self._client()
        deadline = time.monotonic() + self.timeout_s * (self.n_retries + 1)
        n_chars = 0
        try:
            with client.chat.completions.create(**request.body()) as chunks:
                reason = None
                for chunk in chunks:
                    if stop is not None and stop.is_set():
                        return
                    if time.monotonic() > deadline:
                        raise EndpointFailure(Note.SLOW)
                    words, ended = _read_chunk(chunk)
                    reason = ended or reason
                    n_chars += len(words)
                    if n_chars > MAX_ANSWER_CHARS:
                        raise EndpointFailure(Note.GARBAGE, "no end")
                    if words:
                        yield words
            _judge_ending(reason)
        except EndpointFailure:
            raise
        except Exception as error:  # noqa: BLE001 - client, transport and JSON each have their own
            # `from None`: the text of the original may hold the key
            raise self._failure(error, begun=n_chars > 0) from None
        finally:
            client.close()

    def _client(self) -> Any:
        try:
            import openai
        except ImportError as exc:
            raise EndpointFailure(Note.NO_ENDPOINT, 'pip install "speechrag[llm]"') from exc
        return openai.OpenAI(
            base_url=self.base_url,
            api_key=self.key,
            timeout=float(self.timeout_s),
            max_retries=self.n_retries,
        )

    def _failure(self, error: Exception, *, begun: bool) -> EndpointFailure:
        """What went wrong, in our words; the server's words only without the key."""
        note = classify_error(error, begun=begun)
        detail = f"{type(error).__name__}: {error}"[:300]
        return EndpointFailure(note, detail.replace(self.key, "***") if self.key else detail)


def _read_chunk(chunk: Any) -> tuple[str, str | None]:
    """Words and the reason for the end, of one chunk of the stream."""
    if not getattr(chunk, "choices", None):
        return "", None
    choice = chunk.choices[0]
    words = getattr(getattr(choice, "delta", None), "content", None)
    if words is not None and not isinstance(words, str):
        raise EndpointFailure(Note.GARBAGE, "content is no text")
    return words or "", getattr(choice, "finish_reason", None)


def _judge_ending(reason: str | None) -> None:
    if reason is None:
        raise EndpointFailure(Note.CUT_OFF, "the stream ended without a reason")
    if reason == "length":
        raise EndpointFailure(Note.OVER_LIMIT, "finish_reason: length")
    if reason == "content_filter":
        raise EndpointFailure(Note.REFUSED, "finish_reason: content_filter")


def classify_error(error: Exception, *, begun: bool) -> Note:
    """Which note an error of the client or its transport deserves."""
    import openai

    if isinstance(error, openai.APITimeoutError) or "Timeout" in type(error).__name__:
        return Note.SLOW
    if isinstance(error, openai.APIStatusError):
        return _classify_status(error)
    if isinstance(
        error, ValueError | TypeError | AttributeError | openai.APIResponseValidationError
    ):
        return Note.GARBAGE
    return Note.CUT_OFF if begun else Note.DOWN


def _classify_status(error: Any) -> Note:
    status = int(error.status_code)
    if status in {402, 413, 429}:
        return Note.OVER_LIMIT
    if status in {400, 422} and any(word in str(error).lower() for word in _OVER_LIMIT_WORDS):
        return Note.OVER_LIMIT
    return Note.DOWN if status >= 500 else Note.REFUSED
