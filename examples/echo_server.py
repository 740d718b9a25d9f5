"""An echo server: every line that a client sends comes back, in capitals.

Nothing in it knows of Catenet: it runs as well on your own machine. In a lab:

    catenet join servers --name chat --ip 10.0.2.90 -- python3 examples/echo_server.py
"""

import socket
import threading

ADDRESS = ("0.0.0.0", 8888)  # every address of this machine, port 8888


def serve(connection: socket.socket, peer: tuple[str, int]) -> None:
    """Talks to one client until it closes."""
    print(f"{peer[0]}:{peer[1]} came", flush=True)
    with connection, connection.makefile("rwb") as stream:
        for line in stream:
            stream.write(line.upper())
            stream.flush()
    print(f"{peer[0]}:{peer[1]} left", flush=True)


def main() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:  # socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(ADDRESS)  # bind(): "Address already in use" would be said here
        listener.listen()  # listen(): from now on the kernel answers SYNs
        print(f"waiting on port {ADDRESS[1]}", flush=True)
        while True:
            connection, peer = listener.accept()  # accept(): one finished handshake
            threading.Thread(target=serve, args=(connection, peer), daemon=True).start()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
