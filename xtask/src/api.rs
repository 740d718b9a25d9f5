//! The service interface keeps what its document says: schemathesis asks it what nobody would.
//!
//! ```text
//!   target/api/venv     schemathesis, pinned with all it needs (api/requirements.txt), from PyPI
//!   a service of our own, in a folder of its own, with one lab
//!   schemathesis ---- requests made from /api/openapi.json ----> the loopback port
//! ```
//!
//! Asked are: no 5xx, no status and no content type that the document does not name, every answer by
//! its schema, wrong requests and wrong methods refused, the secret asked for. Not asked: that every
//! request that its schema allows is accepted, since no schema knows our filters and lab files.
//!
//! A step of the clock is asked for seconds, not for years (api/hooks.py).
//! What streams without end is asked about a lab that there is not; what is left out altogether is in
//! [`LEFT_OUT`]. Both are said aloud.

use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::peers;
use crate::shell::{self, Failure};
use crate::workspace;

/// What the step needs.
pub(crate) const NEEDS: &[&str] = &["python3"];

const REQUIREMENTS: &str = include_str!("api/requirements.txt");
const HOOKS: &str = include_str!("api/hooks.py");
/// The lab that is asked.
const LAB: &str = "two-lans";
/// How long the whole of it may take.
const LIMIT: Duration = Duration::from_secs(110);
/// How long the service may take to start.
const START: Duration = Duration::from_secs(20);

/// Operations that are asked about a lab that there is not, and why.
const ELSEWHERE: &[(&str, &str)] = &[
    ("follow_events", "it streams without end"),
    ("follow_frames", "it streams without end"),
    ("hold_lab", "it answers when the lab has ended"),
    ("live", "a WebSocket"),
    ("stop_lab", "the lab would be gone for all that follows"),
];

/// Operations that are not asked, and why.
const LEFT_OUT: &[(&str, &str)] = &[("stop_service", "the service would be gone")];

/// What is checked of every answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance,negative_data_rejection,\
    missing_required_header,unsupported_method,allow_header_conformance,ignored_auth";

/// Runs it; hands back what is worth a line.
///
/// # Errors
/// The interface does something that its document does not say, or the tools are not to be had.
pub(crate) fn run() -> Result<String, Failure> {
    let folder = workspace::target()?.join("api");
    let schemathesis = install(&folder)?;
    let service = Service::start()?;
    for (operation, why) in ELSEWHERE {
        println!("api: {operation} is asked about a lab that there is not: {why}");
    }
    for (operation, why) in LEFT_OUT {
        println!("api: {operation} is NOT asked: {why}");
    }
    let config = folder.join("schemathesis.toml");
    write_own(&config, &configuration(&service.secret))?;
    write_own(&service.folder.join("hooks.py"), HOOKS)?;
    let mut command = Command::new(schemathesis);
    command.current_dir(&service.folder).env("SCHEMATHESIS_HOOKS", "hooks");
    command.env("PYTHONPATH", &service.folder).arg("--config-file").arg(&config);
    command.args(["run", &format!("http://127.0.0.1:{}/api/openapi.json", service.port)]);
    command.args(["--checks", CHECKS, "--phases", "coverage,fuzzing", "--no-color"]);
    command.args(LEFT_OUT.iter().flat_map(|(name, _)| ["--exclude-operation-id", name]));
    let said = shell::capture_within(&mut command, LIMIT)?;
    let counted = said.lines().rev().find(|line| line.contains("generated"));
    let asked = said.lines().rev().find(|line| line.contains("Tested:")).unwrap_or_default();
    let asked = asked.trim().trim_start_matches("Tested:").trim();
    if !service.answers() {
        return Err(Failure::new("the service is gone after what it was asked"));
    }
    Ok(format!("{asked} operations; {}", counted.unwrap_or("nothing counted").trim()))
}

/// The pinned program, installed where it is missing.
fn install(folder: &Path) -> Result<PathBuf, Failure> {
    fs::create_dir_all(folder).map_err(|error| Failure::about(folder, &error))?;
    let (venv, mark) = (folder.join("venv"), folder.join("venv/requirements.txt"));
    let program = venv.join("bin/st");
    if fs::read_to_string(&mark).is_ok_and(|had| had == REQUIREMENTS) && program.is_file() {
        return Ok(program);
    }
    let _ = fs::remove_dir_all(&venv); // of another version, or half made
    let with_python = shell::run(Command::new("python3").args(["-m", "venv"]).arg(&venv));
    if let Err(failure) = with_python {
        // Debian keeps what `venv` needs in a package of its own.
        let virtualenv = peers::find("virtualenv").ok_or(failure)?;
        shell::run(Command::new(virtualenv).arg(&venv))?;
    }
    let wanted = folder.join("requirements.txt");
    fs::write(&wanted, REQUIREMENTS).map_err(|error| Failure::about(&wanted, &error))?;
    shell::retry(3, || {
        let mut pip = Command::new(venv.join("bin/python"));
        pip.args(["-m", "pip", "install", "-q", "--disable-pip-version-check", "-r"]).arg(&wanted);
        shell::run(&mut pip)
    })?;
    fs::write(&mark, REQUIREMENTS).map_err(|error| Failure::about(&mark, &error))?;
    Ok(program)
}

