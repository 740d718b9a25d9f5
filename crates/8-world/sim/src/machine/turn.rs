//! One turn of a machine: what came is handled, programs that became ready run until none is, then
//! what the host gives out is collected. So a program's answer and the acknowledgement of the
//! question leave together.
//!
//! Most machines have no program at most times: then all of it is one burst under one lock. Programs
//! that run outside of the world ([`socket::Machine::has_guests`]) have their say before the host
//! gives out, too: when a frame wakes one, the rest of the turn is left to [`crate::World::attend`],
//! which comes at the same instant.

use super::{Life, MachineNode};
use crate::outputs::Outputs;
use base::{Frame, Instant, InterfaceId, JackId, Pool};
use host::Host;
use trace::{Cx, Event};

/// Why a machine has its turn, beside what its programs want.
pub(crate) enum Came {
    /// A frame, from its ring.
    Frame(JackId, Frame),
    /// Its deadline.
    Deadline,
}

/// What is lent to whichever machine has its turn; kept for its capacity.
#[derive(Default)]
pub(crate) struct Desk {
    /// Spent heads of frames: those that end on one machine begin anew on another.
    pool: Pool,
    /// What the machine gave out.
    pub(crate) frames: Vec<(JackId, Frame)>,
    /// What its trace had to tell.
    pub(crate) events: Vec<Event>,
}

/// What one turn of a machine came to.
#[derive(Default)]
pub(crate) struct Turn {
    /// When it wants to be woken.
    pub(crate) deadline: Option<Instant>,
    /// It is not over: guests have their say first.
    pub(crate) waits: bool,
    /// Steps that programs took.
    pub(crate) polls: u64,
}

impl MachineNode {
    /// Has the machine's turn; frames and events lie on the desk afterwards.
    pub(crate) fn run(
        &mut self,
        now: Instant,
        mut came: Option<Came>,
        desk: &mut Desk,
        outputs: &mut Outputs,
    ) -> Turn {
        let Some(life) = &mut self.life else { return Turn::default() };
        let (mut more, mut polls) = (false, 0);
        if !life.executor.is_empty() {
            life.meet(now, came.take(), &mut desk.pool);
            (more, polls) = life.run_programs(outputs);
        }
        life.now = now;
        let (interfaces, has_guests) = (&life.interfaces, life.machine.has_guests());
        let mut waits = false;
        let deadline = life.machine.with(|host, cx| {
            cx.set_now(now);
            core::mem::swap(&mut desk.pool, &mut cx.pool);
            if let Some(came) = came {
                // After a deadline the next one has to be planned now.
                let may_wait = has_guests && matches!(came, Came::Frame(..));
                came.handle(host, cx, interfaces);
                waits = may_wait && host.is_waking();
            }
            if !waits {
                give_out(host, cx, interfaces, &mut desk.frames);
            }
            core::mem::swap(&mut desk.pool, &mut cx.pool);
            cx.trace.take(&mut desk.events);
            host.next_deadline()
        });
        let again = (more || life.executor.is_ready()).then_some(now);
        Turn { deadline: earlier(earlier(deadline, life.next_start), again), waits, polls }
    }
}

fn give_out(
    host: &mut Host,
    cx: &mut Cx,
    interfaces: &[InterfaceId],
    frames: &mut Vec<(JackId, Frame)>,
) {
    while let Some(output) = host.poll_output(cx) {
        let jack = interfaces.iter().position(|&id| id == output.interface);
        if let Some(jack) = jack {
            frames.push((JackId(jack as u16), output.frame));
        }
    }
}

impl Life {
    /// What came is handled before programs run; they ask the machine what time it is.
    fn meet(&mut self, now: Instant, came: Option<Came>, pool: &mut Pool) {
        self.now = now;
        let interfaces = &self.interfaces;
        self.machine.with(|host, cx| {
            cx.set_now(now);
            core::mem::swap(pool, &mut cx.pool);
            if let Some(came) = came {
                came.handle(host, cx, interfaces);
            }
            core::mem::swap(pool, &mut cx.pool);
        });
    }

    /// Are more ready, and how many steps did they take?
    fn run_programs(&mut self, outputs: &mut Outputs) -> (bool, u64) {
        let more = self.executor.is_ready() && self.executor.run_ready();
        let polls = self.executor.polls() - self.polls;
        if polls > 0 {
            self.polls += polls;
            self.collect(outputs);
        }
        (more, polls)
    }
}

fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

impl Came {
    fn handle(self, host: &mut Host, cx: &mut Cx, interfaces: &[InterfaceId]) {
        match self {
            Came::Frame(jack, frame) => {
                if let Some(&interface) = interfaces.get(usize::from(jack.0)) {
                    host.handle_frame(cx, interface, frame);
                }
            }
            Came::Deadline => host.handle_timeout(cx),
        }
    }
}
