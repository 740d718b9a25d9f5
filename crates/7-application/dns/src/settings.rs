//! The words that servers are started with: `port=8080 root=./site write=yes`.

use base::Lang;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Words of a command line, checked against the keys that a program knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings(Vec<(String, String)>);

/// A word that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadSetting {
    /// Not one of the program's keys.
    Unknown(String),
    /// The key's value is of another kind.
    Value {
        /// The key.
        key: String,
        /// What was written.
        value: String,
        /// What it has to be, in English and in Chinese.
        wanted: (&'static str, &'static str),
    },
}

impl BadSetting {
    /// The sentence for people.
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (BadSetting::Unknown(word), Lang::En) => format!("`{word}` is no setting"),
            (BadSetting::Unknown(word), Lang::Zh) => format!("没有 `{word}` 这个设置"),
            (BadSetting::Value { key, value, wanted }, Lang::En) => {
                format!("{key}={value}: must be {}", wanted.0)
            }
            (BadSetting::Value { key, value, wanted }, Lang::Zh) => {
                format!("{key}={value}: 应为{}", wanted.1)
            }
        }
    }
}

impl Settings {
    /// Reads the words after the program's name.
    ///
    /// # Errors
    /// A word without `=`, or whose key is not in `keys`.
    pub fn read(words: &[String], keys: &[&str]) -> Result<Settings, BadSetting> {
        let read = |word: &String| match word.split_once('=') {
            Some((key, value)) if keys.contains(&key) => Ok((key.to_owned(), value.to_owned())),
            _ => Err(BadSetting::Unknown(word.clone())),
        };
        words.iter().map(read).collect::<Result<_, _>>().map(Settings)
    }

    /// The value under `key`; the last one counts.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// A port from 1 to 65535.
    ///
    /// # Errors
    /// Another value.
    pub fn port(&self, key: &str, usual: u16) -> Result<u16, BadSetting> {
        let wanted = ("a port from 1 to 65535", " 1 到 65535 的端口");
        self.parsed(key, wanted, |value| value.parse().ok().filter(|&port| port > 0))
            .map(|port| port.unwrap_or(usual))
    }

    /// Where to listen: `addr=` (usually every address) and `port=`.
    ///
    /// # Errors
    /// Another value.
    pub fn listen(&self, usual_port: u16) -> Result<SocketAddr, BadSetting> {
        let wanted = ("an IP address", " IP 地址");
        let address = self.parsed("addr", wanted, |value| value.parse::<IpAddr>().ok())?;
        let address = address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        Ok(SocketAddr::new(address, self.port("port", usual_port)?))
    }

    /// `yes` or `no`.
    ///
    /// # Errors
    /// Another value.
    pub fn flag(&self, key: &str) -> Result<bool, BadSetting> {
        let read = |value: &str| match value {
            "yes" | "true" => Some(true),
            "no" | "false" => Some(false),
            _ => None,
        };
        self.parsed(key, ("yes or no", " yes 或 no"), read).map(|flag| flag.unwrap_or(false))
    }

    /// Anything that `read` can read; `wanted` says what that is.
    ///
    /// # Errors
    /// `read` cannot.
    pub fn parsed<T>(
        &self,
        key: &str,
        wanted: (&'static str, &'static str),
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, BadSetting> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let bad = || BadSetting::Value { key: key.to_owned(), value: value.to_owned(), wanted };
        read(value).map(Some).ok_or_else(bad)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_settings() {
        let words = |line: &str| -> Vec<String> { line.split(' ').map(str::to_owned).collect() };
        let read = |line| Settings::read(&words(line), &["port", "addr", "write"]);
        let settings = read("port=8080 addr=10.0.0.1 write=yes").expect("readable");
        assert_eq!(settings.listen(80), Ok(([10, 0, 0, 1], 8080).into()));
        assert_eq!(settings.flag("write"), Ok(true));
        assert_eq!(Settings::default().listen(80), Ok(([0, 0, 0, 0], 80).into()));
        for bad in ["port=0", "port=65536", "port=x", "addr=10.0.0"] {
            assert!(read(bad).expect("known keys").listen(80).is_err(), "{bad}");
        }
        assert_eq!(read("prt=1"), Err(BadSetting::Unknown("prt=1".into())));
        assert_eq!(read("8080"), Err(BadSetting::Unknown("8080".into())));
    }
}
