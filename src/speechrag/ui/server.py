"""The web server: the page in both languages, its frame, and nothing from any other host."""

from __future__ import annotations

import asyncio
import errno
import json
import re
import secrets
import socket
import sys
from html import escape
from pathlib import Path
from typing import Any

from speechrag.config import Settings
from speechrag.errors import SettingsError
from speechrag.ui.answers import find_original
from speechrag.ui.backend import Library
from speechrag.ui.draft_strings import SCRIPT_STRINGS
from speechrag.ui.strings import Strings, choose_language
from speechrag.ui.writing_strings import WRITING_SCRIPT_STRINGS

HERE = Path(__file__).parent
MAX_UPLOAD = "100mb"
PATHS = {"/": "zh", "/en": "en", "/en/": "en"}
_SCRIPT_STRINGS = (
    "show_context", "hide_context", "copy", "copied", "copied_short", "copy_failed",
    "loading", "unreachable", "close",
)  # fmt: skip
_OURS = (
    ("style.css", "desk.css", "writing.css", "timeline.css"),
    ("page.js", "typed.js", "desk.js", "writing.js"),
)
_FOREIGN = re.compile(
    r'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>\s*|<link\s+rel="manifest"[^>]*>\s*'
)
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="6" fill="#1f4e79"/>'
    '<path d="M8 9h16M8 15h16M8 21h9" stroke="#fff" stroke-width="3"/></svg>'
)


def open_port(host: str, port: int, t: Strings) -> socket.socket:
    """A listening socket; opened first, so that nothing is built for a port that is taken.

    Raises:
        SettingsError: The port is taken or forbidden, or the address is not this machine's.
    """
    name = host.strip("[]")
    try:
        family = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((name, port), family=family, backlog=128)
    except OSError as exc:
        if exc.errno == errno.EADDRINUSE:
            message = t("port_taken", port=port)
            hint = t("port_taken_hint", other=_free_port_after(name, port))
        elif exc.errno == errno.EACCES:
            message, hint = t("port_forbidden", port=port), t("port_forbidden_hint")
        else:
            message, hint = t("bad_host", host=host), t("bad_host_hint")
        raise SettingsError(message, hint) from exc


def _free_port_after(host: str, port: int) -> int:
    for other in range(port + 1, min(port + 50, 65536)):
        try:
            socket.create_server((host, other)).close()
        except OSError:
            continue
        return other
    return 0


def open_tunnel(port: int, t: Strings) -> str:
    """Publish the page through Gradio's relay: the one thing here that uses the internet.

    Raises:
        SettingsError: The relay cannot be reached or used.
    """
    from gradio.networking import setup_tunnel

    try:
        return str(setup_tunnel("127.0.0.1", port, secrets.token_urlsafe(32), None, None))
    except Exception as exc:
        raise SettingsError(t("not_shared", reason=exc), t("not_shared_hint")) from exc


def serve(app: Any, door: socket.socket, settings: Settings, t: Strings) -> None:
    """Answer requests until interrupted."""
    import uvicorn

    port = door.getsockname()[1]
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::", ""} else settings.host  # noqa: S104
    shown = f"[{host.strip('[]')}]" if ":" in host else host
    lines = [t("address", url=f"http://{shown}:{port}")]
    if settings.host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not listened on
        lines.append(t("address_lan", port=port))
    if settings.share:
        lines.append(t("address_shared", url=open_tunnel(port, t)))
    sys.stdout.write("\n".join([*lines, t("stop"), ""]))
    sys.stdout.flush()
    # Browsers keep a stream open; waiting for it would hold up Ctrl+C.
    config = uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1)
    try:
        uvicorn.Server(config).run(sockets=[door])
    except KeyboardInterrupt:
        pass
    finally:
        sys.stderr.write(t("stopped") + "\n")


def create_app(library: Library, settings: Settings) -> Any:
    """The ASGI application: both languages, the original files, the frame around them."""
    # Outside a running event loop, Gradio makes a new one for every lock and never closes it.
    return asyncio.run(_assemble(library, settings))


