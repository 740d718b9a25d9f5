//! How a crate declares its reasons, and how a reason becomes a sentence.

use crate::Fate;
use crate::event::Args;
use base::{Duration, Lang, MacAddr, Seq};
use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A parameter's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgKind {
    /// A whole number.
    Number,
    /// Yes or no.
    Flag,
    /// An IP address (two words).
    Ip,
    /// A hardware address.
    Mac,
    /// A span of time.
    Time,
    /// A short word from a fixed list (two words, sixteen octets).
    Text,
}

impl ArgKind {
    /// How many words it takes.
    pub const fn width(self) -> usize {
        match self {
            ArgKind::Ip | ArgKind::Text => 2,
            _ => 1,
        }
    }
}

/// What can be a parameter.
pub trait Arg {
    /// Its type.
    const KIND: ArgKind;
    /// Its words; only the first `KIND.width()` count.
    fn pack(self) -> [u64; 2];
}

macro_rules! number_args {
    ($($t:ty)*) => { $(impl Arg for $t {
        const KIND: ArgKind = ArgKind::Number;
        fn pack(self) -> [u64; 2] { [self as u64, 0] }
    })* };
}
number_args!(u8 u16 u32 u64 usize);

impl Arg for Seq {
    const KIND: ArgKind = ArgKind::Number;
    fn pack(self) -> [u64; 2] {
        [u64::from(self.0), 0]
    }
}
impl Arg for bool {
    const KIND: ArgKind = ArgKind::Flag;
    fn pack(self) -> [u64; 2] {
        [u64::from(self), 0]
    }
}
impl Arg for Duration {
    const KIND: ArgKind = ArgKind::Time;
    fn pack(self) -> [u64; 2] {
        [self.as_nanos(), 0]
    }
}
impl Arg for MacAddr {
    const KIND: ArgKind = ArgKind::Mac;
    fn pack(self) -> [u64; 2] {
        let [a, b, c, d, e, f] = self.0;
        [u64::from_be_bytes([0, 0, a, b, c, d, e, f]), 0]
    }
}
impl Arg for Ipv4Addr {
    const KIND: ArgKind = ArgKind::Ip;
    fn pack(self) -> [u64; 2] {
        IpAddr::V4(self).pack()
    }
}
impl Arg for IpAddr {
    const KIND: ArgKind = ArgKind::Ip;
    fn pack(self) -> [u64; 2] {
        let octets = match self {
            IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
            IpAddr::V6(v6) => v6.octets(),
        };
        let whole = u128::from_be_bytes(octets);
        [(whole >> 64) as u64, whole as u64]
    }
}
/// A short word from a fixed list ("SYN-SENT"), packed by its first sixteen octets: an address would
/// not be the same in two runs.
impl Arg for &'static str {
    const KIND: ArgKind = ArgKind::Text;
    fn pack(self) -> [u64; 2] {
        let mut octets = [0u8; 16];
        let len = (0..=self.len().min(16)).rev().find(|&n| self.is_char_boundary(n)).unwrap_or(0);
        octets[..len].copy_from_slice(&self.as_bytes()[..len]);
        let whole = u128::from_be_bytes(octets);
        [(whole >> 64) as u64, whole as u64]
    }
}

/// A parameter's value, unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArgValue {
    /// A number.
    Number(u64),
    /// Yes or no.
    Flag(bool),
    /// An address.
    Ip(IpAddr),
    /// A hardware address.
    Mac(MacAddr),
    /// A span of time.
    Time(Duration),
    /// A short text (at most 16 octets).
    Text(String),
}

impl ArgValue {
    fn unpack(kind: ArgKind, words: &[u64]) -> ArgValue {
        let first = words.first().copied().unwrap_or(0);
        let both = u128::from(first) << 64 | u128::from(words.get(1).copied().unwrap_or(0));
        match kind {
            ArgKind::Number => ArgValue::Number(first),
            ArgKind::Flag => ArgValue::Flag(first != 0),
            ArgKind::Time => ArgValue::Time(Duration::from_nanos(first)),
            ArgKind::Mac => {
                let [_, _, a, b, c, d, e, f] = first.to_be_bytes();
                ArgValue::Mac(MacAddr([a, b, c, d, e, f]))
            }
            ArgKind::Ip => ArgValue::Ip(Ipv6Addr::from(both).to_canonical()),
            ArgKind::Text => {
                let octets = both.to_be_bytes();
                let end = octets.iter().position(|&o| o == 0).unwrap_or(octets.len());
                ArgValue::Text(String::from_utf8_lossy(&octets[..end]).into_owned())
            }
        }
    }
}

impl fmt::Display for ArgValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ArgValue::Number(number) => number.fmt(f),
            ArgValue::Flag(flag) => flag.fmt(f),
            ArgValue::Ip(ip) => ip.fmt(f),
            ArgValue::Mac(mac) => mac.fmt(f),
            ArgValue::Time(span) => span.fmt(f),
            ArgValue::Text(text) => f.write_str(text),
        }
    }
}

