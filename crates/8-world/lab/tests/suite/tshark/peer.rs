//! tshark, asked which frames of a capture pass which filters.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// What a filter found, or why tshark does not understand it.
pub(crate) type Found = Result<BTreeSet<u64>, String>;

/// Is tshark here? In CI it must be.
#[allow(clippy::disallowed_methods, reason = "whether this is CI, only the environment knows")]
pub(crate) fn is_here() -> bool {
    let version = Command::new("tshark").arg("-v").stderr(Stdio::null()).output();
    match version {
        Ok(version) => {
            let lua = String::from_utf8_lossy(&version.stdout).contains("with Lua");
            assert!(lua, "this tshark has no Lua, by which it is asked many filters at once");
            true
        }
        Err(error) => {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "tshark: {error}");
            eprintln!("SKIPPED: tshark is not installed; no filter was compared");
            false
        }
    }
}

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A capture on the disk, as long as this lives.
pub(crate) struct File {
    capture: PathBuf,
    script: PathBuf,
}

impl File {
    pub(crate) fn new(name: &str, octets: &[u8]) -> File {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let base = std::env::temp_dir()
            .join(format!("catenet-filters-{}-{count}-{name}", std::process::id()));
        let (capture, script) = (base.with_extension("pcapng"), base.with_extension("lua"));
        std::fs::write(&capture, octets).expect("a temporary file");
        File { capture, script }
    }

    fn tshark(&self) -> Command {
        let mut command = Command::new("tshark");
        command.arg("-n").arg("-r").arg(&self.capture).stderr(Stdio::piped());
        // A date without a zone is the user's own there, and UTC here.
        command.env("TZ", "UTC");
        for layer in ["ip", "tcp", "udp"] {
            command.args(["-o", &format!("{layer}.check_checksum:TRUE")]);
        }
        command
    }

    /// The frames that pass each filter: one reading of the capture for all of them.
    pub(crate) fn frames(&self, filters: &[String]) -> Vec<Found> {
        let mut script = String::from("local found = {}\nlocal function ask(i, filter)\n");
        script.push_str("  local ok, tap = pcall(Listener.new, 'frame', filter)\n");
        script.push_str(
            "  if not ok then print('REFUSED', i, (tostring(tap):gsub('%s+', ' '))) return end\n",
        );
        script.push_str("  function tap.packet(pinfo) print('FOUND', i, pinfo.number) end\nend\n");
        for (index, filter) in filters.iter().enumerate() {
            writeln!(script, "ask({index}, {})", quoted(filter)).expect("a string");
        }
        std::fs::write(&self.script, script).expect("a temporary file");
        let mut command = self.tshark();
        command.arg("-q").arg("-X").arg(format!("lua_script:{}", self.script.display()));
        let output = command.output().expect("tshark runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "tshark: {errors}");
        let mut found: Vec<Found> = vec![Ok(BTreeSet::new()); filters.len()];
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let mut words = line.splitn(3, '\t');
            let (what, index, rest) = (words.next(), words.next(), words.next().unwrap_or(""));
            let Some(entry) =
                index.and_then(|i| i.parse().ok()).and_then(|i: usize| found.get_mut(i))
            else {
                continue;
            };
            match (what, entry) {
                (Some("REFUSED"), entry) => *entry = Err(rest.to_owned()),
                (Some("FOUND"), Ok(frames)) => {
                    frames.insert(rest.parse().expect("a number"));
                }
                _ => {}
            }
        }
        found
    }

    /// The same for one filter, by `-Y`.
    pub(crate) fn display_filter(&self, filter: &str) -> Option<BTreeSet<u64>> {
        let output = self
            .tshark()
            .args(["-Y", filter, "-T", "fields", "-e", "frame.number"])
            .output()
            .expect("tshark runs");
        let numbers = String::from_utf8_lossy(&output.stdout);
        output
            .status
            .success()
            .then(|| numbers.lines().map(|line| line.parse().expect("a number")).collect())
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.capture);
        let _ = std::fs::remove_file(&self.script);
    }
}

/// A text for Lua.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for octet in text.bytes() {
        match octet {
            b'"' | b'\\' => out.extend(['\\', char::from(octet)]),
            b' '..=b'~' => out.push(char::from(octet)),
            other => write!(out, "\\{other:03}").expect("a string"),
        }
    }
    out.push('"');
    out
}
