//! Networks that become lab files: shapes to begin with, and the labs of other tools.
//!
//! ```text
//!  a shape, its numbers --generate--+
//!                                   +--> Plan (on paper) --write--> a lab file, to go on with by hand
//!  another tool's file ---import----+                                  |
//!                           |                                          +-- import: `lab` runs it, and a check
//!                           +--> losses: what was left out or put in       that does not hold is not written
//! ```
//!
//! Pure: text in, text out; whoever calls has read the files. An import is tried in virtual time before
//! it is handed over: that is why this crate stands above `lab`, and the only use that it makes of it.
//!
//! | room | what lives there |
//! |---|---|
//! | [`generate`] | `catenet new`: rows, rings, stars, trees, a data centre, a campus |
//! | [`import`] | `catenet import`: containerlab, Kathara, MiniEdit, Topology Zoo, with a list of losses |
//! | `plan` | the network on paper: addresses and routes filled in, a proof, and the text |

pub mod generate;
pub mod import;
mod plan;