/// A parameter's declaration.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Its name, as the sentences use it.
    pub name: &'static str,
    /// Its type.
    pub kind: ArgKind,
}

/// A reason's declaration.
#[derive(Debug)]
pub struct ReasonInfo {
    /// A number that never changes; the crate's rank times 100 and on.
    pub code: u16,
    /// The word for filters and checks: `events(retransmit)`.
    pub name: &'static str,
    /// What it does to the frame.
    pub fate: Fate,
    /// The clause behind it: `rfc9293#3.10.7.4`, or empty where no specification speaks.
    pub clause: &'static str,
    /// Its parameters.
    pub params: &'static [Param],
    /// The sentence in English; `{name}` stands for a parameter.
    pub en: &'static str,
    /// The sentence in Chinese.
    pub zh: &'static str,
}

impl ReasonInfo {
    /// The parameters with their values.
    pub fn values(&self, args: &Args) -> Vec<(&'static str, ArgValue)> {
        let mut used = 0;
        let mut values = Vec::with_capacity(self.params.len());
        for param in self.params {
            values
                .push((param.name, ArgValue::unpack(param.kind, args.get(used..).unwrap_or(&[]))));
            used += param.kind.width();
        }
        values
    }

    /// The sentence with its numbers.
    pub fn sentence(&self, args: &Args, lang: Lang) -> String {
        let template = match lang {
            Lang::En => self.en,
            Lang::Zh => self.zh,
        };
        let values = self.values(args);
        let mut sentence = String::with_capacity(template.len() + 32);
        let mut rest = template;
        while let Some((text, tail)) = rest.split_once('{') {
            sentence.push_str(text);
            let (name, tail) = tail.split_once('}').unwrap_or((tail, ""));
            match values.iter().find(|(known, _)| *known == name) {
                Some((_, value)) => sentence.push_str(&value.to_string()),
                None => sentence.extend(["{", name, "}"]),
            }
            rest = tail;
        }
        sentence.push_str(rest);
        sentence
    }

    /// What is wrong with the declaration; for each crate's test over its table.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let width: usize = self.params.iter().map(|param| param.kind.width()).sum();
        if width > core::mem::size_of::<Args>() / 8 {
            faults.push(format!("{}: parameters take {width} words", self.name));
        }
        for (lang, text) in [("en", self.en), ("zh", self.zh)] {
            if text.is_empty() {
                faults.push(format!("{}: no sentence in {lang}", self.name));
            }
            for part in text.split('{').skip(1) {
                let name = part.split('}').next().unwrap_or("");
                if !self.params.iter().any(|param| param.name == name) {
                    faults.push(format!("{}: {lang} names {{{name}}}", self.name));
                }
            }
        }
        faults
    }
}

/// A reason with its parameters filled in; made by [`reasons!`](crate::reasons).
pub trait Reason {
    /// The declaration.
    const INFO: &'static ReasonInfo;
    /// The parameters, packed.
    fn args(&self) -> Args;
}

/// Declares the reasons of a crate.
///
/// ```
/// catenet_trace::reasons! {
///     4101 syn_received SynReceived { peer: core::net::IpAddr, port: u16 } Note "rfc9293#3.10.7.2"
///         en "A SYN from {peer} asks for port {port}."
///         zh "{peer} 的 SYN 请求连接端口 {port}。";
///     4102 out_of_window OutOfWindow { } Dropped "rfc9293#3.10.7.4"
///         en "The segment lies outside the window."
///         zh "报文段在窗口之外。";
/// }
/// assert_eq!(REASONS.len(), 2);
/// ```
#[macro_export]
macro_rules! reasons {
    ($($(#[$doc:meta])* $code:literal $name:ident $type:ident { $($param:ident : $kind:ty),* $(,)? }
        $fate:ident $clause:literal en $en:literal zh $zh:literal;)*) => {
        $(
            $(#[$doc])*
            #[doc = $en]
            #[derive(Clone, Copy, Debug)]
            #[allow(missing_docs)]
            pub struct $type { $(pub $param: $kind),* }

            impl $crate::Reason for $type {
                const INFO: &'static $crate::ReasonInfo = &$crate::ReasonInfo {
                    code: $code,
                    name: stringify!($name),
                    fate: $crate::Fate::$fate,
                    clause: $clause,
                    params: &[$($crate::Param {
                        name: stringify!($param),
                        kind: <$kind as $crate::Arg>::KIND,
                    }),*],
                    en: $en,
                    zh: $zh,
                };
                fn args(&self) -> $crate::Args {
                    $crate::pack!($(self.$param),*)
                }
            }
        )*
        /// Every reason that this crate can give.
        pub static REASONS: &[&$crate::ReasonInfo] =
            &[$(<$type as $crate::Reason>::INFO),*];
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! pack {
    ($($value:expr),*) => { $crate::Packer::default()$(.put($value))*.done() };
}
