//! The user's browser, with a profile that knows nothing but the lab.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// What is looked for, in this order.
const KNOWN: &[&str] =
    &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "firefox"];

/// A browser of this machine.
pub struct Browser(PathBuf);

/// A profile for one run; dropping it removes it.
pub struct Profile(PathBuf);

/// An address as a browser takes it: `www.example.lab` is a web server.
pub fn url(text: &str) -> String {
    if text.contains("://") { text.to_owned() } else { format!("http://{text}") }
}

impl Browser {
    /// The first that is on the PATH.
    pub fn find() -> Option<Browser> {
        let path = std::env::var_os("PATH")?;
        let here = |name: &&str| {
            std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
        };
        KNOWN.iter().find_map(here).map(Browser)
    }
    /// The one that the user names.
    pub fn named(program: &Path) -> Browser {
        Browser(program.to_owned())
    }
    /// Its program.
    pub fn program(&self) -> &Path {
        &self.0
    }

    /// Starts it on `url` through the SOCKS port.
    ///
    /// # Errors
    /// There is no such program, or it cannot be started.
    pub fn start(
        &self,
        profile: &Profile,
        port: SocketAddr,
        url: &str,
        words: &[OsString],
    ) -> io::Result<Child> {
        let mut command = Command::new(&self.0);
        if self.0.file_name().is_some_and(|name| name.to_string_lossy().contains("firefox")) {
            command.args(["--no-remote", "--profile"]).arg(&profile.0);
        } else {
            command.args(chromium(profile, port));
        }
        command.args(words).arg(url).stdin(Stdio::null());
        // What a browser says to its developers is of interest to who gives it words of his own.
        if words.is_empty() {
            command.stdout(Stdio::null()).stderr(Stdio::null());
        }
        command.spawn()
    }
}

/// Everything through the port, names too, loopback too; nothing home to its maker.
fn chromium(profile: &Profile, port: SocketAddr) -> Vec<OsString> {
    let mut folder = OsString::from("--user-data-dir=");
    folder.push(&profile.0);
    let rules = format!("--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE {}", port.ip());
    let words = [
        &format!("--proxy-server=socks5://{port}"),
        "--proxy-bypass-list=<-loopback>",
        &rules,
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-extensions",
        "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable",
    ];
    core::iter::once(folder).chain(words.map(OsString::from)).collect()
}

impl Profile {
    /// An empty one, for this port.
    ///
    /// # Errors
    /// The folder for temporary files does not take it.
    pub fn make(port: SocketAddr) -> io::Result<Profile> {
        let name = format!("catenet-browser-{}-{}", std::process::id(), port.port());
        let folder = std::env::temp_dir().join(name);
        fs::DirBuilder::new().mode(0o700).create(&folder)?;
        let profile = Profile(folder);
        fs::write(profile.0.join("user.js"), firefox(port))?;
        Ok(profile)
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        // A browser's last helpers may still write: a few tries.
        for _ in 0..20 {
            if fs::remove_dir_all(&self.0).is_ok() || !self.0.exists() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }
}

/// The same for Firefox, as its profile says it.
fn firefox(port: SocketAddr) -> String {
    let (ip, number) = (port.ip(), port.port());
    let text = [
        ("network.proxy.type", "1".to_owned()),
        ("network.proxy.socks", format!("\"{ip}\"")),
        ("network.proxy.socks_port", number.to_string()),
        ("network.proxy.socks_version", "5".to_owned()),
        ("network.proxy.socks_remote_dns", "true".to_owned()),
        ("network.proxy.socks5_remote_dns", "true".to_owned()),
        ("network.proxy.no_proxies_on", "\"\"".to_owned()),
        ("network.proxy.allow_hijacking_localhost", "true".to_owned()),
        ("network.trr.mode", "5".to_owned()),
        ("network.dns.disablePrefetch", "true".to_owned()),
        ("network.captive-portal-service.enabled", "false".to_owned()),
        ("network.connectivity-service.enabled", "false".to_owned()),
        ("browser.aboutwelcome.enabled", "false".to_owned()),
        ("browser.shell.checkDefaultBrowser", "false".to_owned()),
        ("datareporting.policy.dataSubmissionEnabled", "false".to_owned()),
        ("toolkit.telemetry.enabled", "false".to_owned()),
        ("app.update.enabled", "false".to_owned()),
        ("dom.security.https_first", "false".to_owned()),
        ("browser.fixup.alternate.enabled", "false".to_owned()),
    ];
    text.map(|(key, value)| format!("user_pref(\"{key}\", {value});\n")).concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_its_users_alone_and_does_not_stay() {
        use std::os::unix::fs::PermissionsExt;
        let port = SocketAddr::from(([127, 0, 0, 1], 9));
        let profile = Profile::make(port).expect("a folder");
        let folder = profile.0.clone();
        assert_eq!(fs::metadata(&folder).expect("there").permissions().mode() & 0o777, 0o700);
        assert!(Profile::make(port).is_err(), "a folder that is there already is not taken over");
        let text = fs::read_to_string(folder.join("user.js")).expect("preferences");
        assert!(text.contains("\"network.proxy.socks_port\", 9)"), "{text}");
        drop(profile);
        assert!(!folder.exists());
    }

    #[test]
    fn an_address_without_a_scheme_is_a_web_server() {
        assert_eq!(url("www.example.lab/a"), "http://www.example.lab/a");
        assert_eq!(url("http://10.0.2.80:81/"), "http://10.0.2.80:81/");
    }
}
