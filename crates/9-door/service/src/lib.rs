//! The per-user service: labs over HTTP on a Unix socket and on loopback.