/// What schemathesis is told: who we are, and names that exist.
fn configuration(secret: &str) -> String {
    let elsewhere = ELSEWHERE.iter().map(|(name, _)| {
        format!(
            "[[operations]]\ninclude-operation-id = \"{name}\"\n\
             parameters = {{ \"path.lab\" = \"nobody\" }}\n"
        )
    });
    format!(
        "seed = 1\nrequest-timeout = 10.0\nworkers = 1\n\
         headers = {{ Authorization = \"Bearer {secret}\" }}\n\
         [parameters]\n\"path.lab\" = \"{LAB}\"\n\
         \"path.node\" = [\"pc1\", \"r1\", \"office\", \"nobody\"]\n\
         \"path.table\" = [\"arp\", \"routes\", \"tcp\", \"mac\", \"nothing\"]\n\
         \"query.follow\" = false\n\
         [generation]\nmax-examples = 100\ndatabase = \"none\"\n{}",
        elsewhere.collect::<String>()
    )
}

/// A service of our own with a lab; dropping it ends it.
struct Service {
    child: Child,
    folder: PathBuf,
    port: u16,
    secret: String,
}

impl Service {
    fn start() -> Result<Self, Failure> {
        // A socket's path is short: the folder of a deep checkout may be too long.
        let folder = std::env::temp_dir().join(format!("catenet-api-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder); // of an earlier run with our number
        let made = fs::DirBuilder::new().mode(0o700).create(&folder);
        made.map_err(|error| Failure::about(&folder, &error))?;
        let log = folder.join("service.log");
        let file = fs::File::create(&log).map_err(|error| Failure::about(&log, &error))?;
        let mut command = catenet(&folder)?;
        command.args(["serve", "--listen", "127.0.0.1:0"]).stdin(Stdio::null());
        let child = command.stdout(Stdio::null()).stderr(file).spawn();
        let child = child.map_err(|error| Failure::new(format!("catenet serve: {error}")))?;
        let mut service = Self { child, folder, port: 0, secret: String::new() };
        let began = Instant::now();
        while !service.look() {
            if began.elapsed() > START {
                let said = fs::read_to_string(&log).unwrap_or_default();
                return Err(Failure::new(format!("the service did not start\n{said}")));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        shell::capture_within(catenet(&service.folder)?.args(["up", LAB, "-d"]), START)?;
        Ok(service)
    }

    /// Looks for its port and its secret.
    fn look(&mut self) -> bool {
        let entries = fs::read_dir(self.folder.join("catenet")).into_iter().flatten().flatten();
        for path in entries.map(|entry| entry.path()) {
            let port = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".token"));
            let secret = fs::read_to_string(&path).unwrap_or_default();
            if let Some(port) = port.and_then(|port| port.parse().ok())
                && secret.ends_with('\n')
            {
                (self.port, self.secret) = (port, secret.trim().to_owned());
                return true;
            }
        }
        false
    }

    fn answers(&self) -> bool {
        catenet(&self.folder)
            .is_ok_and(|mut command| shell::capture_within(command.arg("ps"), START).is_ok())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill().and_then(|()| self.child.wait()); // it may have ended
        let _ = fs::remove_dir_all(&self.folder); // the system's own folder for such things
    }
}

/// The built binary, as somebody without labs of their own.
fn catenet(folder: &Path) -> Result<Command, Failure> {
    let mut command = Command::new(workspace::target()?.join("release/catenet"));
    command.env("XDG_RUNTIME_DIR", folder).env("HOME", folder).env_remove("CATENET_SERVER");
    command.current_dir(folder);
    Ok(command)
}

/// Writes a file that only we can read: it holds the secret.
fn write_own(path: &Path, text: &str) -> Result<(), Failure> {
    let _ = fs::remove_file(path); // of an earlier run
    let file = fs::File::options().create_new(true).write(true).mode(0o600).open(path);
    let wrote = file.and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()));
    wrote.map_err(|error| Failure::about(path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name that is wrong here would leave nothing out, and nobody would see it.
    #[test]
    fn what_is_left_out_is_in_the_document() {
        let path = workspace::root().join("crates/9-door/service/openapi.json");
        let document = fs::read_to_string(path).unwrap();
        for (operation, why) in ELSEWHERE.iter().chain(LEFT_OUT) {
            assert!(document.contains(&format!("\"operationId\": \"{operation}\"")), "{operation}");
            assert!(!why.is_empty());
        }
    }

    #[test]
    fn everything_installed_is_pinned() {
        assert!(REQUIREMENTS.lines().all(|line| line.contains("==")));
        assert!(REQUIREMENTS.contains("\nschemathesis=="));
    }
}
