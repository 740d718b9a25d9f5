//! One file per verb.

pub mod capture;
pub mod change;
pub mod doctor;
pub mod down;
pub mod exec;
pub mod grade;
pub mod graph;
pub mod import;
pub mod join;
pub mod labs;
pub mod lessons;
pub mod logs;
pub mod new;
pub mod open;
pub mod ps;
pub mod schema;
pub mod serve;
pub mod sh;
pub mod show;
pub mod test;
pub mod time;
pub mod up;
pub mod validate;
pub mod watch;
pub mod why;
