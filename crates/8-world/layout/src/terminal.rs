//! A picture for a terminal: the same places as everywhere, a character for 9 by 18 pixels.
//!
//! ```text
//!   [office]-----(r1)-----[servers]        [switch]  (router)  host  <joined>
//! ```

use super::geometry::Point;
use super::text::{NARROW, width};
use super::{Kind, Layout, Placed};
use base::Lang;
use language::Text;

/// Pixels that a character stands for.
const WIDE: f64 = 9.0;
const HIGH: f64 = 18.0;

/// The picture, or `None` if it is wider than `most` columns.
pub fn terminal(layout: &Layout, lang: Lang, most: usize) -> Option<String> {
    let (columns, rows) = (cell(layout.width, WIDE) + 1, cell(layout.height, HIGH) + 2);
    if columns > most {
        return None;
    }
    let mut paper = Paper { cells: vec![vec![Some(' '); columns]; rows] };
    for link in &layout.links {
        for pair in link.points.windows(2) {
            paper.line(Point::new(pair[0][0], pair[0][1]), Point::new(pair[1][0], pair[1][1]));
        }
    }
    for node in &layout.nodes {
        paper.machine(node, lang);
    }
    Some(paper.text())
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // pixels of a picture
fn cell(pixels: f64, size: f64) -> usize {
    (pixels / size).round().max(0.0) as usize
}

/// Characters by row and column; `None` is the right half of a wide one.
struct Paper {
    cells: Vec<Vec<Option<char>>>,
}

impl Paper {
    fn put(&mut self, row: usize, column: usize, c: Option<char>) {
        if let Some(cell) = self.cells.get_mut(row).and_then(|row| row.get_mut(column)) {
            *cell = c;
        }
    }

    #[allow(clippy::cast_precision_loss)] // cells of a picture
    fn line(&mut self, a: Point, b: Point) {
        let (dx, dy) = ((b.x - a.x) / WIDE, (b.y - a.y) / HIGH);
        let c = match (dx.abs() > 3.0 * dy.abs(), dy.abs() > 3.0 * dx.abs(), dx * dy > 0.0) {
            (true, ..) => '-',
            (_, true, _) => '|',
            (.., true) => '\\',
            _ => '/',
        };
        let steps = cell(dx.abs().max(dy.abs()), 1.0).max(1);
        for i in 0..=steps {
            let at = a.toward(b, i as f64 / steps as f64);
            self.put(cell(at.y, HIGH), cell(at.x, WIDE), Some(c));
        }
    }

    /// Its name in the brackets of its kind, and the other lines where its label stands.
    fn machine(&mut self, node: &Placed, lang: Lang) {
        let name = match node.kind {
            Kind::Switch => format!("[{}]", node.name),
            Kind::Router => format!("({})", node.name),
            Kind::Host => node.name.clone(),
            Kind::Joined => format!("<{}>", node.name),
        };
        let row = cell(node.y, HIGH);
        self.write(row, node.x, &name);
        let others = node.lines.iter().skip(1).map(|line: &Text| line.get(lang));
        let first = cell(node.label.y, HIGH);
        let middle = node.label.x + node.label.width / 2.0;
        for (i, line) in others.enumerate() {
            let above = node.label.y + node.label.height <= node.y;
            let at = if above { row.saturating_sub(node.lines.len() - 1 - i) } else { first + i };
            let at = if above { at } else { at.max(row + 1 + i) };
            self.write(at, middle, line);
        }
    }

    fn write(&mut self, row: usize, middle: f64, line: &str) {
        let columns: usize = line.chars().map(columns).sum();
        let mut column = cell(middle, WIDE).saturating_sub(columns / 2);
        for c in line.chars() {
            self.put(row, column, Some(c));
            if columns_of_wide(c) {
                self.put(row, column + 1, None);
            }
            column += self::columns(c);
        }
    }

    fn text(&self) -> String {
        let row = |row: &Vec<Option<char>>| {
            let line: String = row.iter().flatten().collect();
            line.trim_end().to_owned()
        };
        let lines: Vec<String> = self.cells.iter().map(row).collect();
        let used = |line: &String| !line.is_empty();
        let first = lines.iter().position(used).unwrap_or(0);
        let last = lines.iter().rposition(used).map_or(0, |last| last + 1);
        lines[first.min(last)..last].iter().map(|line| format!("{line}\n")).collect()
    }
}

fn columns_of_wide(c: char) -> bool {
    width(c.encode_utf8(&mut [0; 4])) > NARROW
}

fn columns(c: char) -> usize {
    if columns_of_wide(c) { 2 } else { 1 }
}
