//! The last words of a machine whose program has ended: its kernel may still have data to repeat and
//! closings to finish. Without this the network namespace would vanish under them, like a pulled
//! plug: a lost last segment would never be sent again, and the peer's FIN never acknowledged.
//!
//! Specification: RFC 9293 section 3.6 (a close promises delivery of what was sent before it).
//! TIME-WAIT is not waited for: a program's prompt would come back a minute late.
//!
//! Invariant: it ends after [`PATIENCE`], whatever the peer does.

use nix::poll::{PollFd, PollFlags, poll};
use nix::sys::signalfd::SignalFd;
use std::os::fd::AsFd;
use std::time::Duration;

/// Four repetitions at Linux's least timeout: 0.2 + 0.4 + 0.8 + 1.6 s.
const PATIENCE: Duration = Duration::from_secs(3);
const LOOK_EVERY_MS: u16 = 10;

/// FIN-WAIT-1, FIN-WAIT-2, LAST-ACK and CLOSING as /proc/net/tcp numbers them.
const CLOSING: [&str; 4] = ["04", "05", "09", "0B"];

/// Waits until no connection of this namespace is being closed, or a signal comes, or too long.
pub(crate) fn linger(signals: &SignalFd) {
    let looks = PATIENCE.as_millis() / u128::from(LOOK_EVERY_MS);
    for _ in 0..looks {
        if !is_closing() {
            return;
        }
        let mut place = [PollFd::new(signals.as_fd(), PollFlags::POLLIN)];
        if poll(&mut place, LOOK_EVERY_MS) != Ok(0) {
            return;
        }
    }
}

fn is_closing() -> bool {
    ["/proc/self/net/tcp", "/proc/self/net/tcp6"]
        .iter()
        .any(|file| std::fs::read_to_string(file).is_ok_and(|table| names_a_closing(&table)))
}

/// Whether a table has a row whose fourth column is a state of closing.
fn names_a_closing(table: &str) -> bool {
    let states = table.lines().skip(1).filter_map(|row| row.split_ascii_whitespace().nth(3));
    states.into_iter().any(|state| CLOSING.contains(&state))
}

#[cfg(test)]
mod tests {
    use super::names_a_closing;

    fn table(state: &str) -> String {
        format!(
            "  sl  local_address rem_address   st tx_queue rx_queue\n   \
             0: 0202000A:D884 0102000A:1B58 {state} 00000000:00000000 01:00000014 00000000"
        )
    }

    #[test]
    fn only_a_closing_is_waited_for() {
        assert!(names_a_closing(&table("04")));
        assert!(names_a_closing(&table("0B")));
        assert!(!names_a_closing(&table("06")), "TIME-WAIT");
        assert!(!names_a_closing(&table("0A")), "LISTEN");
        assert!(!names_a_closing(""));
    }
}
