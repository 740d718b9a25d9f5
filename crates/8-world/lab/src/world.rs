//! From a lab to a world: every machine, switch and cable of the long form becomes a part of
//! [`sim::World`]. Nothing is decided here; the reader of the lab file decided it all.
//!
//! A machine's file system holds what its programs serve: the folder that `http root=./site` names,
//! read by whoever has real files (floor 9), is laid at `/site`.

use base::JackId;
use cable::LineConfig;
use language::Text;
use language::diagnostic::{Complaint, text};
use language::model::{Discipline, End, Lab, Link, Machine, OneWay, Run, Script};
use language::verb::Verb;
use sim::{
    BuildError, CableSpec, InterfaceSpec, MachineSpec, ProgramSpec, Programs, RouteSpec,
    SwitchSpec, World, WorldBuilder,
};

/// The folder that a server shows when its line names none.
pub const DEFAULT_ROOT: &str = "./site";

/// Jacks of a machine at most: a host has 4,096 interfaces, and loopback is one of them.
const MOST_JACKS: usize = 4_095;

/// Reads a folder of the lab (`./site`): its files, by path below it.
pub type Folder<'a> = dyn Fn(&str) -> Vec<(String, Vec<u8>)> + 'a;

/// What a world needs beside the lab.
pub struct Ground<'a> {
    /// The seed of all chance.
    pub seed: u64,
    /// What machines can run.
    pub programs: Programs,
    /// The language that programs speak.
    pub lang: base::Lang,
    /// The files of a folder of the lab (`./site`), by path below it.
    pub folder: &'a Folder<'a>,
}

/// Why a good lab file gives no world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BootError {
    /// It asks for something that the language knows and this version does not build.
    NotYet(Text),
    /// Its parts contradict each other: the reader should have said so.
    Build(BuildError),
}

impl BootError {
    /// The sentence for people.
    pub fn text(&self, lang: base::Lang) -> String {
        match self {
            BootError::NotYet(why) => why.get(lang).to_owned(),
            BootError::Build(error) => error.text(lang),
        }
    }
}

/// What the lab asks for and nobody would do: better refused than quietly left out.
fn not_yet(lab: &Lab) -> Option<Text> {
    let says = |en: String, zh: String| Some(Text { en, zh });
    if let Some(switch) = lab.switches.iter().find(|switch| switch.stp) {
        let name = &switch.name;
        return says(
            format!("{name}: stp = true is not built yet; this version has no spanning tree"),
            format!("{name}: 尚未实现 stp = true; 此版本没有生成树协议"),
        );
    }
    let fair = |way: &OneWay| way.queue.discipline == Discipline::FqCodel;
    if let Some(link) = lab.links.iter().find(|link| fair(&link.forward) || fair(&link.reverse)) {
        let name = &link.name;
        return says(
            format!("{name}: queue = \"fq_codel\" is not built yet; write a number of frames"),
            format!("{name}: 尚未实现 queue = \"fq_codel\"; 请写帧数"),
        );
    }
    let wide = |machine: &&Machine| machine.jacks.len() > MOST_JACKS;
    if let Some(Machine { name, jacks, .. }) = lab.machines().find(wide) {
        let (jacks, most) = (jacks.len(), MOST_JACKS);
        return says(
            format!(
                "{name} has {jacks} jacks; a machine has at most {most}: join others by a second router"
            ),
            format!("{name} 有 {jacks} 个网口, 一台机器最多 {most} 个: 请再加一台路由器"),
        );
    }
    lab.publish.first().and_then(|publish| {
        let (listen, node) = (publish.listen, &publish.node);
        says(
            format!(
                "[publish] \"{listen}\" for {node} is not built yet; real programs come in by join"
            ),
            format!("尚未实现 [publish] \"{listen}\" ({node}); 真实程序请用 join 加入"),
        )
    })
}

/// A world at its first instant.
///
/// # Errors
/// What this version does not build, or (a bug of the reader) parts that contradict each other.
pub fn boot(lab: &Lab, ground: &Ground<'_>) -> Result<World, BootError> {
    boot_with(lab, ground, &mut |_| ())
}

