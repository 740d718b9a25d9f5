//! Looking at a lab: its parts, and the tables inside its nodes.

use crate::answers::{Answer, OfLab};
use crate::api::{
    Count, LabView, LinkLine, LinkState, NetworkView, NodeLine, Problem, ProgramLine,
};
use crate::extract::Path;
use crate::http::Service;
use crate::labs::RunningLab;
use crate::picture;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use cable::LineConfig;
use language::quantity;
use sim::{CableView, NodeKind, World};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The group's routes.
pub fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new()
        .routes(routes!(look_at_lab))
        .routes(routes!(lab_file))
        .routes(routes!(look_at_node))
        .routes(routes!(look_at_table))
}

/// Look at a lab
#[utoipa::path(get, path = "/labs/{lab}", tag = "labs",
    params(("lab" = String, Path, description = "The lab's name.")),
    responses((status = 200, body = LabView), OfLab))]
async fn look_at_lab(
    State(service): State<Service>,
    Path(name): Path<String>,
) -> Answer<Json<LabView>> {
    lab(&service.labs.find(Some(&name))?).await.map(Json)
}

/// The long form of its file
#[utoipa::path(get, path = "/labs/{lab}/file", tag = "labs",
    params(("lab" = String, Path, description = "The lab's name.")),
    responses((status = 200, description = "TOML.", body = String,
        content_type = "text/plain; charset=utf-8"), OfLab))]
async fn lab_file(State(service): State<Service>, Path(name): Path<String>) -> Answer<String> {
    Ok(language::long_form(&service.labs.find(Some(&name))?.lab))
}

/// The tables inside a machine or switch
#[utoipa::path(get, path = "/labs/{lab}/nodes/{node}", tag = "labs",
    params(("lab" = String, Path, description = "The lab's name."), ("node" = String, Path, description = "The node's name.")),
    responses((status = 200, description = "All its tables, by name.", body = serde_json::Value), OfLab))]
async fn look_at_node(
    State(service): State<Service>,
    Path((lab, node)): Path<(String, String)>,
) -> Answer<Response> {
    tables(&service.labs.find(Some(&lab))?, node, None).await.map(json_text)
}

/// One of its tables
#[utoipa::path(get, path = "/labs/{lab}/nodes/{node}/{table}", tag = "labs",
    params(("lab" = String, Path, description = "The lab's name."), ("node" = String, Path, description = "The node's name."),
        ("table" = String, Path, description = "addresses, arp, mac, routes, sockets, tcp ..")),
    responses((status = 200, body = serde_json::Value), OfLab))]
async fn look_at_table(
    State(service): State<Service>,
    Path((lab, node, table)): Path<(String, String, String)>,
) -> Answer<Response> {
    tables(&service.labs.find(Some(&lab))?, node, Some(table)).await.map(json_text)
}

fn json_text(json: String) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], json).into_response()
}

/// A lab's parts.
pub async fn lab(lab: &Arc<RunningLab>) -> Result<LabView, Problem> {
    let line = lab.line().await?;
    let copy = lab.clone();
    let (nodes_list, links): (Vec<NodeLine>, Vec<LinkLine>) = lab
        .ask(move |running| {
            let world = &running.world;
            let nodes = world
                .nodes()
                .map(|view| node_line(&copy, view.name, view.kind, view.powered))
                .collect();
            (nodes, world.cables().map(|cable| link_line(world, &cable)).collect())
        })
        .await?;
    let layout = picture::of(lab, &nodes_list, &links).await?;
    Ok(LabView { line, networks: networks(lab), nodes_list, links, programs: programs(), layout })
}

fn networks(lab: &RunningLab) -> Vec<NetworkView> {
    let gateway = |network: &str| {
        let jacks = lab.lab.routers.iter().flat_map(|router| &router.jacks);
        let mut on_it = jacks.filter(|jack| jack.network.as_deref() == Some(network));
        on_it.find_map(|jack| jack.addresses.first().map(|net| net.addr().to_string()))
    };
    let view = |network: &language::model::Network| NetworkView {
        name: network.name.clone(),
        subnet: network.v4.to_string(),
        gateway: gateway(&network.name),
    };
    lab.lab.networks.iter().map(view).collect()
}

