//! The real programs of a lab (`[hosts.chat] real = "python3 server.py"`), as children of ours.
//!
//! ```text
//!   this process --spawns--> catenet join servers --name chat -- sh -c "python3 server.py"
//!        |  its output, its end                     |
//!        +--POST /labs/L/joined/chat--> service <---+ the card, as with any join
//! ```
//! The service starts nothing: whoever calls `up --real` or `test --clock real` does, with that
//! person's own rights, in the lab file's folder. A program ends with the lab, because its `join`
//! does; and the lab ends with us, because we hold it.

use crate::client::{Client, encode, place};
use crate::say::{Context, Failure, tell};
use data_encoding::BASE64;
use language::Text;
use language::model::{Lab, Machine};
use service::api::JoinedNews;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixListener;
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

/// How long a program's host may take to join.
const JOINING: Duration = Duration::from_secs(20);
/// How long the programs may take to end once the lab is gone.
const ENDING: Duration = Duration::from_secs(5);
/// It waits for our line, so that even one that ends at once is known before it ends.
const ON_YOUR_MARKS: &str = "read -r go && exec sh -c \"$1\" </dev/null";
/// The largest piece of output that is told at once.
const PIECE: usize = 32 << 10;

/// Where they run and how.
pub struct Stage<'a> {
    pub context: &'a Context,
    pub client: Arc<Client>,
    /// The name under which the lab runs.
    pub running: &'a str,
    /// The folder in which the commands start.
    pub folder: PathBuf,
    /// Is what they print shown on our own terminal, too?
    pub shown: bool,
}

/// Those that run.
pub struct Programs(Vec<JoinHandle<()>>);

/// The folder of a lab file, else ours.
pub fn folder_of(lab_folder: Option<&Path>) -> PathBuf {
    let named = lab_folder.filter(|folder| !folder.as_os_str().is_empty());
    named.unwrap_or(Path::new(".")).to_path_buf()
}

/// Starts them in the order of the file, each when the one before it has joined.
pub async fn start(stage: &Stage<'_>, lab: &Lab) -> Result<Programs, Failure> {
    let mut programs = Vec::new();
    for host in lab.real_hosts() {
        programs.push(one(stage, lab, host).await?);
    }
    Ok(Programs(programs))
}

impl Programs {
    /// Waits for their end, which follows from the lab's.
    pub async fn end(self) {
        for program in self.0 {
            let abort = program.abort_handle();
            if tokio::time::timeout(ENDING, program).await.is_err() {
                abort.abort(); // and with the task goes its child
            }
        }
    }
}

async fn one(stage: &Stage<'_>, lab: &Lab, host: &Machine) -> Result<JoinHandle<()>, Failure> {
    let context = stage.context;
    let command = host.real.clone().unwrap_or_default();
    let network = host.jacks.iter().find_map(|jack| jack.network.clone()).ok_or_else(|| {
        let (name, networks) = (&host.name, lab.networks.len());
        let why = Text {
            en: format!("{name}: a real program joins a network, and {name} is on none of {networks}; write: net = \"..\""),
            zh: format!("{name}: 真实程序要加入一个网络, 而 {name} 不在任何网络上 (共 {networks} 个); 请写: net = \"..\""),
        };
        Failure::in_both(2, why, context.lang)
    })?;
    let cannot = |error: std::io::Error| Failure::cannot(format!("{}: {error}", host.name));
    let socket = place()?.folder().join(format!("real.{}.{}", std::process::id(), host.name));
    let _ = std::fs::remove_file(&socket);
    let listener = UnixListener::bind(&socket).map_err(cannot)?;
    let mut child = join(stage, host, &network, &socket, &command).map_err(cannot)?;
    let go = child.stdin.take(); // or waiting for its end would close it
    let joined = tokio::select! {
        joined = listener.accept() => joined.is_ok(),
        _ = child.wait() => false,
        () = tokio::time::sleep(JOINING) => false,
    };
    let _ = std::fs::remove_file(&socket);
    if !joined {
        return Err(not_joined(context, &host.name, child).await);
    }
    let path = format!("/labs/{}/joined/{}", encode(stage.running), encode(&host.name));
    let teller = Teller { client: stage.client.clone(), path };
    stage
        .client
        .post(&teller.path, &JoinedNews { began: Some(command), ..JoinedNews::default() })
        .await?;
    if let Some(mut go) = go {
        go.write_all(b"\n").await.map_err(cannot)?;
    }
    let shown = stage.shown.then(|| host.name.clone());
    Ok(tokio::spawn(async move { teller.follow(child, shown).await }))
}