/// The same, where somebody has a last word before the world is built.
///
/// # Errors
/// As [`boot`].
pub fn boot_with(
    lab: &Lab,
    ground: &Ground<'_>,
    last: &mut dyn FnMut(&mut WorldBuilder),
) -> Result<World, BootError> {
    if let Some(why) = not_yet(lab) {
        return Err(BootError::NotYet(why));
    }
    if let Some(why) = empty_folder(lab, ground) {
        return Err(BootError::NotYet(why));
    }
    let mut builder = WorldBuilder::new(ground.seed, lab.epoch, ground.programs.clone());
    builder.lang(ground.lang);
    for switch in &lab.switches {
        let jacks = lab.links.iter().flat_map(|link| [&link.a, &link.b]);
        let used =
            jacks.filter(|end| end.node == switch.name).filter_map(|end| end.jack.parse().ok());
        let mut spec = SwitchSpec::new(&switch.name, used.max().unwrap_or(0));
        spec.cpu = switch.cpu;
        builder.switch(spec);
    }
    let real = |end: &End| lab.real_hosts().any(|host| host.name == end.node);
    for machine in lab.machines() {
        // A real host has its name and address from the beginning, its card and cable when it joins.
        if machine.real.is_none() {
            builder.machine(machine_spec(lab, machine, ground));
        }
        let address = machine.jacks.iter().flat_map(|jack| &jack.addresses).next();
        // Every machine is known by its own name, too: `ping web` asks for web.example.lab.
        let own = format!("{}.{}", machine.name, lab.domain);
        for name in machine.names.iter().chain([&own]) {
            if let Some(address) = address {
                builder.name(name, address.addr());
            }
        }
    }
    for link in lab.links.iter().filter(|link| !real(&link.a) && !real(&link.b)) {
        builder.cable(cable_spec(lab, link));
    }
    // The script is the world's own, whoever drives it: `test` in virtual time, `up` by the wall clock.
    // What a line names may have been made by an earlier `plug`; planned they are in the file's order.
    let mut planned = vec![Ok(Vec::new()); lab.scripts.len()];
    lab.each_script(|index, script, then| {
        planned[index] = crate::inputs::inputs(&script.verb, then);
    });
    let planned: Result<Vec<_>, Text> = planned.into_iter().collect();
    let planned = planned.map_err(BootError::NotYet)?;
    let mut later = Vec::new();
    for (script, inputs) in lab.scripts.iter().zip(planned) {
        let again = script.every.map(|every| script.at + every);
        match (is_first(script), again) {
            (true, None) => _ = builder.first(&script.line, inputs),
            (true, Some(again)) => {
                builder.first(&script.line, inputs.clone());
                later.push((script, again, inputs));
            }
            (false, _) => later.push((script, script.at, inputs)),
        }
    }
    last(&mut builder);
    let mut world = builder.build().map_err(BootError::Build)?;
    for (script, at, inputs) in later {
        world.plan(&script.line, base::Instant::ZERO + at, script.every, inputs);
    }
    Ok(world)
}

/// What a script says of a cable at 0 s holds for the first frame, too: programs begin at 0 s as well,
/// and a line that came after them would come too late for what they say first.
fn is_first(script: &Script) -> bool {
    script.at.is_zero() && matches!(script.verb, Verb::Set { .. } | Verb::Befall { .. })
}

