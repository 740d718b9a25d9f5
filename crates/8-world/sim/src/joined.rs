//! What the program of a joined host does: it runs outside of the world, so whoever runs it says so,
//! as an input like any other; `exit(..)`, `output(..)` and the logs know of it as of the world's own.

use crate::control::Answer;
use crate::input::{Deed, InputError, Outcome};
use crate::outputs::{ProcessId, Stream};
use crate::world::World;
use crate::{NodeKind, Process};
use base::NodeId;

impl World {
    /// The last word of a program may come when its host is gone: it is told by the label.
    pub(crate) fn joined(&mut self, host: &str, deed: Deed) -> Answer {
        match deed {
            Deed::Began { program } => self.joined_began(host, &program),
            Deed::Printed { complaint, octets } => {
                let stream = if complaint { Stream::Stderr } else { Stream::Stdout };
                let id = self.runs_outside(host)?;
                self.outputs.printed(self.now, id, stream, octets.into());
                Ok(Outcome::Done)
            }
            Deed::Ended { code } => {
                let id = self.runs_outside(host)?;
                self.outputs.ended(self.now, id, code);
                Ok(Outcome::Done)
            }
        }
    }

    fn joined_began(&mut self, host: &str, program: &str) -> Answer {
        let index = self.find_node(host)?;
        if self.nodes[index].what() != NodeKind::Door {
            return Err(InputError::WrongKind { node: host.to_owned(), wanted: "door" });
        }
        if self.runs_outside(host).is_ok() {
            return Err(InputError::Full("processes", 1));
        }
        if self.outputs.running() >= Self::PROCESSES {
            return Err(InputError::Full("processes", Self::PROCESSES));
        }
        let node = NodeId(index as u32);
        Ok(Outcome::Started(self.outputs.started(self.now, node, program, &[], host, None)))
    }

    /// The program that runs behind the door of this name.
    fn runs_outside(&self, host: &str) -> Result<ProcessId, InputError> {
        let is_it = |process: &&Process| {
            let door = self.nodes[process.node.0 as usize].what() == NodeKind::Door;
            door && process.ended.is_none() && process.label == host
        };
        let found = self.outputs.processes().find(is_it).map(|process| process.id);
        found.ok_or_else(|| InputError::UnknownProgram(host.to_owned()))
    }
}
