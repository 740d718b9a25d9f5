//! What broke beside the checks, in whichever clock the lab ran: a report tells it, and it fails the run.

use base::Lang;
use language::diagnostic::counted;
use language::diagnostic::{Text, text};
use sim::World;

/// Script lines that could not be carried out, and frames that no check could see any more.
pub fn faults(world: &World) -> Vec<Text> {
    let mut faults = Vec::new();
    let gone = world.refusals() - world.refused().count() as u64;
    if gone > 0 {
        faults.push(text(
            format!(
                "{} before these could not be carried out either",
                counted(gone, "script line", "script lines")
            ),
            format!("在这些之前还有 {gone} 行脚本无法执行"),
        ));
    }
    for refused in world.refused() {
        let (line, time, why) = (&refused.name, refused.time, &refused.why);
        faults.push(text(
            format!("`{line}` at {time} s: {}", why.text(Lang::En)),
            format!("`{line}` 在 {time} 秒: {}", why.text(Lang::Zh)),
        ));
    }
    let missed = world.recorder().missed(0);
    if missed > 0 {
        faults.push(text(
            format!(
                "{} recorded and forgotten: checks saw only the last ones",
                counted(missed, "frame was", "frames were")
            ),
            format!("{missed} 帧已被遗忘: 检查只看到了最后的那些"),
        ));
    }
    faults
}
