//! Labs: what starts one, and the line of each that runs.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Where a lab's text comes from.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// One of the built-in labs.
    Builtin(String),
    /// A file of the user's, by its absolute path.
    File(String),
    /// The text itself.
    Text(String),
}

/// Start a lab.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartLab {
    /// The lab.
    pub source: Source,
    /// Another seed than the lab's.
    #[serde(default)]
    pub seed: Option<u64>,
    /// Where its journal is written, by an absolute path.
    #[serde(default)]
    pub record: Option<String>,
    /// The language of its programs: `en` or `zh`.
    #[serde(default)]
    pub lang: Option<String>,
    /// Values of the lab's variables, which win over the file's; `student` is one of them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
}

/// A lab that runs.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LabLine {
    /// Its name.
    pub name: String,
    /// Its title, English.
    pub title: String,
    /// Its title, Chinese.
    pub title_zh: String,
    /// Its seed.
    pub seed: u64,
    /// How long it has run, in seconds of its own clock.
    pub seconds: f64,
    /// Machines and switches.
    pub nodes: usize,
    /// How late it was at worst, in milliseconds.
    pub late_ms: u64,
    /// Where its text came from.
    pub source: String,
    /// When and why its journal broke off, if it has one and that did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal_trouble: Option<String>,
}

/// A lab was stopped.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Stopped {
    /// When and why its journal broke off, if it had one and that did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal_trouble: Option<String>,
}
