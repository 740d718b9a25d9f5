//! One command of a pipeline at work, until it has ended and its files are written.

use super::redirect::{Laid, feed, why};
use core::future::pending;
use core::pin::pin;
use futures_util::future::{Either, join, join_all, select, select_all};
use socket::{Child, Env, Pipe};

/// What a shell says of a program whose reader has gone: 128 and SIGPIPE.
const NOBODY_READS: u8 = 141;

/// What runs in a stage.
pub(super) enum Work {
    /// A process.
    Child(Child),
    /// The text of a builtin, its complaint, and its code.
    Text(String, String, u8),
}

/// Runs a stage to its end; gives its exit code.
pub(super) async fn stage(env: &Env, work: Work, laid: Laid) -> u8 {
    let main = async {
        let code = match &work {
            Work::Child(child) => wait(child, &laid.out).await,
            Work::Text(text, complaint, code) => {
                // Nobody is left to tell when the reader is gone.
                let _ = laid.writer(env, 2).write_all(complaint.as_bytes()).await;
                let _ = laid.writer(env, 1).write_all(text.as_bytes()).await;
                *code
            }
        };
        laid.close();
        code
    };
    let feeding = async {
        if let Some((pipe, octets)) = &laid.feed {
            feed(pipe, octets).await;
        }
    };
    let files = join_all(laid.files.iter().map(|file| file.collect(env)));
    let ((code, ()), written) = join(join(main, feeding), files).await;
    let failed: Vec<_> = written.into_iter().filter_map(Result::err).collect();
    for (path, error) in &failed {
        env.eprint(format_args!("sh: {path}: {}\n", why(env, error)));
    }
    if failed.is_empty() { code } else { 1 }
}

/// A program that writes where nobody reads is ended, as SIGPIPE ends it elsewhere.
async fn wait(child: &Child, out: &[Pipe]) -> u8 {
    let end = pin!(child.wait());
    match select(end, pin!(broken(out))).await {
        Either::Left((code, _)) => code.0,
        Either::Right(((), end)) => {
            child.kill();
            end.await;
            NOBODY_READS
        }
    }
}

async fn broken(out: &[Pipe]) {
    if out.is_empty() {
        return pending().await;
    }
    select_all(out.iter().map(|pipe| Box::pin(pipe.broken()))).await;
}
