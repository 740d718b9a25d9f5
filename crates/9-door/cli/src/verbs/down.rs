//! `down`: stop a lab, or all.

use crate::args::Down;
use crate::client::{Client, block_on};
use crate::say::{Context, Exit, Failure, print};
use service::api::LabLine;

/// Stops what was named; without a name, the only one.
pub fn run(context: &Context, down: &Down) -> Result<Exit, Failure> {
    block_on(async {
        let client = Client::connect(context).await?;
        let names = match (&down.name, down.all) {
            (Some(name), _) => vec![name.clone()],
            (None, true) => {
                client.get::<Vec<LabLine>>("/labs").await?.into_iter().map(|lab| lab.name).collect()
            }
            (None, false) => vec![client.one_lab(context).await?],
        };
        for name in names {
            client.stop(context, &name).await?;
            print(&format!(
                "{}\n",
                context.say(&format!("{name} stopped"), &format!("{name} 已停止"))
            ))?;
        }
        Ok(Exit::DONE)
    })
}
