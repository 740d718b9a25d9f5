//! Where a lab's machines and cables stand: drawn once, and again when some come or go.

use crate::api;
use crate::api::{LayoutLabel, LayoutLink, LayoutNode, LinkLine, NodeLine, Problem, Text};
use crate::labs::RunningLab;
use layout::{Kind, LinkIn, NodeIn};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The last picture of a lab, with what it shows.
#[derive(Default)]
pub struct Wall(Mutex<Option<Hung>>);

struct Hung {
    nodes: Vec<NodeIn>,
    links: Vec<LinkIn>,
    picture: Arc<api::Layout>,
}

/// The picture of a lab as it is now.
///
/// # Errors
/// `lab-ended` if the service leaves while it is drawn.
pub async fn of(
    lab: &Arc<RunningLab>,
    nodes: &[NodeLine],
    links: &[LinkLine],
) -> Result<api::Layout, Problem> {
    let (nodes, links) = parts(lab, nodes, links);
    if let Some(picture) = lab.picture.same(&nodes, &links) {
        return Ok(picture.as_ref().clone());
    }
    let copy = lab.clone();
    // A large tangle takes up to a second: not on a thread that serves others.
    let drawn = tokio::task::spawn_blocking(move || copy.picture.draw(nodes, links)).await;
    drawn.map(|picture| picture.as_ref().clone()).map_err(|_| lab.gone())
}

impl Wall {
    fn same(&self, nodes: &[NodeIn], links: &[LinkIn]) -> Option<Arc<api::Layout>> {
        let hung = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |hung: &&Hung| hung.nodes == nodes && hung.links == links;
        hung.as_ref().filter(same).map(|hung| hung.picture.clone())
    }

    /// Draws while others who want the same wait for it.
    fn draw(&self, nodes: Vec<NodeIn>, links: Vec<LinkIn>) -> Arc<api::Layout> {
        let mut hung = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(hung) = hung.as_ref().filter(|hung| hung.nodes == nodes && hung.links == links)
        {
            return hung.picture.clone();
        }
        let picture = Arc::new(shown(layout::layout(&nodes, &links)));
        *hung = Some(Hung { nodes, links, picture: picture.clone() });
        picture
    }
}

/// What there is to draw: the file's nodes in its order, then those that joined.
fn parts(lab: &RunningLab, now: &[NodeLine], cables: &[LinkLine]) -> (Vec<NodeIn>, Vec<LinkIn>) {
    let (mut nodes, _) = layout::parts(&lab.lab);
    nodes.retain(|node| now.iter().any(|line| line.name == node.name));
    let known: BTreeMap<String, ()> = nodes.iter().map(|node| (node.name.clone(), ())).collect();
    let joined = now.iter().filter(|line| !known.contains_key(&line.name)).map(|line| {
        layout::node(
            Kind::from_name(&line.kind),
            &line.name,
            &language::Text::default(),
            &line.addresses,
        )
    });
    nodes.extend(joined);
    let number: BTreeMap<&str, usize> =
        nodes.iter().enumerate().map(|(v, node)| (node.name.as_str(), v)).collect();
    let end = |place: &str| {
        let (node, _) = place.split_once('.')?;
        number.get(node).copied()
    };
    let link = |line: &LinkLine| {
        Some(LinkIn { name: line.name.clone(), a: end(&line.a)?, b: end(&line.b)? })
    };
    let links = cables.iter().filter_map(link).collect();
    (nodes, links)
}

/// The picture in the interface's words.
fn shown(picture: layout::Layout) -> api::Layout {
    let node = |node: layout::Placed| LayoutNode {
        name: node.name,
        x: node.x,
        y: node.y,
        width: node.width,
        height: node.height,
        label: LayoutLabel {
            x: node.label.x,
            y: node.label.y,
            width: node.label.width,
            height: node.label.height,
            lines: node.lines.into_iter().map(|line| Text { en: line.en, zh: line.zh }).collect(),
        },
    };
    let link = |link: layout::Routed| LayoutLink { name: link.name, points: link.points };
    api::Layout {
        width: picture.width,
        height: picture.height,
        nodes: picture.nodes.into_iter().map(node).collect(),
        links: picture.links.into_iter().map(link).collect(),
    }
}
