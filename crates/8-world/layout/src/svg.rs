//! A picture as an SVG file: it stands alone, in light colours, with the names of cables on demand.

use super::{Kind, Layout, Placed, Routed};
use base::Lang;

/// The file; `names` writes each cable's name beside it.
pub fn svg(layout: &Layout, lang: Lang, names: bool) -> String {
    let (width, height) = (layout.width.max(1.0), layout.height.max(1.0));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"system-ui, sans-serif\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    for link in &layout.links {
        out.push_str(&cable(link));
    }
    for node in &layout.nodes {
        out.push_str(&machine(node));
        out.push_str(&label(node, lang));
    }
    if names {
        layout.links.iter().for_each(|link| out.push_str(&cable_name(link)));
    }
    out.push_str("</svg>\n");
    out
}

fn cable(link: &Routed) -> String {
    let points: Vec<String> = link.points.iter().map(|[x, y]| format!("{x},{y}")).collect();
    format!(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"#64748b\" stroke-width=\"2\" \
         stroke-linejoin=\"round\"><title>{}</title></polyline>\n",
        points.join(" "),
        escaped(&link.name)
    )
}

fn cable_name(link: &Routed) -> String {
    let middle = (link.points.len() - 1) / 2;
    let ([ax, ay], [bx, by]) = match link.points.get(middle..middle + 2) {
        Some(&[a, b]) => (a, b),
        _ => return String::new(),
    };
    format!(
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" font-size=\"11\" fill=\"#475569\" \
         stroke=\"#fff\" stroke-width=\"3\" paint-order=\"stroke\">{}</text>\n",
        f64::midpoint(ax, bx),
        f64::midpoint(ay, by) + 4.0,
        escaped(&link.name)
    )
}

/// The picture of a machine: a box with arrows, a disc with arrows, a screen.
fn machine(node: &Placed) -> String {
    let (x, y) = (node.x - node.width / 2.0, node.y - node.height / 2.0);
    let inside = match node.kind {
        Kind::Switch => {
            "<rect width=\"64\" height=\"40\" rx=\"6\" fill=\"#dbeafe\" stroke=\"#1d4ed8\" stroke-width=\"2\"/>\
             <path d=\"M14 14h30m-6 -5l6 5l-6 5M50 27h-30m6 -5l-6 5l6 5\" fill=\"none\" stroke=\"#1d4ed8\" stroke-width=\"2\"/>"
        }
        Kind::Router => {
            "<circle cx=\"26\" cy=\"26\" r=\"25\" fill=\"#ffedd5\" stroke=\"#c2410c\" stroke-width=\"2\"/>\
             <path d=\"M26 22V8m-5 5l5 -5l5 5M26 30v14m-5 -5l5 5l5 -5M8 26h13m-5 -5l5 5l-5 5M44 26h-13m5 -5l-5 5l5 5\" fill=\"none\" stroke=\"#c2410c\" stroke-width=\"2\"/>"
        }
        Kind::Host => {
            "<rect x=\"2\" y=\"2\" width=\"44\" height=\"30\" rx=\"3\" fill=\"#f1f5f9\" stroke=\"#334155\" stroke-width=\"2\"/>\
             <path d=\"M24 32v8M12 42h24\" fill=\"none\" stroke=\"#334155\" stroke-width=\"2\"/>"
        }
        Kind::Joined => {
            "<rect x=\"2\" y=\"2\" width=\"44\" height=\"30\" rx=\"3\" fill=\"#dcfce7\" stroke=\"#15803d\" stroke-width=\"2\"/>\
             <path d=\"M24 32v8M12 42h24M14 12l6 5l-6 5M24 22h10\" fill=\"none\" stroke=\"#15803d\" stroke-width=\"2\"/>"
        }
    };
    // A machine has a ground of its own: a cable ends at its edge.
    let ground = match node.kind {
        Kind::Host | Kind::Joined => format!(
            "<rect x=\"-2\" y=\"-2\" width=\"{}\" height=\"{}\" fill=\"#fff\"/>",
            node.width + 4.0,
            node.height + 4.0
        ),
        _ => String::new(),
    };
    format!("<g transform=\"translate({x} {y})\">{ground}{inside}</g>\n")
}

fn label(node: &Placed, lang: Lang) -> String {
    let area = &node.label;
    let mut out = String::new();
    for (i, line) in node.lines.iter().enumerate() {
        #[allow(clippy::cast_precision_loss)] // a handful of lines
        let y = area.y + super::text::PADDING + super::text::LINE * (i as f64 + 0.78);
        let (weight, fill) = if i == 0 { ("600", "#0f172a") } else { ("400", "#475569") };
        out.push_str(&format!(
            "<text x=\"{}\" y=\"{y:.1}\" text-anchor=\"middle\" font-weight=\"{weight}\" fill=\"{fill}\" \
             stroke=\"#fff\" stroke-width=\"3\" paint-order=\"stroke\">{}</text>\n",
            area.x + area.width / 2.0,
            escaped(line.get(lang))
        ));
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
