//! Why the door stays shut: each error names the cause and the line that mends it, in two languages.
//!
//! `Display` is the English cause alone; [`DoorError::message`] adds the repair. The variants travel
//! as JSON between `join` and its helper process, so they hold plain strings and errno numbers.

use crate::system;
use base::Lang;
use serde::{Deserialize, Serialize};

/// What forbids user namespaces here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Forbidden {
    /// `user.max_user_namespaces` (or the pid, net, mnt, uts twin) is 0 or used up.
    Limit,
    /// Debian's and Arch's `kernel.unprivileged_userns_clone` is 0.
    Sysctl,
    /// Ubuntu's `kernel.apparmor_restrict_unprivileged_userns` is 1.
    AppArmor,
    /// The call itself is refused though no known setting says so: seccomp in a container, or a chroot.
    Seccomp,
    /// The kernel was built without user namespaces.
    Kernel,
}

/// Why a program cannot become a host of the lab.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum DoorError {
    /// This is not Linux.
    #[error("joining a real program needs Linux")]
    Unsupported,
    /// The card asked for cannot exist.
    #[error("card: {field}: {reason}")]
    BadCard {
        /// The field of [`Card`](crate::card::Card).
        field: String,
        /// What is wrong with it.
        reason: String,
        /// The same in Chinese.
        reason_zh: String,
    },
    /// An unprivileged user may make no user namespace.
    #[error("user namespaces are forbidden here ({cause:?}, errno {errno})")]
    Namespaces {
        /// What forbids them, as far as we can tell.
        cause: Forbidden,
        /// The kernel's answer.
        errno: i32,
    },
    /// Neither kind of card could be made.
    #[error("no network card: TAP: {tap}; veth: {veth}")]
    NoCard {
        /// Why no TAP.
        tap: String,
        /// Why no veth pair.
        veth: String,
    },
    /// One step of the setting-up failed.
    #[error("{step}: {}", errno_text(*errno))]
    Step {
        /// What was being done, e.g. `mount tmpfs on /tmp`.
        step: String,
        /// The kernel's answer, 0 if it was not an errno.
        errno: i32,
    },
    /// The command does not exist: exit code 127.
    #[error("{program}: command not found")]
    NotFound {
        /// The command's first word.
        program: String,
    },
    /// The command exists and cannot be run: exit code 126.
    #[error("{program}: cannot be executed: {}", errno_text(*errno))]
    NotExecutable {
        /// The command's first word.
        program: String,
        /// The kernel's answer.
        errno: i32,
    },
    /// The service closed its end: the lab is gone.
    #[error("the lab's service went away; the command was ended")]
    ServiceGone,
    /// The helper process ended without a word, or spoke nonsense.
    #[error("the helper process failed: {detail}")]
    Helper {
        /// What was seen.
        detail: String,
    },
}

fn errno_text(errno: i32) -> String {
    system::errno_says(errno, Lang::En)
}

impl DoorError {
    /// The exit code a shell would give: 126 not executable, 127 not found, 125 everything else.
    pub fn exit_code(&self) -> i32 {
        match self {
            Self::NotFound { .. } => 127,
            Self::NotExecutable { .. } => 126,
            _ => 125,
        }
    }

