//! One TCP connection as a pure machine, its listener, its congestion control.
