//! How wide a label is, by a declared table that the page shares: 13 px type, lines of 16 px.

use language::Text;

/// Advance of a character of the Latin alphabet, digits and signs.
pub(crate) const NARROW: f64 = 7.5;
/// Advance of a Chinese, Japanese or Korean character and of full-width punctuation.
pub(crate) const WIDE: f64 = 14.0;
/// Height of a line.
pub(crate) const LINE: f64 = 16.0;
/// Room around the lines, on each side.
pub(crate) const PADDING: f64 = 3.0;
/// The widest line; longer ones end in `…`.
pub(crate) const MOST: f64 = 190.0;

/// Width of one line of text.
pub(crate) fn width(line: &str) -> f64 {
    line.chars().map(advance).sum()
}

fn advance(c: char) -> f64 {
    match u32::from(c) {
        0x300..=0x36f | 0x200b..=0x200f => 0.0,
        0x1100..=0x115f | 0x2e80..=0xd7ff | 0xf900..=0xfaff | 0xfe30..=0xfe6f => WIDE,
        0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1_f000..=0x3_ffff => WIDE,
        _ => NARROW,
    }
}

/// The line, cut with `…` where it is wider than [`MOST`].
pub(crate) fn fitted(line: &str) -> String {
    if width(line) <= MOST {
        return line.to_owned();
    }
    let mut room = MOST - NARROW;
    let fits = |c: &char| {
        room -= advance(*c);
        room >= 0.0
    };
    line.chars().take_while(fits).chain(['…']).collect()
}

/// Width and height of a label's box: it holds the lines in both languages.
pub(crate) fn size(lines: &[Text]) -> (f64, f64) {
    if lines.is_empty() {
        return (0.0, 0.0);
    }
    let widest = |most: f64, line: &Text| most.max(width(&line.en)).max(width(&line.zh));
    #[allow(clippy::cast_precision_loss)] // a handful of lines
    let height = lines.len() as f64 * LINE;
    ((lines.iter().fold(0.0, widest) + 2.0 * PADDING).ceil(), height + 2.0 * PADDING)
}
