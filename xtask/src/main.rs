//! Development tasks
fn main() {}
