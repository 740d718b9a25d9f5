//! Transfers, measured.
