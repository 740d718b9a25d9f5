//! pcapng files and the dissector.