    /// The cause in the reader's language.
    pub fn cause(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.cause_en(),
            Lang::Zh => self.cause_zh(),
        }
    }

    /// What to do about it: a shell line where one exists, else a sentence.
    pub fn mend(&self, lang: Lang) -> Option<String> {
        let (en, zh) = self.mend_pair()?;
        Some(match lang {
            Lang::En => en,
            Lang::Zh => zh,
        })
    }

    /// The cause, and on a second line what mends it.
    pub fn message(&self, lang: Lang) -> String {
        let cause = self.cause(lang);
        match (self.mend(lang), lang) {
            (None, _) => cause,
            (Some(mend), Lang::En) => format!("{cause}\n  to mend it: {mend}"),
            (Some(mend), Lang::Zh) => format!("{cause}\n  解决办法: {mend}"),
        }
    }

    fn cause_en(&self) -> String {
        match self {
            Self::Namespaces { cause, errno } => {
                format!(
                    "an ordinary user may make no network of its own here: {} ({})",
                    cause.en(),
                    errno_text(*errno)
                )
            }
            other => other.to_string(),
        }
    }

    fn cause_zh(&self) -> String {
        match self {
            Self::Unsupported => "把真实程序接入实验需要 Linux".into(),
            Self::BadCard { field, reason_zh, .. } => format!("网卡参数 {field} 有误: {reason_zh}"),
            Self::Namespaces { cause, errno } => {
                format!(
                    "这台机器不允许普通用户建立自己的网络: {} ({})",
                    cause.zh(),
                    system::errno_says(*errno, Lang::Zh)
                )
            }
            Self::NoCard { tap, veth } => format!("建不出网卡: TAP: {tap}; veth: {veth}"),
            Self::Step { step, errno } => {
                format!("这一步失败了: {step}: {}", system::errno_says(*errno, Lang::Zh))
            }
            Self::NotFound { program } => format!("{program}: 找不到命令"),
            Self::NotExecutable { program, errno } => {
                format!("{program}: 无法执行: {}", system::errno_says(*errno, Lang::Zh))
            }
            Self::ServiceGone => "实验的服务已经退出; 命令已被结束".into(),
            Self::Helper { detail } => format!("辅助进程出错: {detail}"),
        }
    }

    fn mend_pair(&self) -> Option<(String, String)> {
        let both = |line: &str| Some((line.to_string(), line.to_string()));
        let pair = |en: &str, zh: &str| Some((en.to_string(), zh.to_string()));
        match self {
            Self::Unsupported => pair(
                "use a Linux virtual machine; `catenet exec` and `catenet test` work everywhere",
                "请使用一台 Linux 虚拟机; `catenet exec` 和 `catenet test` 在所有平台可用",
            ),
            Self::Namespaces { cause, .. } => match cause {
                Forbidden::Kernel | Forbidden::Seccomp => pair(cause.mend_en(), cause.mend_zh()),
                _ => both(cause.mend_en()),
            },
            Self::NoCard { .. } => both("sudo modprobe -a tun veth af_packet"),
            Self::Step { .. } | Self::Helper { .. } => pair(
                "`catenet doctor` tells what this machine can do",
                "`catenet doctor` 会说明这台机器能做什么",
            ),
            Self::NotExecutable { .. } => {
                pair("check the file's mode: chmod +x FILE", "检查文件权限: chmod +x FILE")
            }
            Self::ServiceGone => {
                pair("start the lab again: catenet up LAB", "重新启动实验: catenet up LAB")
            }
            Self::NotFound { .. } => {
                pair("install the program, or give its path", "安装该程序, 或者写出它的路径")
            }
            Self::BadCard { field, .. } if field == "name" => pair(
                "choose a name of letters a-z, digits and `-`: --name chat",
                "名字只能用英文字母、数字和 `-`: --name chat",
            ),
            Self::BadCard { .. } => None,
        }
    }
}

impl Forbidden {
    /// In English.
    pub fn en(self) -> &'static str {
        match self {
            Self::Limit => "the limit on user namespaces (user.max_*_namespaces) is 0 or used up",
            Self::Sysctl => "kernel.unprivileged_userns_clone is 0",
            Self::AppArmor => {
                "AppArmor restricts them (kernel.apparmor_restrict_unprivileged_userns = 1)"
            }
            Self::Seccomp => {
                "the call is refused, as by a container's seccomp filter or inside a chroot"
            }
            Self::Kernel => "the kernel has no user namespaces",
        }
    }

    /// In Chinese.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Limit => "用户命名空间的上限 (user.max_*_namespaces) 是 0 或已用完",
            Self::Sysctl => "kernel.unprivileged_userns_clone 是 0",
            Self::AppArmor => "被 AppArmor 限制 (kernel.apparmor_restrict_unprivileged_userns = 1)",
            Self::Seccomp => "调用被拒绝, 多半是容器的 seccomp 过滤器, 或身处 chroot 之中",
            Self::Kernel => "内核不支持用户命名空间",
        }
    }

    fn mend_en(self) -> &'static str {
        match self {
            Self::Limit => {
                "sudo sysctl -w user.max_user_namespaces=15000 user.max_net_namespaces=15000 user.max_pid_namespaces=15000 user.max_mnt_namespaces=15000"
            }
            Self::Sysctl => "sudo sysctl -w kernel.unprivileged_userns_clone=1",
            Self::AppArmor => "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
            Self::Seccomp => {
                "in a container, start it with: docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined ..."
            }
            Self::Kernel => "a kernel built with CONFIG_USER_NS=y",
        }
    }

    fn mend_zh(self) -> &'static str {
        match self {
            Self::Seccomp => {
                "若在容器里, 这样启动它: docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined ..."
            }
            Self::Kernel => "换用带有 CONFIG_USER_NS=y 的内核",
            _ => self.mend_en(),
        }
    }
}
