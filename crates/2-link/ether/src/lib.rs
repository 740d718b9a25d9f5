//! The link layer: network card, neighbour machine, learning switch.
#![allow(unused_variables, clippy::todo)]
pub mod arp;
pub mod card;
pub mod neighbour;
pub mod reasons;
pub mod switch;

pub use card::{Acceptance, LinkCast};
pub use neighbour::{Action, Config, Confirmation, EntryView, Neighbours, Resolution, State};
pub use switch::{Forwarding, Switch};
