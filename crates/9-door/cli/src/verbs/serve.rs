//! `serve`: the service alone.

use crate::args::Serve;
use crate::client;
use crate::say::{Context, Exit, Failure, print};

/// Runs the service until it is told to stop.
pub fn run(context: &Context, serve: &Serve) -> Result<Exit, Failure> {
    let place = client::place()?;
    let options = service::Options {
        listen: serve.listen,
        until_idle: serve.until_idle,
        page: Some(&ui::PAGE),
    };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| Failure::cannot(error.to_string()))?;
    let done = runtime.block_on(service::run(&place, options, |page| {
        // In the background nobody reads it, and a secret does not belong into a log.
        if !serve.until_idle {
            let told = context.say(&format!("page  {page}\n"), &format!("页面  {page}\n"));
            let _ = print(&told); // whoever started us may have closed the pipe: serve on
        }
    }));
    // Threads that serve joins wait on their lines; they end with us.
    runtime.shutdown_background();
    done.map(|()| Exit::DONE).map_err(|error| match error {
        // Whoever started us waits for the other one.
        service::ServiceError::Runs if serve.until_idle => {
            Failure { code: client::ANOTHER_RUNS as u8, ..Failure::cannot("") }
        }
        service::ServiceError::NotLoopback(_) => Failure::usage(error.text(context.lang)),
        other => Failure::cannot(other.text(context.lang)),
    })
}
