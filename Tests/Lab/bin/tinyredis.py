"""As much of redis' protocol as the lab needs, so that it needs no package of Python."""
import socket


class RedisError(Exception):
    pass


class Redis:
    """One connection, made when it is needed and made anew after whatever went wrong on it."""

    def __init__(self, port=16379, timeout=1.0):
        self.port, self.timeout, self.stream = port, timeout, None

    def __call__(self, *words):
        try:
            if self.stream is None:
                connection = socket.create_connection(("127.0.0.1", self.port), min(self.timeout, 1))
                connection.settimeout(self.timeout)
                self.stream = connection.makefile("rwb")
                connection.close()  # the stream keeps it open
            parts = [word if isinstance(word, bytes) else str(word).encode() for word in words]
            self.stream.write(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(p), p) for p in parts))
            self.stream.flush()
            return self._answer()
        except (OSError, ValueError) as error:
            self.close()
            raise RedisError(str(error)) from error

    def close(self):
        stream, self.stream = self.stream, None
        try:
            if stream:
                stream.close()
        except OSError:
            pass

    def _answer(self):
        line = self.stream.readline()
        if not line.endswith(b"\r\n"):
            raise OSError("redis hung up")
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return rest
        if kind == b":":
            return int(rest)
        if kind == b"$":
            if int(rest) < 0:
                return None
            return self.stream.read(int(rest) + 2)[:-2]
        if kind == b"*":
            return None if int(rest) < 0 else [self._answer() for _ in range(int(rest))]
        if kind == b"-":
            raise RedisError(rest.decode())
        raise OSError("redis answers nonsense")
