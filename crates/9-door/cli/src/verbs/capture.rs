//! `capture`: frames as pcapng, to a file, a pipe, or Wireshark.

use crate::args::Capture;
use crate::client::{Client, block_on, encode};
use crate::say::{Context, Exit, Failure};
use http_body_util::BodyExt;
use hyper::Method;
use std::io::{IsTerminal, Write};
use std::process::{Child, Command, Stdio};

/// Records until Ctrl-C; what was written by then is a whole file.
pub fn run(context: &Context, capture: &Capture) -> Result<Exit, Failure> {
    let mut viewer = None;
    let mut sink: Box<dyn Write> = match &capture.file {
        _ if capture.wireshark => {
            let mut child = wireshark(context)?;
            let sink = child.stdin.take().ok_or_else(|| Failure::cannot("no pipe to wireshark"))?;
            viewer = Some(child);
            Box::new(sink)
        }
        Some(path) => {
            let file = std::fs::File::create(path);
            Box::new(
                file.map_err(|error| Failure::of_system(&path.display(), &error, context.lang))?,
            )
        }
        None if std::io::stdout().is_terminal() => {
            return Err(Failure::usage(context.say(
                "frames are no text: write them to a file with -w FILE, or into a pipe",
                "帧不是文本: 用 -w FILE 写入文件, 或写入管道",
            )));
        }
        None => Box::new(std::io::stdout()),
    };
    let done = block_on(record(context, capture, &mut *sink));
    drop(sink);
    if let Some(mut viewer) = viewer {
        let _ = viewer.wait();
    }
    done
}

async fn record(
    context: &Context,
    capture: &Capture,
    sink: &mut dyn Write,
) -> Result<Exit, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let failed = |error: std::io::Error| Failure::cannot(error.to_string());
    let client = Client::connect(context).await?;
    let lab = client.lab(context).await?;
    let mut path =
        format!("/labs/{lab}/capture?filter={}", encode(capture.filter.as_deref().unwrap_or("")));
    if let Some(place) = &capture.place {
        path.push_str(&format!("&at={}", encode(place)));
    }
    let mut body = client.send(Method::GET, &path, Vec::new()).await?.into_body();
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    loop {
        tokio::select! {
            _ = interrupt.recv() => return Ok(Exit::DONE),
            _ = terminate.recv() => return Ok(Exit::DONE),
            frame = body.frame() => match frame {
                None => return Ok(Exit::DONE),
                Some(Err(_)) => return Err(Failure::cannot(context.say("the service is gone", "服务已消失"))),
                Some(Ok(frame)) => {
                    let Ok(octets) = frame.into_data() else { continue };
                    if sink.write_all(&octets).and_then(|()| sink.flush()).is_err() {
                        return Ok(Exit::DONE); // nobody reads any more
                    }
                }
            },
        }
    }
}

fn wireshark(context: &Context) -> Result<Child, Failure> {
    let started = Command::new("wireshark").args(["-k", "-i", "-"]).stdin(Stdio::piped()).spawn();
    started.map_err(|_| {
        Failure::cannot(context.say(
            "wireshark is not installed here; write a file with -w and open it elsewhere",
            "这里没有安装 wireshark; 用 -w 写入文件, 在别处打开",
        ))
    })
}
