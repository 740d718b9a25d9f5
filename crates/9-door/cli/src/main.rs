//! The catenet command.

fn main() {}
