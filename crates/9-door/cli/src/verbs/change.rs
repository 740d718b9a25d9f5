//! `set`, `cut`, `mend`, `lose`, `hold`, `double`, `damage`, `plug`, `power`: one verb line to the service, which knows the grammar.

use crate::client::{Client, block_on};
use crate::say::{Context, Exit, Failure, called_as, tell};
use service::api::{Do, LabView};
use std::net::IpAddr;

/// Sends `verb words ..`.
pub fn run(context: &Context, verb: &str, words: &[String]) -> Result<Exit, Failure> {
    block_on(async {
        let client = Client::connect(context).await?;
        let lab = client.lab(context).await?;
        let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        let line = format!("{verb} {}", words.join(" "));
        client.post(&format!("/labs/{lab}/do"), &Do { line }).await?;
        Ok(Exit::DONE)
    })
}

/// `plug`: and what the machine's addresses are worth on the network that it came to.
pub fn plug(context: &Context, place: &str, network: &str) -> Result<Exit, Failure> {
    run(context, "plug", &[place.to_owned(), network.to_owned()])?;
    block_on(async {
        let client = Client::connect(context).await?;
        let lab = client.lab(context).await?;
        let view: LabView = client.get(&format!("/labs/{lab}")).await?;
        if let Some(note) = foreign(context, &view, place, network) {
            tell(&format!("catenet: {note}\n"));
        }
        Ok(Exit::DONE)
    })
}

/// A machine keeps its addresses wherever it is plugged in: said, when none is of that network.
fn foreign(context: &Context, view: &LabView, place: &str, network: &str) -> Option<String> {
    let (node, jack) = place.split_once('.').unwrap_or((place, "eth0"));
    let subnet = &view.networks.iter().find(|known| known.name == network)?.subnet;
    let net: ipnet::IpNet = subnet.parse().ok()?;
    let machine = view.nodes_list.iter().find(|known| known.name == node)?;
    let bare = |address: &str| address.split('/').next().unwrap_or(address).parse().ok();
    let at_home = |address: &String| bare(address).is_some_and(|ip: IpAddr| net.contains(&ip));
    if machine.addresses.iter().any(at_home) {
        return None;
    }
    let (kept, called) = (machine.addresses.join(", "), called_as());
    if machine.kind == "joined" {
        return Some(context.say(
            &format!("{node} keeps its address ({kept}), which is not of {network} ({subnet}): it reaches nobody there"),
            &format!("{node} 保留原来的地址 ({kept}), 它不属于 {network} ({subnet}), 所以在那里谁也到不了"),
        ));
    }
    let prefix = net.prefix_len();
    let give = format!("{called} exec {node} -- ip addr add ADDRESS/{prefix} dev {jack}");
    Some(context.say(
        &format!("{node} keeps its address ({kept}), which is not of {network} ({subnet}): it reaches nobody there. There is no DHCP yet; give it one: {give}"),
        &format!("{node} 保留原来的地址 ({kept}), 它不属于 {network} ({subnet}), 所以在那里谁也到不了。尚无 DHCP; 请自己给它一个: {give}"),
    ))
}

/// The word as a verb line needs it: what the shell took as one word (`reorder="1% 5ms"`) stays one.
fn quoted(word: &str) -> String {
    let plain = |c: char| !c.is_whitespace() && !"'\"\\".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))
}
