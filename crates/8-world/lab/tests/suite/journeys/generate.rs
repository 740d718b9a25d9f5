//! Labs made by chance: two to five routers in a chain, networks between them, hosts at both ends.

#![allow(unreachable_pub, reason = "two tests take it in, each as a module of its own")]

use base::{Random, RandomSource};

/// A lab's text.
pub(crate) struct Made {
    /// TOML.
    pub(crate) text: String,
    /// How many routers it has.
    pub(crate) routers: usize,
}

/// A name of two syllables and a number, so that none is like another.
fn name(random: &mut Random, number: usize) -> String {
    const SYLLABLES: [&str; 12] =
        ["ka", "lo", "mi", "ne", "pu", "ra", "so", "ti", "vu", "we", "xi", "zo"];
    let mut syllable = || SYLLABLES[random.below(SYLLABLES.len() as u64) as usize];
    format!("{}{}{number}", syllable(), syllable())
}

/// A lab made from a seed.
pub(crate) fn lab(seed: u64) -> Made {
    let mut random = RandomSource::new(seed, "journeys", 0).stream("lab");
    let routers = 2 + random.below(4) as usize;
    let base = random.below(200) + 1;
    let nets: Vec<Net> = (0..=routers)
        .map(|at| Net { name: name(&mut random, at), prefix: format!("10.{base}.{at}") })
        .collect();
    let mut text = format!("lab = \"made-{seed}\"\n[networks]\n");
    for net in &nets {
        text += &format!("{} = \"{}.0/24\"\n", net.name, net.prefix);
    }
    for at in 0..routers {
        text += &router(&name(&mut random, 10 + at), at, &nets);
    }
    text += &hosts(&mut random, &nets);
    Made { text, routers }
}

struct Net {
    name: String,
    prefix: String,
}

/// The router between networks `at` (where it is .2) and `at + 1` (where it is .1).
fn router(name: &str, at: usize, nets: &[Net]) -> String {
    let jack = |net: &Net, own: u8| {
        format!("{0} = {{ net = \"{0}\", ip = \"{1}.{own}\" }}", net.name, net.prefix)
    };
    let to = |net: &Net, by: String| format!("\"{}.0/24 via {by}\"", net.prefix);
    let left = nets[..at].iter().map(|net| to(net, format!("{}.1", nets[at].prefix)));
    let right = nets[at + 2..].iter().map(|net| to(net, format!("{}.2", nets[at + 1].prefix)));
    let routes: Vec<String> = left.chain(right).collect();
    format!(
        "[routers.{name}]\njacks = {{ {}, {} }}\nroutes = [{}]\n",
        jack(&nets[at], 2),
        jack(&nets[at + 1], 1),
        routes.join(", ")
    )
}

/// A client at one end; at the other a name server, and a web server that it also pings and asks at a
/// port where nobody listens.
fn hosts(random: &mut Random, nets: &[Net]) -> String {
    let (near, far) = (&nets[0], &nets[nets.len() - 1]);
    let (client, server, dns) = (name(random, 20), name(random, 21), name(random, 22));
    let web = format!("{}.{}", far.prefix, 100 + random.below(100));
    let host = |name: &str, net: &Net, ip: &str, gateway: u8| {
        format!(
            "[hosts.{name}]\nnet = \"{}\"\nip = \"{ip}\"\ngateway = \"{}.{gateway}\"\n",
            net.name, net.prefix
        )
    };
    let site = format!("www.{server}.lab");
    let mut text = host(&client, near, &format!("{}.{}", near.prefix, 10 + random.below(15)), 2);
    text += &format!("run = [{{ do = \"curl http://{site}/\", every = \"700ms\" }}, ");
    text += &format!("{{ do = \"ping -c 2 {web}\" }}, {{ do = \"curl http://{web}:81/\" }}]\n");
    text += &host(&dns, far, &format!("{}.{}", far.prefix, 30 + random.below(50)), 1);
    text += "run = \"dns\"\n";
    text += &host(&server, far, &web, 1);
    text += &format!("name = \"{site}\"\nrun = \"http\"\n");
    text
}
