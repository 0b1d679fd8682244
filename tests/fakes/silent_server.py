"""A server that takes connections and never says a word: what a hanging Valkey looks like from outside."""

from __future__ import annotations

import socket
import threading
from types import TracebackType


class SilentServer:
    """`tries`: how often somebody connected. With `refuses` nobody listens at its port."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.refuses = refuses
        self.tries = 0
        self._kept: list[socket.socket] = []

    def __enter__(self) -> SilentServer:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self._socket.getsockname()[1]}/1"
        if self.refuses:
            self._socket.close()
        else:
            self._socket.listen(50)
            threading.Thread(target=self._accept, daemon=True).start()
        return self

    def _accept(self) -> None:
        while True:
            try:
                self._kept.append(self._socket.accept()[0])
            except OSError:
                return
            self.tries += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self.refuses:
            self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
        for kept in self._kept:
            kept.close()
