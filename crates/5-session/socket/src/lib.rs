//! What programs see: sockets, the environment of a program, the executor.
