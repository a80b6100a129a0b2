"""A label printer in the network: it keeps what it is sent, and can be switched off."""

import socket
import threading


class NetworkPrinter:
    """On a free port of this machine. `labels` are whole connections, one for each thing printed."""

    def __init__(self):
        self.labels: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.on = True
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    @property
    def address(self):
        return f"tcp://127.0.0.1:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _serve(self):
        while True:
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            with line:
                line.settimeout(20)
                data = b""
                while piece := line.recv(65_536):
                    data += piece
                if data:  # else somebody only looked whether it is there
                    self.labels.append(data)