fn machine_spec(lab: &Lab, machine: &Machine, ground: &Ground<'_>) -> MachineSpec {
    let mut spec = MachineSpec::new(&machine.name);
    spec.forwarding = lab.routers.iter().any(|router| router.name == machine.name);
    spec.cpu = machine.cpu;
    spec.resolvers = machine.resolver.or(lab.resolver).into_iter().collect();
    spec.search = Some(lab.domain.clone());
    // The name server answers from the lab's own table; everybody else asks it.
    spec.knows_names = machine.run.iter().any(|run| run.program == "dns");
    for jack in &machine.jacks {
        let mut interface = InterfaceSpec::new(&jack.name, jack.addresses.iter().copied());
        interface.mac = Some(jack.mac);
        // A card knows what its cable takes: longer packets are cut or refused by IP, not lost.
        interface.mtu = cable_mtu(lab, &machine.name, &jack.name).unwrap_or(interface.mtu);
        spec.interfaces.push(interface);
    }
    spec.routes.extend(machine.gateway.map(RouteSpec::default_via));
    for route in &machine.routes {
        spec.routes.push(RouteSpec {
            destination: route.to,
            via: Some(route.via),
            interface: None,
            metric: 0,
        });
    }
    for run in &machine.run {
        fill_files(&spec.files, run, ground);
        spec.programs.push(program_spec(run));
    }
    spec
}

/// Folders that program lines name and that hold nothing: a server of one would serve nothing, and
/// nobody would know why. `whole` is the lab file's text, in which they are marked.
pub fn empty_folders(
    lab: &Lab,
    file: &str,
    whole: &str,
    folder: &Folder<'_>,
) -> Vec<language::Diagnostic> {
    let runs = lab.machines().flat_map(|machine| &machine.run);
    let empty = runs.filter_map(|run| {
        let root = run.arguments.iter().find_map(|argument| argument.strip_prefix("root="))?;
        folder(root).is_empty().then(|| {
            let complaint = no_folder(run, root);
            match whole.find(&run.line) {
                Some(at) => complaint.shifted(at).in_text(file, whole),
                None => complaint.in_text(&run.label, &run.line),
            }
        })
    });
    empty.collect()
}

fn no_folder(run: &Run, root: &str) -> Complaint {
    let start = run.line.find(root).unwrap_or(0);
    Complaint::new(
        "no-folder",
        start..(start + root.len()).min(run.line.len()),
        text(format!("no files lie in `{root}`"), format!("`{root}` 里没有文件")),
    )
    .label(text(
        "missing, empty, or a link out of the lab's folder",
        "不存在, 为空, 或是指向外面的链接",
    ))
    .help(text("the path counts from the lab file's folder", "路径从实验文件所在的文件夹算起"))
}

fn empty_folder(lab: &Lab, ground: &Ground<'_>) -> Option<Text> {
    let mistake = empty_folders(lab, "", "", ground.folder).into_iter().next()?;
    let mistake = [mistake];
    let says = |lang| language::render(&mistake, lang);
    Some(text(says(base::Lang::En), says(base::Lang::Zh)))
}

/// Lays the folder that a program line names into the machine's files.
fn fill_files(files: &files::Tree, run: &Run, ground: &Ground<'_>) {
    let named = run.arguments.iter().find_map(|argument| argument.strip_prefix("root="));
    let Some(root) = named.or((run.program == "http").then_some(DEFAULT_ROOT)) else { return };
    for (path, content) in (ground.folder)(root) {
        // The folder's reader bounds what it reads far below the tree's limit.
        let _ = files.write(&format!("{root}/{path}"), content);
    }
}

/// What the cable in this jack takes, away from it.
fn cable_mtu(lab: &Lab, node: &str, jack: &str) -> Option<u16> {
    let is_here = |end: &End| end.node == node && end.jack == jack;
    lab.links.iter().find_map(|link| match link {
        _ if is_here(&link.a) => Some(link.forward.mtu),
        _ if is_here(&link.b) => Some(link.reverse.mtu),
        _ => None,
    })
}

fn program_spec(run: &Run) -> ProgramSpec {
    ProgramSpec {
        program: run.program.clone(),
        args: run.arguments.clone(),
        label: Some(run.label.clone()),
        after: run.at,
        every: run.every,
    }
}

fn cable_spec(lab: &Lab, link: &Link) -> CableSpec {
    CableSpec {
        name: link.name.clone(),
        a: end(lab, &link.a),
        b: end(lab, &link.b),
        forward: line_config(&link.forward),
        backward: line_config(&link.reverse),
    }
}

