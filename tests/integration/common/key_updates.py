"""A TLS 1.3 client that asks for new keys and says nothing else, by the system's libssl: Python's
ssl module cannot."""

from __future__ import annotations

import ctypes
import socket

_UPDATE_REQUESTED = 1
_FILE_IS_PEM = 1


def _Library() -> ctypes.CDLL:
    library = ctypes.CDLL("libssl.so.3")
    for name in ("TLS_client_method", "SSL_CTX_new", "SSL_new"):
        getattr(library, name).restype = ctypes.c_void_p
    return library


def Flood(port: int, certificate: str, key: str, seconds_silent: float = 1.0) -> int:
    """Sends key updates until the reader takes no more, and returns how many."""
    library = _Library()
    context = ctypes.c_void_p(library.SSL_CTX_new(ctypes.c_void_p(library.TLS_client_method())))
    library.SSL_CTX_use_certificate_file(context, certificate.encode(), _FILE_IS_PEM)
    library.SSL_CTX_use_PrivateKey_file(context, key.encode(), _FILE_IS_PEM)
    ssl = ctypes.c_void_p(library.SSL_new(context))
    with socket.create_connection(("127.0.0.1", port)) as made:
        made.settimeout(None)
        library.SSL_set_fd(ssl, made.fileno())
        if library.SSL_connect(ssl) != 1:
            return 0
        made.settimeout(seconds_silent)  # from here on the system says "again", and we are done
        count = 0
        while library.SSL_key_update(ssl, _UPDATE_REQUESTED) == 1:
            if library.SSL_do_handshake(ssl) != 1:
                break
            count += 1
        return count