async def _assemble(library: Library, settings: Settings) -> Any:
    import gradio as gr
    from fastapi import FastAPI, HTTPException, Response
    from fastapi.responses import FileResponse

    from speechrag.ui.app import build_page

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/original/{speech_id}")
    def original(speech_id: str) -> Any:
        try:
            path = find_original(library.engine().speech(speech_id).source, library.folders())
        except LookupError:
            path = None
        if path is None:
            raise HTTPException(404)
        # always a download: a saved web page must not run as part of this one
        return FileResponse(path, filename=path.name, media_type="application/octet-stream")

    @app.get("/favicon.ico")
    def icon() -> Any:
        return Response(_ICON, media_type="image/svg+xml")

    for path, lang in (("/en", "en"), ("/", "zh")):
        gr.mount_gradio_app(
            app, build_page(library, settings, lang), path=path, theme=build_theme(),
            footer_links=[], run_history=False, enable_monitoring=False, show_error=False,
            max_file_size=MAX_UPLOAD, ssr_mode=False, pwa=False, mcp_server=False,
        )  # fmt: skip
    return Frame(app, settings.lang)


def build_theme() -> Any:
    """Gradio's plain theme with the machine's own fonts; style.css does the rest."""
    import gradio as gr

    fonts = [
        "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC",
        "WenQuanYi Micro Hei", "system-ui", "sans-serif",
    ]  # fmt: skip
    return gr.themes.Base(
        primary_hue=gr.themes.colors.blue,
        neutral_hue=gr.themes.colors.stone,
        text_size=gr.themes.sizes.text_lg,
        font=[gr.themes.Font(name) for name in fonts],
        font_mono=[gr.themes.Font(name) for name in ("Consolas", "monospace")],
    )


class Frame:
    """ASGI middleware: sends each person to their language and makes the HTML our own.

    Gradio's index.html names other hosts (og: and twitter: tags) and knows no language. Scripts get
    a nonce and the browser is told to run no other: a passage that slipped through unescaped would
    still not run, and nothing could be fetched from elsewhere.
    """

    def __init__(self, app: Any, setting: str = "auto") -> None:
        self.app = app
        self.setting = setting

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle one connection."""
        if scope["type"] != "http" or scope["path"] not in PATHS:
            await self.app(scope, receive, send)
            return
        from starlette.requests import Request
        from starlette.responses import RedirectResponse

        request = Request(scope)
        here = PATHS[scope["path"]]
        accepted = request.headers.get("accept-language", "")
        setting = here if here == "en" else self.setting
        wanted = choose_language(request.query_params, accepted, setting)
        if wanted != here or scope["path"] == "/en":
            goal = "en/" if wanted == "en" else "../?lang=zh"
            await RedirectResponse(goal, 307)(scope, receive, send)
            return
        await self._send_page(scope, receive, send, here)

    async def _send_page(self, scope: Any, receive: Any, send: Any, lang: str) -> None:
        from starlette.responses import Response

        # uncompressed, so that it can be rewritten
        headers = [(n, v) for n, v in scope["headers"] if n != b"accept-encoding"]
        status, body = 500, bytearray()

        async def collect(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            body.extend(message.get("body", b""))

        await self.app({**scope, "headers": headers, "method": "GET"}, receive, collect)
        nonce = secrets.token_urlsafe(16)
        html = rewrite_page(body.decode(), lang, nonce)
        policy = (
            f"default-src 'self'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; "
            "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
            "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; "
            "frame-ancestors 'self'"
        )
        response = Response(html, status, media_type="text/html")
        response.headers["Content-Security-Policy"] = policy
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"
        response.headers["Vary"] = "Accept-Language"
        await response(scope, receive, send)


def rewrite_page(html: str, lang: str, nonce: str) -> str:
    """Gradio's index.html with our language, style and script, and no other host's name."""
    t = Strings(lang)
    words = t.all(*_SCRIPT_STRINGS, *SCRIPT_STRINGS, *WRITING_SCRIPT_STRINGS)
    strings = json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")
    style, script = (
        "\n".join((HERE / name).read_text(encoding="utf-8") for name in names) for names in _OURS
    )
    ours = (
        f'<meta charset="utf-8" /><title>{escape(t("name"))}</title>'
        f'<link rel="icon" href="{"../" if lang == "en" else ""}favicon.ico">'
        f"<style>{style}</style>"
        f'<script type="application/json" id="sr-strings">{strings}</script>'
        f"<script>{script}</script>"
    )
    html = _FOREIGN.sub("", html)
    html = html.replace('lang="en"', f'lang="{"en" if lang == "en" else "zh-CN"}"', 1)
    html = html.replace('<meta charset="utf-8" />', ours, 1)
    html = html.replace("<gradio-app", '<gradio-app theme_mode="light"', 1)
    return re.sub(r"<script(?=[\s>])", f'<script nonce="{nonce}"', html)
