"""Replies that no honest server gives: a socket that says what it likes."""

import socket
import threading
from contextlib import contextmanager

import pytest

from speechrag.answer.endpoint import Endpoint, EndpointFailure
from speechrag.answer.prompt import build_request
from speechrag.answer.records import Note

HEAD = "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n"
CHUNK = (
    'data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[%s]}\n\n'
)
WORDS = CHUNK % '{"index":0,"delta":{"content":"成果"},"finish_reason":null}'
END = CHUNK % '{"index":0,"delta":{},"finish_reason":"%s"}'


def read_request(connection):
    """All of it: closing with words unread would reset the connection under the reply."""
    with connection.makefile("rb") as file:
        length = 0
        while line := file.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        file.read(length)


@contextmanager
def saying(reply, *, hold=False):
    """A server on loopback that gives one reply to everybody."""
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)

        def serve():
            while not done.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                with connection:
                    read_request(connection)
                    connection.sendall(reply.encode())
                    if hold:
                        done.wait(10)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        finally:
            done.set()
            thread.join()


def listen(url, **changes):
    endpoint = Endpoint(url, "m", n_retries=0, **changes)
    request = build_request(
        "问", [], model="m", temperature=0.2, context_tokens=4000, answer_tokens=100
    )
    return list(endpoint.stream(request))


def stream(body):
    return HEAD.format(status="200 OK", kind="text/event-stream") + body


def error(status, message):
    return HEAD.format(status=status, kind="application/json") + (
        f'{{"error": {{"message": "{message}"}}}}'
    )


@pytest.mark.parametrize(
    ("reply", "note"),
    [
        (stream("data: {not json\n\n"), Note.GARBAGE),
        (stream(WORDS), Note.CUT_OFF),
        (stream(WORDS + END % "length"), Note.OVER_LIMIT),
        (stream(WORDS + END % "content_filter"), Note.REFUSED),
        (stream(""), Note.CUT_OFF),
        (stream(WORDS + 'data: {"error": {"message": "boom"}}\n\n'), Note.CUT_OFF),
        (error("429 Too Many Requests", "slow down"), Note.OVER_LIMIT),
        (error("400 Bad Request", "maximum context length is 4096 tokens"), Note.OVER_LIMIT),
        (error("413 Payload Too Large", "no"), Note.OVER_LIMIT),
        (error("401 Unauthorized", "Incorrect API key provided: sk-hidden"), Note.REFUSED),
        (error("404 Not Found", "no such model"), Note.REFUSED),
        (error("503 Service Unavailable", "loading"), Note.DOWN),
        ("garbage that is not HTTP\r\n\r\n", Note.DOWN),
        ("", Note.DOWN),
    ],
)
def test_every_failure_has_its_note(reply, note):
    with saying(reply) as url, pytest.raises(EndpointFailure) as caught:
        listen(url, key="sk-hidden")
    assert caught.value.note is note
    assert "sk-hidden" not in str(caught.value)


def test_a_server_that_says_nothing_is_slow():
    with saying("", hold=True) as url, pytest.raises(EndpointFailure) as caught:
        listen(url, timeout_s=1)
    assert caught.value.note is Note.SLOW


def test_a_whole_stream_is_whole():
    with saying(stream(WORDS + WORDS + END % "stop" + "data: [DONE]\n\n")) as url:
        assert listen(url) == ["成果", "成果"]
