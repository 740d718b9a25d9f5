//! `exec`: one of a machine's own programs, with our standard input, output and exit code.

use crate::args::Exec;
use crate::client::{self, Client, End, block_on};
use crate::output::{Output, Stream};
use crate::say::{Context, Exit, Failure, NOT_FOUND, WE_FAILED, tell};
use data_encoding::BASE64;
use hyper::Method;
use language::diagnostic::counted;
use service::api::{Exec as Request, ExecNews};
use std::cell::Cell;
use std::io::{IsTerminal, Read};
use std::rc::Rc;
use tokio::sync::mpsc;

/// What a shell says of a program whose reader has gone: 128 and SIGPIPE.
const NOBODY_READS: u8 = 141;
/// What a shell says of a program that Ctrl-C ended: 128 and SIGINT.
const INTERRUPTED: u8 = 130;

/// Runs it to its end.
pub fn run(context: &Context, exec: &Exec) -> Result<Exit, Failure> {
    ours(block_on(follow(context, exec)))
}

/// The codes below 125 are the program's.
pub fn ours(done: Result<Exit, Failure>) -> Result<Exit, Failure> {
    done.map_err(|failure| match failure.code {
        NOT_FOUND => failure,
        _ => Failure { code: WE_FAILED, ..failure },
    })
}

async fn follow(context: &Context, exec: &Exec) -> Result<Exit, Failure> {
    let client = Client::connect(context).await?;
    let lab = client.lab(context).await?;
    let request = Request { node: exec.node.clone(), argv: exec.command.clone(), stdin: true };
    let response = client.post(&format!("/labs/{lab}/exec"), &request).await?;
    let process = Rc::new(Cell::new(None));
    let code = Cell::new(None);
    let output = Output::start();
    let reading = async {
        let end =
            client::lines_then(response, async |line| news(line, &process, &code, &output).await);
        let end = end.await?;
        output.written().await;
        Ok::<_, Failure>(end)
    };
    let told = Told::new(client, &lab, process.clone());
    let end = tokio::select! {
        end = reading => end?,
        // It never ends: the program goes on until it has ended.
        () = told.feed() => End::Lost,
        left = told.interrupt(&output) => return left.map(|()| Exit(INTERRUPTED)),
    };
    ended(context, code.get(), end)
}

/// What a stream of news came to.
pub fn ended(context: &Context, code: Option<u8>, end: End) -> Result<Exit, Failure> {
    match (code, end) {
        (Some(code), _) => Ok(Exit(code)),
        // The service kills the program when it sees us go.
        (None, End::Enough) => Ok(Exit(NOBODY_READS)),
        (None, End::Over) => Err(Failure::cannot(context.say("the lab ended", "实验已结束"))),
        (None, End::Lost) => Err(Failure::cannot(context.say("the service is gone", "服务已消失"))),
    }
}

async fn news(
    line: &str,
    process: &Cell<Option<u64>>,
    code: &Cell<Option<u8>>,
    output: &Output,
) -> Result<bool, Failure> {
    let news: ExecNews =
        serde_json::from_str(line).map_err(|error| Failure::cannot(error.to_string()))?;
    let octets = |text: &str| {
        BASE64.decode(text.as_bytes()).map_err(|error| Failure::cannot(error.to_string()))
    };
    match news {
        ExecNews::Process(id) => process.set(Some(id)),
        ExecNews::Stdout(text) => return Ok(output.put(Stream::Stdout, octets(&text)?).await),
        ExecNews::Stderr(text) => return Ok(output.put(Stream::Stderr, octets(&text)?).await),
        ExecNews::Missed(count) => {
            let lost = counted(count, "piece of output was", "pieces of output were");
            tell(&format!("catenet: {lost} lost / 丢失了 {count} 段输出\n"))
        }
        ExecNews::Exit(value) => {
            code.set(Some(value));
            return Ok(false);
        }
    }
    Ok(true)
}

/// The program, as we speak to it. Input and interrupts have ways of their own: a program that does
/// not read still hears Ctrl-C.
pub struct Told {
    client: Client,
    processes: String,
    process: Rc<Cell<Option<u64>>>,
}

impl Told {
    /// A program of `lab` whose number `process` will hold.
    pub fn new(client: Client, lab: &str, process: Rc<Cell<Option<u64>>>) -> Told {
        Told { client, processes: format!("/labs/{lab}/processes"), process }
    }

    /// Its number comes with the first line of the answer, long before anybody types.
    pub async fn tell(&self, what: &str, octets: Vec<u8>) {
        while self.process.get().is_none() {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        let id = self.process.get().unwrap_or_default();
        // A program that has ended takes nothing more: its exit is on its way.
        let path = format!("{}/{id}/{what}", self.processes);
        let _ = self.client.send(Method::POST, &path, octets).await;
    }

    /// Hands our standard input over, as fast as it is taken; never ends.
    async fn feed(&self) {
        let mut input = standard_input();
        while let Some(octets) = input.recv().await {
            let last = octets.is_empty();
            self.tell("stdin", octets).await;
            if last {
                break;
            }
        }
        core::future::pending().await
    }

    /// Passes our Ctrl-C on; the second kills. Ends when our own output is stuck: then the program's
    /// end would wait behind what nobody reads.
    async fn interrupt(&self, output: &Output) -> Result<(), Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt =
            signal(SignalKind::interrupt()).map_err(|error| Failure::cannot(error.to_string()))?;
        let mut how = "interrupt";
        loop {
            interrupt.recv().await;
            self.tell(how, Vec::new()).await;
            how = "kill";
            if output.is_stuck().await {
                return Ok(());
            }
        }
    }
}

/// Chunks of standard input, then an empty one. A thread reads, since a terminal cannot be polled
/// everywhere.
fn standard_input() -> mpsc::Receiver<Vec<u8>> {
    let (chunks, inbox) = mpsc::channel(4);
    std::thread::spawn(move || {
        let mut stdin = std::io::stdin();
        let size = if stdin.is_terminal() { 4096 } else { 64 << 10 };
        loop {
            let mut chunk = vec![0; size];
            let count = stdin.read(&mut chunk).unwrap_or(0);
            chunk.truncate(count);
            if chunks.blocking_send(chunk).is_err() || count == 0 {
                return;
            }
        }
    });
    inbox
}
