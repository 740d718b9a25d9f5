//! `doctor`: what this machine can and cannot do.

use crate::say::{Context, Exit, Failure, print};
use door::doctor::{State, examine};

/// Examines it; 3 when something needed is broken.
pub fn run(context: &Context) -> Result<Exit, Failure> {
    let findings = examine();
    let mut broken = false;
    for finding in &findings {
        broken |= finding.state == State::Broken;
        let mark = match finding.state {
            State::Ok => "ok  ",
            State::Degraded => "less",
            State::Broken => "NO  ",
        };
        if context.json {
            let mend = finding.mend.as_deref();
            print(&format!(
                "{}\n",
                serde_json::json!({ "name": finding.name, "state": mark.trim().to_lowercase(), "what": finding.what(context.lang), "mend": mend })
            ))?;
            continue;
        }
        print(&format!("{mark}  {:<18} {}\n", finding.name, finding.what(context.lang)))?;
        if let Some(mend) = &finding.mend {
            print(&format!("                          {mend}\n"))?;
        }
    }
    Ok(Exit(if broken { 3 } else { 0 }))
}