/// `catenet join NETWORK --name HOST --tell SOCKET -- sh -c .. COMMAND`, in the lab's folder.
fn join(
    stage: &Stage<'_>,
    host: &Machine,
    network: &str,
    socket: &Path,
    command: &str,
) -> std::io::Result<Child> {
    let mut join = Command::new(std::env::current_exe()?);
    if let Some(server) = &stage.context.server {
        join.args(["--server", server]);
    }
    join.args(["--lang", if stage.context.lang == base::Lang::Zh { "zh" } else { "en" }]);
    join.args(["-l", stage.running, "join", network, "--name", &host.name, "--tell"]).arg(socket);
    join.args(["--", "sh", "-c", ON_YOUR_MARKS, "sh", command]).current_dir(&stage.folder);
    // A group of its own: Ctrl-C is for us, and we end the lab, which ends them.
    join.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    join.kill_on_drop(true).spawn()
}

/// Why it did not join: what `join` said of it.
async fn not_joined(context: &Context, name: &str, mut child: Child) -> Failure {
    let _ = child.start_kill();
    let mut said = Vec::new();
    if let Some(stderr) = child.stderr.take() {
        let _ = stderr.take(PIECE as u64).read_to_end(&mut said).await;
    }
    let _ = child.wait().await;
    let said = String::from_utf8_lossy(&said).trim().to_owned();
    let why = Text {
        en: format!("{name} could not join: {said}\nwhat this machine can do says: catenet doctor"),
        zh: format!("{name} 无法加入: {said}\n这台机器能做什么, 请看: catenet doctor"),
    };
    Failure::in_both(3, why, context.lang)
}

/// Tells the service what a program does.
struct Teller {
    client: Arc<Client>,
    path: String,
}

impl Teller {
    /// Until it has ended, and its output too.
    async fn follow(&self, mut child: Child, shown: Option<String>) {
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let said = async {
            tokio::join!(
                self.read(out, shown.as_deref(), |text| JoinedNews {
                    stdout: Some(text),
                    ..JoinedNews::default()
                }),
                self.read(err, shown.as_deref(), |text| JoinedNews {
                    stderr: Some(text),
                    ..JoinedNews::default()
                }),
            )
        };
        // A grandchild may hold the pipes open: the end of the program itself is what counts.
        let ended = async {
            let status = child.wait().await;
            tokio::time::sleep(Duration::from_millis(100)).await;
            status
        };
        tokio::pin!(said, ended);
        let status = tokio::select! {
            status = &mut ended => status,
            _ = &mut said => ended.await,
        };
        let code = status.ok().and_then(|status| status.code()).unwrap_or(1);
        let exit = Some(u8::try_from(code).unwrap_or(1));
        self.tell(&JoinedNews { exit, ..JoinedNews::default() }).await;
    }

    async fn read(
        &self,
        from: Option<impl AsyncRead + Unpin>,
        shown: Option<&str>,
        news: impl Fn(String) -> JoinedNews,
    ) {
        let Some(mut from) = from else { return };
        let mut piece = vec![0; PIECE];
        while let Ok(count @ 1..) = from.read(&mut piece).await {
            if let Some(name) = shown {
                let text = String::from_utf8_lossy(&piece[..count]);
                text.lines().for_each(|line| tell(&format!("{name} | {line}\n")));
            }
            self.tell(&news(BASE64.encode(&piece[..count]))).await;
        }
    }

    /// A lab that has ended needs to know nothing more.
    async fn tell(&self, news: &JoinedNews) {
        let _ = self.client.post(&self.path, news).await;
    }
}
