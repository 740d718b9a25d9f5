//! The lab file: from text to a world with programs, scripts and checks.
