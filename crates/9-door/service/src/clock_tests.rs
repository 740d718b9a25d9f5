//! Back and forward on a lab that runs, and what a hand on the clock is told.

use super::*;
use crate::trial::{FETCHING, booted};

fn of(problem: Problem) -> String {
    problem.en
}

async fn shown(lab: &Arc<RunningLab>) -> (u128, u64, u64) {
    let look = |running: &mut Running| {
        let world = &running.world;
        (world.digest(), world.events().next(), world.now().as_nanos())
    };
    lab.ask(look).await.unwrap_or_default()
}

#[tokio::test]
async fn a_lab_goes_back_and_forward_and_its_journal_is_whole() -> Result<(), String> {
    let (_service, lab) = booted(FETCHING);
    let until = |seconds| Step { until: Some(seconds), ..Step::default() };
    go(&lab, &until(5.0)).await.map_err(of)?;
    crate::control::carry_out(&lab, "set a--lan delay=3ms").await.map_err(of)?;
    go(&lab, &until(5.2)).await.map_err(of)?;
    let before = shown(&lab).await;
    let went = go_back(&lab, &Back { events: Some(30), to: None }).await.map_err(of)?;
    assert!(went.by == "count" && went.clock.nanos < 5_200_000_000, "{went:?}");
    let went = go_back(&lab, &Back { events: None, to: Some(4.0) }).await.map_err(of)?;
    assert_eq!((went.by.as_str(), went.clock.nanos), ("time", 4_000_000_000));
    assert_eq!((went.clock.recorded_seconds, went.clock.rewound), (Some(5.0), 2));
    go(&lab, &until(5.2)).await.map_err(of)?;
    assert_eq!(shown(&lab).await, before, "forward again: the same");
    let past = lab.ask(|running| running.past()).await.map_err(of)?;
    let past = past.map_err(|error| error.text(Lang::En))?;
    let octets = whole(&lab.head, &past.inputs, past.position, past.digest);
    let octets = octets.map_err(|error| error.to_string())?;
    let recorded = door::journal::read(octets.as_slice()).map_err(|error| error.to_string())?;
    assert!(recorded.complete && recorded.inputs.len() == 1, "{recorded:?}");
    let digest = recorded.end.and_then(|end| end.digest);
    assert_eq!(digest, Some(format!("{:032x}", before.0)));
    let wrong = go_back(&lab, &Back { events: Some(0), to: None }).await;
    assert!(wrong.is_err_and(|problem| problem.en.contains("write 1 to")));
    let late = go_back(&lab, &Back { events: None, to: Some(6.0) }).await;
    assert!(late.is_err_and(|problem| problem.code == "time-not-yet"));
    Ok(())
}