fn node_line(lab: &RunningLab, name: &str, kind: NodeKind, powered: bool) -> NodeLine {
    let machine = lab.lab.machine(name);
    let guest = lab.guests().get(name).cloned();
    let kind = match kind {
        NodeKind::Door => "joined",
        NodeKind::Switch => "switch",
        _ if lab.lab.routers.iter().any(|router| router.name == name) => "router",
        _ => "host",
    };
    let mut addresses: Vec<String> = machine
        .map(|machine| {
            machine.jacks.iter().flat_map(|jack| &jack.addresses).map(ToString::to_string).collect()
        })
        .unwrap_or_default();
    addresses.extend(guest.as_ref().map(|guest| guest.address.to_string()));
    let mut names = machine.map(|machine| machine.names.clone()).unwrap_or_default();
    names.extend(guest.map(|guest| guest.dns_name));
    NodeLine { name: name.to_owned(), kind: kind.to_owned(), powered, addresses, names }
}

fn link_line(world: &World, cable: &CableView<'_>) -> LinkLine {
    let end = |(node, jack)| format!("{}.{}", world.name(node), world.jack_name(node, jack));
    LinkLine {
        name: cable.name.to_owned(),
        a: end(cable.a),
        b: end(cable.b),
        state: cable_state(cable).to_owned(),
        forward: knobs(cable.forward.config()),
        backward: knobs(cable.backward.config()),
    }
}

fn cable_state(cable: &CableView<'_>) -> &'static str {
    match (cable.cut, cable.up) {
        (true, _) => "cut",
        (false, true) => "up",
        (false, false) => "down",
    }
}

/// A cable as it is now, with what it has carried.
pub fn link_state(cable: &CableView<'_>) -> LinkState {
    let count = |line: &cable::Line| {
        let ledger = line.ledger();
        Count { frames: ledger.entered, octets: ledger.octets, dropped: ledger.lost }
    };
    LinkState {
        name: cable.name.to_owned(),
        state: cable_state(cable).to_owned(),
        forward: count(cable.forward),
        backward: count(cable.backward),
    }
}

/// A direction's knobs, as a lab file would write them; those at rest are left out.
fn knobs(config: &LineConfig) -> String {
    let mut says = vec![quantity::show_rate(config.rate_bps), config.delay.to_string()];
    let mut share = |name: &str, value: f64| {
        if value > 0.0 {
            says.push(format!("{name}={}", quantity::show_share(value)));
        }
    };
    share("loss", config.loss);
    share("duplicate", config.duplicate);
    share("corrupt", config.corrupt);
    if config.reorder > 0.0 {
        let share = quantity::show_share(config.reorder);
        says.push(format!("reorder=\"{share} {}\"", config.reorder_by));
    }
    if !config.jitter.is_zero() {
        says.push(format!("jitter={}", config.jitter));
    }
    if config.queue != LineConfig::default().queue {
        says.push(format!("queue={}", config.queue));
    }
    if let Some(mtu) = config.mtu.filter(|&mtu| mtu != 1500) {
        says.push(format!("mtu={mtu}"));
    }
    says.join(" ")
}

fn programs() -> Vec<ProgramLine> {
    let line = |program: &sim::Program| ProgramLine {
        name: program.name.to_owned(),
        help: program.help_en.to_owned(),
        help_zh: program.help_zh.to_owned(),
    };
    lab::programs().iter().map(line).collect()
}

/// The tables inside a node as JSON: all of them, or one.
pub async fn tables(
    lab: &Arc<RunningLab>,
    node: String,
    table: Option<String>,
) -> Result<String, Problem> {
    let name = node.clone();
    let found = lab.ask(move |running| lab::tables::of_node(&running.world, &name)).await?;
    let Some(tree) = found else {
        let (en, zh) = (
            format!(
                "there is nothing to see in {node}: no such node, switched off, or a joined host, whose tables are its kernel's"
            ),
            format!(
                "无法查看 {node}: 没有这个节点, 或已关机, 或它是加入的真实主机 (它的表在它自己的内核里)"
            ),
        );
        return Err(Problem::new("unknown-node", en, zh));
    };
    let Some(table) = table else { return Ok(tree.to_json()) };
    match tree.at(&table) {
        Some(part) => Ok(part.to_json()),
        None => {
            let known = match &tree {
                socket::Tree::Map(parts) => {
                    parts.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
                }
                _ => String::new(),
            };
            let (en, zh) = (
                format!("{node} has no table {table}; it has: {known}"),
                format!("{node} 没有表 {table}; 有: {known}"),
            );
            Err(Problem::new("unknown-table", en, zh))
        }
    }
}
