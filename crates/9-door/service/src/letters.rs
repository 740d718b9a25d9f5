//! Letters to a lab from the service's own threads, which must never wait: a lab that is deep in a turn
//! and whose mailbox is full would hold up every other lab's answers.

use door::driver::{Gone, Letter, Mailbox, NotSent, Running};
use std::time::Duration;

/// How long a full mailbox is left alone before the next try, at first; and at most.
const PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// Sends a letter; where the mailbox is full, this task alone waits.
///
/// # Errors
/// The lab has ended.
pub async fn send(
    mailbox: &Mailbox,
    letter: impl FnOnce(&mut Running) + Send + 'static,
) -> Result<(), Gone> {
    let mut letter: Letter = Box::new(letter);
    let mut pause = PAUSE;
    loop {
        match mailbox.try_send(letter) {
            Ok(()) => return Ok(()),
            Err(NotSent::Gone) => return Err(Gone),
            Err(NotSent::Full(back)) => letter = back,
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Sends a letter whose answer nobody waits for; where the mailbox is full, a task of its own waits.
/// A lab that has ended needs it no more.
pub fn post(mailbox: &Mailbox, letter: impl FnOnce(&mut Running) + Send + 'static) {
    let Err(NotSent::Full(letter)) = mailbox.try_send(Box::new(letter)) else { return };
    let mailbox = mailbox.clone();
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => {
            runtime.spawn(async move {
                let _ = send(&mailbox, letter).await; // it may end meanwhile
            });
        }
        // A thread of its own may wait.
        Err(_) => {
            let _ = mailbox.send(letter);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::trial::booted;
    use std::sync::mpsc;
    use std::time::{Duration, Instant};

    /// One thread serves everything here: were it to wait for the lab, nothing else would move.
    #[tokio::test(flavor = "current_thread")]
    async fn a_full_mailbox_holds_up_nobody_else() {
        let text = "lab = \"deep\"\n[networks]\nlan = \"10.0.0.0/24\"\n[hosts]\na = \"lan\"\n";
        let (_service, lab) = booted(text);
        let (go_on, held) = mpsc::channel::<()>();
        lab.mailbox().send(move |_| assert!(held.recv().is_ok())).expect("it runs"); // deep in a turn
        let mut posted = 0;
        while lab.mailbox().try_send(Box::new(|_| {})).is_ok() {
            posted += 1;
        }
        assert!(posted >= 1000, "{posted}");
        let asked = tokio::spawn({
            let lab = lab.clone();
            async move { lab.ask(|running| running.world.nodes().count()).await.ok() }
        });
        super::post(lab.mailbox(), |_| {});
        let began = Instant::now();
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!asked.is_finished() && began.elapsed() < Duration::from_secs(5));
        go_on.send(()).expect("it waits");
        let answer = tokio::time::timeout(Duration::from_secs(10), asked).await;
        assert_eq!(answer.expect("in time").expect("no panic"), Some(2));
    }
}
