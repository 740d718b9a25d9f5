//! What this crate does with whole labs. One program for all of it: each test of its own would have to
//! be linked with everything below it.

mod back;
mod bad_lessons;
mod diff;
mod forgotten;
mod journeys;
mod judging;
mod lessons;
mod loopback;
mod narrow;
mod plug;
mod rules;
mod shipped_labs;
mod streaming;
mod talks;
mod time;
mod tshark;
mod walk;
