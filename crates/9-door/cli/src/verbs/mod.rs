//! One file per verb.

pub mod capture;
pub mod change;
pub mod doctor;
pub mod down;
pub mod exec;
pub mod graph;
pub mod join;
pub mod labs;
pub mod logs;
pub mod ps;
pub mod serve;
pub mod show;
pub mod test;
pub mod time;
pub mod up;
pub mod validate;
pub mod watch;
