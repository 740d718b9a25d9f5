//! From a verb to the inputs of a world: what a script line or the command line asks of [`sim::World`].

use language::Text;
use language::mishap::Side;
use language::model::{Discipline, Lab};
use language::verb::{Power, Setting, Verb, Way};
use sim::{Input, LineChange};

/// Where the names of a verb lead.
pub(crate) trait Names {
    /// The cable that people call so.
    fn cable(&self, link: &str) -> Option<String>;
    /// Which way a node's frames take on a cable of it.
    fn way_from(&self, link: &str, node: &str) -> Option<sim::Way>;
    /// The switch of a network.
    fn switch(&self, network: &str) -> Option<String>;
    /// A machine's first jack.
    fn first_jack(&self, node: &str) -> Option<String>;
}

impl Names for Lab {
    fn cable(&self, link: &str) -> Option<String> {
        self.link(link).map(|link| link.name.clone())
    }
    fn way_from(&self, link: &str, node: &str) -> Option<sim::Way> {
        let link = self.link(link)?;
        match node {
            node if link.a.node == node => Some(sim::Way::Forward),
            node if link.b.node == node => Some(sim::Way::Backward),
            _ => None,
        }
    }
    fn switch(&self, network: &str) -> Option<String> {
        self.switch_of(network).map(str::to_owned)
    }
    fn first_jack(&self, node: &str) -> Option<String> {
        self.machine(node)?.jacks.first().map(|jack| jack.name.clone())
    }
}

/// The inputs that carry out `verb` in `lab`, in order.
///
/// # Errors
/// What the world cannot do, in both languages.
pub fn inputs(verb: &Verb, lab: &Lab) -> Result<Vec<Input>, Text> {
    translate(verb, lab)
}

/// The same, where names lead elsewhere.
pub(crate) fn translate(verb: &Verb, names: &dyn Names) -> Result<Vec<Input>, Text> {
    Ok(match verb {
        Verb::Set { link, changes } => {
            let cable = cable(names, link)?;
            let fair = |(_, setting): &(Way, Setting)| matches!(setting, Setting::Queue(queue) if queue.discipline == Discipline::FqCodel);
            if changes.iter().any(fair) {
                return Err(Text {
                    en: "queue=fq_codel is not built yet: write a number of frames, queue=100"
                        .to_owned(),
                    zh: "尚未实现 queue=fq_codel: 请写帧数, 如 queue=100".to_owned(),
                });
            }
            let turn = |(way, setting): &(Way, Setting)| Input::SetCable {
                cable: cable.clone(),
                way: direction(*way),
                change: change(*setting),
            };
            changes.iter().map(turn).collect()
        }
        Verb::Cut { link } => vec![Input::Cut { cable: cable(names, link)? }],
        Verb::Mend { link } => vec![Input::Mend { cable: cable(names, link)? }],
        Verb::Befall { link, side, nth, mishap } => {
            let cable = cable(names, link)?;
            let way = match side {
                Side::Way(way) => direction(*way),
                Side::From(node) => names.way_from(link, node).ok_or_else(|| Text {
                    en: format!("{node} is no end of {link}"),
                    zh: format!("{node} 不是 {link} 的一端"),
                })?,
            };
            vec![Input::Befall { cable, way, nth: *nth, mishap: *mishap }]
        }
        Verb::Power { node, power } => {
            let turned: &[bool] = match power {
                Power::On => &[true],
                Power::Off => &[false],
                Power::Cycle => &[false, true],
            };
            turned.iter().map(|&on| Input::Power { node: node.clone(), on }).collect()
        }
        Verb::Plug { node, jack, network } => {
            let jack = jack.clone().or_else(|| names.first_jack(node)).ok_or_else(|| Text {
                en: format!("{node} has no jack"),
                zh: format!("{node} 没有网口"),
            })?;
            let switch = names.switch(network).ok_or_else(|| Text {
                en: format!("there is no network {network}"),
                zh: format!("没有网络 {network}"),
            })?;
            vec![Input::Plug { node: node.clone(), jack, network: switch }]
        }
        Verb::Exec { node, program, arguments, label } => vec![Input::Exec {
            node: node.clone(),
            program: program.clone(),
            args: arguments.clone(),
            label: label.clone(),
            every_ns: None,
        }],
    })
}

fn cable(names: &dyn Names, link: &str) -> Result<String, Text> {
    names.cable(link).ok_or_else(|| Text {
        en: format!("there is no link {link}"),
        zh: format!("没有网线 {link}"),
    })
}

fn direction(way: Way) -> sim::Way {
    match way {
        Way::Both => sim::Way::Both,
        Way::Forward => sim::Way::Forward,
        Way::Reverse => sim::Way::Backward,
    }
}

fn change(setting: Setting) -> LineChange {
    let mut change = LineChange::default();
    match setting {
        Setting::Rate(bps) => change.rate_bps = Some(bps),
        Setting::Delay(span) => change.delay_ns = Some(span.as_nanos()),
        Setting::Jitter(span) => change.jitter_ns = Some(span.as_nanos()),
        Setting::Loss(share) => change.loss = Some(share),
        Setting::Reorder(reorder) => {
            change.reorder = Some(reorder.map_or(0.0, |reorder| reorder.share));
            change.reorder_by_ns = reorder.map(|reorder| reorder.hold.as_nanos());
        }
        Setting::Duplicate(share) => change.duplicate = Some(share),
        Setting::Corrupt(rate) => change.corrupt = Some(rate),
        Setting::Queue(queue) => change.queue = Some(queue.frames as usize),
        Setting::Mtu(mtu) => change.mtu = Some(mtu),
    }
    change
}
