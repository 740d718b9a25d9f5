//! `ps`: which labs run.

use crate::client::{self, Client, block_on};
use crate::say::{Context, Exit, Failure, print, tell};
use crate::table;
use service::api::{LabLine, Status};

/// Lists them.
pub fn run(context: &Context) -> Result<Exit, Failure> {
    block_on(async {
        let client = Client::connect(context).await?;
        let labs: Vec<LabLine> = client.get("/labs").await?;
        if context.json {
            print(&format!("{}\n", serde_json::json!(labs)))?;
            return Ok(Exit::DONE);
        }
        for lab in &labs {
            client::say_trouble(context, &lab.name, lab.journal_trouble.as_deref());
        }
        let status: Status = client.get("/status").await?;
        if !status.ended.is_empty() {
            tell(&format!("catenet:{}\n", client::endings(&status.ended, context.lang)));
        }
        let row = |lab: &LabLine| {
            vec![
                lab.name.clone(),
                format!("{:.1}", lab.seconds),
                lab.nodes.to_string(),
                lab.seed.to_string(),
                lab.source.clone(),
            ]
        };
        let rows: Vec<Vec<String>> = labs.iter().map(row).collect();
        let head = table::head(
            context.lang,
            ["LAB", "SECONDS", "NODES", "SEED", "FROM"],
            ["实验", "秒", "节点数", "种子", "来源"],
        );
        print(&table::render(&head, &rows))?;
        if let Some(secret) = &status.secret {
            let page = format!("{}#k={secret}", status.page);
            print(&context.say(&format!("\npage  {page}\n"), &format!("\n页面  {page}\n")))?;
        }
        Ok(Exit::DONE)
    })
}
