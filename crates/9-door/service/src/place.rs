//! Where a user's service lives: a folder of its own, closed to everybody else.
//!
//! ```text
//! $XDG_RUNTIME_DIR/catenet/          0700; without one: $XDG_STATE_HOME/catenet, ~/.local/state/catenet
//!   service.sock                     the service interface, HTTP over a Unix socket
//!   join.sock                        descriptors of joined programs' cards
//!   service.lock                     held by the one service of this folder
//!   service.log                      what a service in the background says
//!   8742.token                       0600; the secret of the loopback port, for scripts
//!   left/two-lans.json               what runs, for the service after one that was killed
//! ```

use nix::fcntl::{Flock, FlockArg};
use nix::unistd::Uid;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The longest path that fits a Unix socket's address on Linux.
const LONGEST_SOCKET_PATH: usize = 107;

/// Characters of a secret.
const SECRET: u64 = 32;

/// The folder of a user's service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    folder: PathBuf,
}

/// Why there is no place for a service.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// Neither a runtime folder nor a home.
    #[error("no folder for the service: set XDG_RUNTIME_DIR or HOME to a folder of yours")]
    NoHome,
    /// The folder belongs to somebody else or is open to others.
    #[error("{0} is not yours alone: remove it, or set XDG_RUNTIME_DIR to a folder of yours")]
    NotOurs(PathBuf),
    /// A socket's address would not fit.
    #[error("{0} is too long for a Unix socket: set XDG_RUNTIME_DIR to a shorter path")]
    TooLong(PathBuf),
    /// The system said no.
    #[error("{0}: {1}")]
    System(PathBuf, io::Error),
}

impl PlaceError {
    /// The sentence for people.
    pub fn text(&self, lang: base::Lang) -> String {
        match (self, lang) {
            (_, base::Lang::En) => self.to_string(),
            (PlaceError::NoHome, _) => {
                "没有放服务的文件夹: 请把 XDG_RUNTIME_DIR 或 HOME 设为你自己的文件夹".to_owned()
            }
            (PlaceError::NotOurs(folder), _) => format!(
                "{} 不是你独有的: 请删除它, 或把 XDG_RUNTIME_DIR 设为你自己的文件夹",
                folder.display()
            ),
            (PlaceError::TooLong(socket), _) => format!(
                "{} 太长, 不能作 Unix 套接字: 请把 XDG_RUNTIME_DIR 设为更短的路径",
                socket.display()
            ),
            (PlaceError::System(path, error), _) => {
                format!("{}: {}", path.display(), door::system::says(error, lang))
            }
        }
    }
}

impl Place {
    /// The place of the user who calls, made if it is missing.
    pub fn of_caller() -> Result<Place, PlaceError> {
        let variable =
            |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let runtime = variable("XDG_RUNTIME_DIR").filter(|folder| is_ours(folder));
        let state = || {
            variable("XDG_STATE_HOME")
                .or_else(|| variable("HOME").map(|home| home.join(".local/state")))
        };
        let parent = runtime.or_else(state).ok_or(PlaceError::NoHome)?;
        Place::at(parent.join("catenet"))
    }

    /// A place at a folder of the caller's choice, made if it is missing.
    pub fn at(folder: PathBuf) -> Result<Place, PlaceError> {
        let failed = |error| PlaceError::System(folder.clone(), error);
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(failed)?;
        if !is_ours(&folder) {
            return Err(PlaceError::NotOurs(folder));
        }
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).map_err(failed)?;
        let place = Place { folder };
        let socket = place.socket();
        if socket.as_os_str().len() > LONGEST_SOCKET_PATH {
            return Err(PlaceError::TooLong(socket));
        }
        Ok(place)
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
    /// The service interface.
    pub fn socket(&self) -> PathBuf {
        self.folder.join("service.sock")
    }
    /// Where `join` hands over its card.
    pub fn join_socket(&self) -> PathBuf {
        self.folder.join("join.sock")
    }
    /// What a service in the background says.
    pub fn log(&self) -> PathBuf {
        self.folder.join("service.log")
    }
    /// The secret of the loopback port, for scripts.
    pub fn token(&self, port: u16) -> PathBuf {
        self.folder.join(format!("{port}.token"))
    }

    /// Takes the place for one service; none when another service holds it.
    pub fn take(&self) -> Result<Option<Taken>, PlaceError> {
        let path = self.folder.join("service.lock");
        let failed = |error| PlaceError::System(path.clone(), error);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(failed)?;
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(lock) => Ok(Some(Taken { _lock: lock })),
            Err((_, nix::errno::Errno::EWOULDBLOCK)) => Ok(None),
            Err((_, errno)) => Err(PlaceError::System(path, errno.into())),
        }
    }

    /// Where it is written down what runs.
    pub fn left(&self) -> PathBuf {
        self.folder.join("left")
    }

    /// The ports of services of this folder that were killed, as their tokens say it.
    pub fn ports(&self) -> Vec<u16> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let port = |name: &str| name.strip_suffix(".token")?.parse().ok();
        let mut ports: Vec<u16> =
            entries.filter_map(|entry| port(entry.file_name().to_str()?)).collect();
        ports.sort_unstable();
        ports
    }

    /// The secret that a killed service had at this port, if its file is as we write it.
    pub fn secret_left_at(&self, port: u16) -> Option<String> {
        let path = self.token(port);
        let meta = fs::symlink_metadata(&path).ok()?;
        let ours = meta.is_file() && meta.uid() == Uid::effective().as_raw();
        let closed = meta.permissions().mode() & 0o077 == 0 && meta.len() == SECRET + 1;
        let text = (ours && closed).then(|| fs::read_to_string(path)).and_then(Result::ok)?;
        let secret = text.trim_end();
        let whole = secret.len() as u64 == SECRET && secret.bytes().all(|c| c.is_ascii_hexdigit());
        whole.then(|| secret.to_owned())
    }

    /// Writes the secret where only its owner can read it; tokens of services that are no more go.
    pub fn write_token(&self, port: u16, secret: &str) -> io::Result<()> {
        for old in self.ports() {
            let _ = fs::remove_file(self.token(old)); // it lies in our own folder
        }
        let path = self.token(port);
        let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(path)?;
        writeln!(file, "{secret}")
    }
}

/// A place that is taken; dropping it (or dying) frees it.
#[derive(Debug)]
pub struct Taken {
    _lock: Flock<File>,
}

fn is_ours(folder: &Path) -> bool {
    fs::metadata(folder).is_ok_and(|meta| meta.is_dir() && meta.uid() == Uid::effective().as_raw())
}