/// A jack by its number: a machine's by their order, a switch's as written, from 1.
fn end(lab: &Lab, end: &End) -> sim::End {
    let index = match lab.machine(&end.node) {
        Some(machine) => machine.jacks.iter().position(|jack| jack.name == end.jack).unwrap_or(0),
        None => end.jack.parse::<usize>().unwrap_or(1).saturating_sub(1),
    };
    sim::End { node: end.node.clone(), jack: JackId(u16::try_from(index).unwrap_or(u16::MAX)) }
}

/// What a direction of a lab's cable is to the simulator.
pub fn line_config(way: &OneWay) -> LineConfig {
    LineConfig {
        rate_bps: way.rate_bps,
        delay: way.delay,
        jitter: way.jitter,
        loss: way.loss,
        reorder: way.reorder.map_or(0.0, |reorder| reorder.share),
        reorder_by: way.reorder.map_or(base::Duration::ZERO, |reorder| reorder.hold),
        duplicate: way.duplicate,
        corrupt: way.corrupt,
        queue: way.queue.frames as usize,
        mtu: Some(way.mtu),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_files_is_refused_where_it_stands() {
        let text = "lab = \"x\"\n[networks]\nlan = \"10.0.0.0/24\"\n[hosts]\nweb = { net = \"lan\", run = \"http root=./typo\" }\n";
        let lab = language::parse(text, "x.toml").unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
        let ground = Ground {
            seed: 1,
            programs: crate::programs(),
            lang: base::Lang::En,
            folder: &crate::gallery::folder,
        };
        let why = boot(&lab, &ground).err().map(|error| error.text(base::Lang::En));
        let why = why.unwrap_or_default();
        assert!(why.contains("http root=./typo") && why.contains("^^^^^^"), "{why}");
    }

    #[test]
    fn a_machine_has_so_many_jacks() {
        let net = |n: usize| format!("n{n} = \"10.{}.{}.0/24\"\n", n / 200, n % 200);
        let names: Vec<String> = (0..=MOST_JACKS).map(|n| format!("\"n{n}\"")).collect();
        let nets: String = (0..=MOST_JACKS).map(net).collect();
        let routers = format!("[routers]\nr1 = [{}]\n", names.join(", "));
        let text = format!("lab = \"x\"\n[networks]\n{nets}{routers}");
        let lab =
            language::parse(&text, "x.toml").unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
        let ground = Ground {
            seed: 1,
            programs: Programs::default(),
            lang: base::Lang::En,
            folder: &|_| Vec::new(),
        };
        let why = boot(&lab, &ground).err().map(|error| error.text(base::Lang::En));
        assert!(why.as_ref().is_some_and(|why| why.contains("at most 4095")), "{why:?}");
    }

    #[test]
    fn what_is_not_built_is_refused_aloud() {
        let hosts = "[hosts]\na = \"lan\"\nb = \"lan\"\n";
        let cases = [
            (
                "[networks]\nlan = \"10.0.0.0/24\"\n[publish]\n\"127.0.0.1:8080\" = \"a:80\"\n",
                "[publish]",
            ),
            ("[networks]\nlan = \"10.0.0.0/24\"\n[switches]\ns = { stp = true }\n", "stp"),
        ];
        for (part, word) in cases {
            let text = format!("lab = \"x\"\n{part}{hosts}");
            let options = language::Options { unbuilt: true, ..language::Options::default() };
            let lab = language::parse_with(&text, "x.toml", &options)
                .map_err(|mistakes| language::render(&mistakes, base::Lang::En));
            let lab = lab.unwrap_or_else(|mistakes| panic!("{mistakes}"));
            let ground = Ground {
                seed: 1,
                programs: Programs::default(),
                lang: base::Lang::En,
                folder: &|_| Vec::new(),
            };
            let refused = boot(&lab, &ground).err().map(|error| error.text(base::Lang::En));
            assert!(refused.as_ref().is_some_and(|why| why.contains(word)), "{refused:?}");
        }
    }
}
