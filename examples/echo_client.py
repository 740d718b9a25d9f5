"""An echo client: sends three lines and shows what comes back.

    catenet join office -- python3 examples/echo_client.py chat.example.lab
"""

import socket
import sys

LINES = ["hello, catenet", "three to open", "four to close"]


def main() -> int:
    if len(sys.argv) not in (2, 3):
        print(f"usage: {sys.argv[0]} HOST [PORT]", file=sys.stderr)
        return 2
    host, port = sys.argv[1], int(sys.argv[2]) if len(sys.argv) == 3 else 8888
    with socket.create_connection((host, port), timeout=10) as connection:  # the handshake
        with connection.makefile("rwb") as stream:
            for line in LINES:
                stream.write(line.encode() + b"\n")
                stream.flush()
                answer = stream.readline().decode().rstrip("\n")
                print(f"{line} -> {answer}")
                if answer != line.upper():
                    return 1
    return 0  # leaving the `with` closes: FIN


if __name__ == "__main__":
    sys.exit(main())
