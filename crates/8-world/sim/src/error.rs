//! Why a world cannot be built, and why one stands still.

use base::{Instant, JackId, Lang};

/// The specifications contradict each other.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildError {
    /// Two nodes or two cables have this name.
    DuplicateName(String),
    /// A cable leads to a node that does not exist.
    UnknownNode {
        /// The cable.
        cable: String,
        /// What it names.
        node: String,
    },
    /// A cable leads to a jack that the node does not have.
    UnknownJack {
        /// The node.
        node: String,
        /// The jack, from 0.
        jack: JackId,
    },
    /// Two cables in one jack.
    JackTaken {
        /// The node.
        node: String,
        /// The jack, from 0.
        jack: JackId,
    },
    /// Too many nodes or jacks for their numbers.
    TooMany(&'static str),
}

impl core::fmt::Display for BuildError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            BuildError::DuplicateName(name) => write!(f, "two things are called {name}"),
            BuildError::UnknownNode { cable, node } => {
                write!(f, "cable {cable} leads to {node}, which does not exist")
            }
            BuildError::UnknownJack { node, jack } => write!(f, "{node} has no jack {}", jack.0),
            BuildError::JackTaken { node, jack } => {
                write!(f, "jack {} of {node} has a cable already", jack.0)
            }
            BuildError::TooMany(what) => write!(f, "too many {what}"),
        }
    }
}
impl std::error::Error for BuildError {}

impl BuildError {
    /// The sentence for people.
    pub fn text(&self, lang: Lang) -> String {
        match (lang, self) {
            (Lang::En, _) => self.to_string(),
            (Lang::Zh, BuildError::DuplicateName(name)) => format!("有两个东西都叫 {name}"),
            (Lang::Zh, BuildError::UnknownNode { cable, node }) => {
                format!("网线 {cable} 通向不存在的 {node}")
            }
            (Lang::Zh, BuildError::UnknownJack { node, jack }) => {
                format!("{node} 没有网口 {}", jack.0)
            }
            (Lang::Zh, BuildError::JackTaken { node, jack }) => {
                format!("{node} 的网口 {} 已经插了网线", jack.0)
            }
            (Lang::Zh, BuildError::TooMany(what)) => format!("{what} 太多"),
        }
    }
}

/// More happened at one instant than can be meant: time stands still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stuck {
    /// When.
    pub time: Instant,
    /// The node that was busy last.
    pub node: String,
    /// The programs that run there.
    pub programs: Vec<String>,
}

impl Stuck {
    /// The sentence for people.
    pub fn text(&self, lang: Lang) -> String {
        if lang == Lang::En {
            return self.to_string();
        }
        let programs = match self.programs.as_slice() {
            [] => String::new(),
            programs => format!(", 那里运行着这些程序: {}", programs.join(", ")),
        };
        format!("在 {} 秒这一刻发生了一百多万个事件; 忙碌的是 {}{programs}", self.time, self.node)
    }
}

impl core::fmt::Display for Stuck {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "more than a million events at {} s; busy is {}", self.time, self.node)?;
        match self.programs.as_slice() {
            [] => Ok(()),
            programs => write!(f, ", where these programs run: {}", programs.join(", ")),
        }
    }
}
impl std::error::Error for Stuck {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_speaks_chinese() {
        let (name, jack) = (|| "x".to_owned(), JackId(1));
        let errors = [
            BuildError::DuplicateName(name()),
            BuildError::UnknownNode { cable: name(), node: name() },
            BuildError::UnknownJack { node: name(), jack },
            BuildError::JackTaken { node: name(), jack },
            BuildError::TooMany("nodes"),
        ];
        let stuck = Stuck { time: Instant::ZERO, node: name(), programs: vec![name()] };
        let texts = errors.iter().map(|error| error.text(Lang::Zh));
        for text in texts.chain([stuck.text(Lang::Zh)]) {
            assert!(text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{text}");
        }
    }
}
