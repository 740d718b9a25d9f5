//! What a joined program should be told, though it runs: said once, in the reader's language.

use base::Lang;
use serde::{Deserialize, Serialize};

/// A remark that is not an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Note {
    /// Proxy variables were taken out of the environment.
    ProxyRemoved {
        /// Their names.
        names: Vec<String>,
    },
    /// `ping_group_range` could not be written: ping may need a capability it has not.
    NoPing {
        /// The kernel's answer.
        errno: i32,
    },
    /// IPv6 could not be switched off: its solicitations will be seen on the cable.
    Ipv6Stays {
        /// The kernel's answer.
        errno: i32,
    },
}

impl Note {
    /// The remark in the reader's language.
    pub fn message(&self, lang: Lang) -> String {
        let reason = |errno: i32| std::io::Error::from_raw_os_error(errno);
        match (self, lang) {
            (Self::ProxyRemoved { names }, Lang::En) => {
                format!("proxy variables do not reach into the lab, removed: {}", names.join(" "))
            }
            (Self::ProxyRemoved { names }, Lang::Zh) => {
                format!("代理变量通不到实验里, 已去掉: {}", names.join(" "))
            }
            (Self::NoPing { errno }, Lang::En) => {
                format!("ping may not work: ping_group_range: {}", reason(*errno))
            }
            (Self::NoPing { errno }, Lang::Zh) => {
                format!("ping 可能不可用: ping_group_range: {}", reason(*errno))
            }
            (Self::Ipv6Stays { errno }, Lang::En) => {
                format!("IPv6 stays on at the joined card: {}", reason(*errno))
            }
            (Self::Ipv6Stays { errno }, Lang::Zh) => {
                format!("接入的网卡上 IPv6 关不掉: {}", reason(*errno))
            }
        }
    }
}
