//! The tools in a small network. One program for all of it: each test of its own would have to be
//! linked with everything below it.

mod look;
mod names;
mod relay;
mod room;
mod shell;
mod talk;
mod web;
