//! For tests: a lab that runs in a service without sockets.

use crate::api::{Source, StartLab};
use crate::guard::Guard;
use crate::http::Service;
use crate::labs::{Labs, RunningLab};
use std::sync::Arc;
use std::time::Duration;

/// A machine that fetches a page from another, twenty times a second.
pub(crate) const FETCHING: &str = r#"lab = "two"
[networks]
lan = "10.0.0.0/24"
[hosts]
a = { net = "lan", run = { do = "curl http://10.0.0.80/", every = "50ms" } }
web = { net = "lan", ip = "10.0.0.80", run = "http" }
"#;

/// Boots a lab.
pub(crate) fn booted(text: &str) -> (Service, Arc<RunningLab>) {
    let labs = Arc::new(Labs::default());
    let source = Source::Text(text.to_owned());
    let lab = labs.start(&StartLab {
        source,
        seed: None,
        record: None,
        lang: None,
        variables: Default::default(),
    });
    let lab = lab.unwrap_or_else(|problem| panic!("{}", problem.en));
    let guard = Arc::new(Guard { address: ([127, 0, 0, 1], 1).into(), secret: "s".into() });
    (Service { labs, guard, stop: Arc::default(), page: None }, lab)
}

/// The same, and so many frames have been recorded.
pub(crate) async fn recorded(text: &str, frames: u64) -> (Service, Arc<RunningLab>) {
    let (service, lab) = booted(text);
    while lab.ask(|running| running.world.recorder().next()).await.is_ok_and(|next| next < frames) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    (service, lab)
}
