//! HTTP server and client on the lab's own TCP.
