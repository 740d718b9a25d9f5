//! `record`: a running lab's journal, whole.

use crate::args::Record;
use crate::client::{Client, block_on};
use crate::say::{Context, Exit, Failure, called_as, print};
use crate::verbs::new::write_new;
use http_body_util::BodyExt;
use hyper::Method;
use std::io::{IsTerminal, Write};

/// Writes it; the lab goes on.
pub fn run(context: &Context, wish: &Record) -> Result<Exit, Failure> {
    if wish.file.is_none() && std::io::stdout().is_terminal() {
        return Err(Failure::usage(context.say(
            "a journal is no text: write it to a file with -w FILE, or into a pipe",
            "日志不是文本: 用 -w FILE 写入文件, 或写入管道",
        )));
    }
    let octets = block_on(async {
        let client = Client::connect(context).await?;
        let lab = client.lab(context).await?;
        let answer = client.send(Method::GET, &format!("/labs/{lab}/journal"), Vec::new()).await?;
        let body = answer.into_body().collect().await;
        let gone = |_| Failure::cannot(context.say("the service is gone", "服务已消失"));
        Ok(body.map_err(gone)?.to_bytes())
    })?;
    let Some(path) = &wish.file else {
        let _ = std::io::stdout().write_all(&octets); // nobody reads any more: fine
        return Ok(Exit::DONE);
    };
    write_new(context, path, &octets)?;
    let (file, size, called) = (path.display(), octets.len(), called_as());
    print(&context.say(
        &format!("{file}: {size} octets; run it again: {called} replay {file}\n"),
        &format!("{file}: {size} 字节; 重新运行: {called} replay {file}\n"),
    ))?;
    Ok(Exit::DONE)
}
