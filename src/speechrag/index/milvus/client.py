"""A connection to Milvus: a file (Milvus Lite), a server or a cluster, by one address.

pymilvus is imported when the first call is made. Its errors come out as ours, without the token,
which is read from the environment only and written nowhere.
"""

from __future__ import annotations

import logging
import os
import re
import threading
from dataclasses import dataclass, field
from typing import Any, NoReturn

from speechrag.config import Settings
from speechrag.errors import IndexDamaged, SettingsError, StoreError, StoreUnreachable

TOKEN_VARIABLE = "SPEECHRAG_MILVUS_TOKEN"  # noqa: S105 - a name, not a token
NO_COLLECTION = 100
"""Milvus's code for a collection that does not exist."""

WITHOUT_PINGS = {
    "grpc.keepalive_time_ms": 2**31 - 1,
    "grpc.keepalive_permit_without_calls": False,
}
"""For a file: its server, in this very process, may hang up on who pings every ten seconds."""

_UNREACHABLE = re.compile(
    "fail(ed)? connecting|unavailable|deadline|timeout|timed out|connection (refused|reset)"
    "|channel|no route",
    re.IGNORECASE,
)
_REFUSED = re.compile("auth|permission|privilege|token|password", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MilvusOptions:
    """Which Milvus, and how it is used.

    `uri` is a file that ends in .db or an http(s) address; `collection` the alias under which the
    live generation is published, and the beginning of all names; `index_type` a kind of Milvus
    index or "auto" for one chosen by the number of rows.
    """

    uri: str
    collection: str = "speechrag"
    consistency: str = "Bounded"
    index_type: str = "auto"
    timeout_s: float = 30.0
    n_replicas: int = 1
    token: str = field(default="", repr=False)

    @classmethod
    def of(cls, settings: Settings) -> MilvusOptions:
        """From the settings, and the token from the environment.

        Raises:
            SettingsError: There is no address, or it holds a password.
        """
        if not settings.milvus_uri:
            raise SettingsError(
                "store 设为 milvus，但没有写 milvus.uri。",
                "请写一个以 .db 结尾的文件，或服务器的地址，如 http://127.0.0.1:19530。",
            )
        if re.match(r"\w+://[^/@]*@", settings.milvus_uri):
            raise SettingsError(
                "milvus.uri 里不能写用户名和密码。", f"请放在环境变量 {TOKEN_VARIABLE} 里。"
            )
        return cls(
            uri=settings.milvus_uri,
            collection=settings.milvus_collection,
            consistency=settings.milvus_consistency,
            index_type=settings.milvus_index,
            timeout_s=settings.milvus_timeout_s,
            n_replicas=settings.milvus_replicas,
            token=os.environ.get(TOKEN_VARIABLE, ""),
        )

    @property
    def is_file(self) -> bool:
        """Whether this is Milvus Lite."""
        return "://" not in self.uri


class Connection:
    """Calls of a `MilvusClient`, which is opened by the first. Safe to use from several threads."""

    def __init__(self, options: MilvusOptions) -> None:
        self.options = options
        self._client: Any = None
        self._opening = threading.Lock()

    def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method of the client.

        Raises:
            StoreUnreachable: Milvus does not answer.
            IndexDamaged: The collection does not exist.
            StoreError: Milvus refuses.
        """
        client = self.client()
        kwargs.setdefault("timeout", self.options.timeout_s)
        try:
            return getattr(client, method)(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - pymilvus lets gRPC's and its own errors through
            self._raise(error, method)

    def load(self, collection: str) -> None:
        """Have a collection in memory, as many times over as the settings say."""
        n = self.options.n_replicas
        more = {"replica_number": n} if n > 1 else {}  # the server's own number otherwise
        self.call("load_collection", collection, **more)

    def client(self) -> Any:
        """The client, connected."""
        with self._opening:
            if self._client is None:
                self._client = self._connect()
            return self._client

    def close(self) -> None:
        """Give the connection back."""
        with self._opening:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _connect(self) -> Any:
        pymilvus = load_pymilvus()
        options = self.options
        more = {"grpc_options": WITHOUT_PINGS} if options.is_file else {}
        try:
            return pymilvus.MilvusClient(
                uri=options.uri, token=options.token, timeout=options.timeout_s, **more
            )
        except Exception as error:
            if options.is_file:
                raise StoreUnreachable(
                    f"Milvus Lite 的文件 {options.uri} 打不开：{self._plain(error)}",
                    "同一时间只能有一个进程打开它：请先停下另一个 speechrag；并检查路径和权限。",
                ) from error
            self._raise(error, "connect")

    def _raise(self, error: Exception, method: str) -> NoReturn:
        reason = self._plain(error)
        where = self.options.uri
        if getattr(error, "code", None) == NO_COLLECTION and "alias" not in reason:
            raise IndexDamaged(
                f"{where} 里没有这一代的集合：{reason}", "请运行：speechrag index --full"
            ) from error
        if _UNREACHABLE.search(reason):
            raise StoreUnreachable(
                f"Milvus 没有应答：{where}（{reason}）",
                "请检查 milvus.uri、网络和服务器；没有服务器可用 store: faiss 重建。",
            ) from error
        if _REFUSED.search(reason):
            raise StoreError(
                f"Milvus 拒绝了访问：{where}（{reason}）",
                f"请检查环境变量 {TOKEN_VARIABLE} 和该账号的权限。",
            ) from error
        raise StoreError(
            f"Milvus 出错（{method}）：{reason}", "请运行 speechrag doctor，并查看服务器的日志。"
        ) from error

    def _plain(self, error: Exception) -> str:
        """An error in one line, without the token."""
        text = str(getattr(error, "message", "") or error) or type(error).__name__
        if self.options.token:
            text = text.replace(self.options.token, "***")
        return " ".join(text.split())[:300]


def load_pymilvus() -> Any:
    """Import pymilvus.

    Raises:
        SettingsError: It is not installed.
    """
    try:
        import pymilvus
    except ImportError as error:
        raise SettingsError(
            "store 设为 milvus，但没有安装 pymilvus。", "请运行：pip install 'speechrag[milvus]'"
        ) from error
    # They log each failed call with a traceback; it is ours to tell, once.
    for name in ("pymilvus", "milvus_lite", "grpc._server"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return pymilvus
