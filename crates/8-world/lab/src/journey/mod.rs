//! One packet's journey: every device it passed, every layer there, and why each did what it did.

mod strata;

pub use strata::{Way, layer_of, way_of};
