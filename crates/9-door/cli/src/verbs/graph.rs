//! `graph`: a lab's network as a picture: text for a terminal, SVG, Graphviz.

use crate::args::{Graph, Variables};
use crate::client::{Client, block_on};
use crate::say::{Context, Exit, Failure, print};
use crate::table;
use layout::{Kind, LinkIn, NodeIn};
use service::api::LabView;

/// A wider picture becomes a list of cables.
const MOST_COLUMNS: usize = 160;

/// Draws it.
pub fn run(context: &Context, graph: &Graph) -> Result<Exit, Failure> {
    let (name, nodes, links) = match &graph.lab_file {
        Some(file) => of_file(context, file, &graph.variables)?,
        None => of_running(context)?,
    };
    if graph.dot {
        print(&layout::dot(&name, &nodes, &links))?;
        return Ok(Exit::DONE);
    }
    let picture = layout::layout(&nodes, &links);
    let text = if graph.svg {
        layout::svg(&picture, context.lang, graph.names)
    } else if context.json {
        format!("{}\n", serde_json::json!(picture))
    } else {
        layout::terminal(&picture, context.lang, MOST_COLUMNS)
            .unwrap_or_else(|| cables(context, &nodes, &links))
    };
    print(&text)?;
    Ok(Exit::DONE)
}

type Parts = (String, Vec<NodeIn>, Vec<LinkIn>);

fn of_file(context: &Context, file: &str, variables: &Variables) -> Result<Parts, Failure> {
    let loaded = super::up::loaded(file).map_err(|why| Failure::in_both(2, why, context.lang))?;
    let parsed = loaded.read(&variables.all());
    let lab = parsed.map_err(|mistakes| Failure::mistakes(&mistakes, context.lang))?;
    let (nodes, links) = layout::parts(&lab);
    Ok((lab.name, nodes, links))
}

fn of_running(context: &Context) -> Result<Parts, Failure> {
    let view: LabView = block_on(async {
        let client = Client::connect(context).await?;
        let lab = client.lab(context).await?;
        client.get(&format!("/labs/{lab}")).await
    })?;
    let kind = |name: &str| {
        let line = view.nodes_list.iter().find(|line| line.name == name);
        line.map_or(Kind::Host, |line| Kind::from_name(&line.kind))
    };
    let node = |node: &service::api::LayoutNode| NodeIn {
        name: node.name.clone(),
        kind: kind(&node.name),
        lines: node.label.lines.iter().map(text).collect(),
    };
    let nodes: Vec<NodeIn> = view.layout.nodes.iter().map(node).collect();
    let number = |end: &str| {
        let (name, _) = end.split_once('.')?;
        nodes.iter().position(|node| node.name == name)
    };
    let link = |line: &service::api::LinkLine| {
        Some(LinkIn { name: line.name.clone(), a: number(&line.a)?, b: number(&line.b)? })
    };
    let links = view.links.iter().filter_map(link).collect();
    Ok((view.line.name, nodes, links))
}

fn text(line: &service::api::Text) -> language::Text {
    language::Text { en: line.en.clone(), zh: line.zh.clone() }
}

/// A list, for networks that are too wide for a terminal.
fn cables(context: &Context, nodes: &[NodeIn], links: &[LinkIn]) -> String {
    let row = |link: &LinkIn| {
        vec![link.name.clone(), nodes[link.a].name.clone(), nodes[link.b].name.clone()]
    };
    let rows: Vec<Vec<String>> = links.iter().map(row).collect();
    let head = table::head(context.lang, ["LINK", "A", "B"], ["链路", "A", "B"]);
    let hint =
        context.say("too wide for a terminal; a picture: --svg", "终端放不下; 要图片: --svg");
    format!("{}\n{hint}\n", table::render(&head, &rows))
}
