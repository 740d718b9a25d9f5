//! The knobs of a connection, with their defaults and whence they come.

use base::Duration;

/// What a connection is given at birth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Octets that may wait to be sent or acknowledged: 1 MiB.
    pub send_buffer: u32,
    /// Octets that may wait to be read, and so the largest window we offer: 1 MiB.
    pub receive_buffer: u32,
    /// How long an acknowledgement may wait for company: 40 ms as Linux (RFC 9293 section 3.8.6.3: below 500 ms).
    pub delayed_ack: Duration,
    /// Hold back small segments while one is unacknowledged (RFC 9293 section 3.7.4): on.
    pub nagle: bool,
    /// Offer window scaling (RFC 7323): on. The shift follows from `receive_buffer`.
    pub window_scaling: bool,
    /// Offer selective acknowledgements (RFC 2018): on.
    pub sack: bool,
    /// Offer timestamps (RFC 7323): on.
    pub timestamps: bool,
    /// Maximum segment lifetime; TIME-WAIT lasts twice as long: 30 s (RFC 9293 says 2 minutes and lets it be engineered).
    pub msl: Duration,
    /// How long a SYN is tried: 180 s (RFC 9293 section 3.8.3 MUST-23).
    pub syn_timeout: Duration,
    /// How long data may stay unacknowledged (R2): 924 s as Linux (RFC 9293 section 3.8.3: at least 100 s).
    pub user_timeout: Duration,
    /// How long a closed program's connection waits in FIN-WAIT-2 for the other side: 60 s as Linux.
    pub fin_wait_2_timeout: Duration,
    /// Probe idle connections (RFC 9293 section 3.8.4): off.
    pub keepalive: Option<Keepalive>,
    /// The congestion window at the start, in segments: 10 (RFC 6928).
    pub initial_window: u8,
    /// A fault on purpose, to prove that tests find it: segments of so many octets are never sent again.
    #[doc(hidden)]
    pub never_again: Option<u32>,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            send_buffer: 1 << 20,
            receive_buffer: 1 << 20,
            delayed_ack: Duration::from_millis(40),
            nagle: true,
            window_scaling: true,
            sack: true,
            timestamps: true,
            msl: Duration::from_secs(30),
            syn_timeout: Duration::from_secs(180),
            user_timeout: Duration::from_secs(924),
            fin_wait_2_timeout: Duration::from_secs(60),
            keepalive: None,
            initial_window: 10,
            never_again: None,
        }
    }
}

/// How an idle connection is probed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keepalive {
    /// Silence before the first probe (RFC 9293 section 3.8.4 MUST-28: at least two hours by default).
    pub idle: Duration,
    /// Time between probes.
    pub interval: Duration,
    /// Unanswered probes that end the connection.
    pub probes: u8,
}

impl Default for Keepalive {
    fn default() -> Self {
        Keepalive { idle: Duration::from_secs(7_200), interval: Duration::from_secs(75), probes: 9 }
    }
}
