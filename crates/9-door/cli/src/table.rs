//! Tables for people: columns lined up by what a terminal shows, wide Chinese characters included.

/// A head in the reader's language, column by column.
pub fn head<const N: usize>(
    lang: base::Lang,
    en: [&'static str; N],
    zh: [&'static str; N],
) -> [&'static str; N] {
    match lang {
        base::Lang::En => en,
        base::Lang::Zh => zh,
    }
}

/// Rows under a head, columns two spaces apart.
pub fn render(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = head.iter().map(|cell| width(cell)).collect();
    for row in rows {
        for (column, cell) in row.iter().enumerate() {
            match widths.get_mut(column) {
                Some(most) => *most = (*most).max(width(cell)),
                None => widths.push(width(cell)),
            }
        }
    }
    let mut text = String::new();
    let head: Vec<String> = head.iter().map(|cell| (*cell).to_owned()).collect();
    for row in core::iter::once(&head).chain(rows) {
        let mut line = String::new();
        for (cell, most) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(most - width(cell) + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Columns that a text takes: two for each East Asian wide character.
pub fn width(text: &str) -> usize {
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

fn is_wide(c: char) -> bool {
    matches!(u32::from(c), 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff | 0x20000..=0x3fffd)
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_line_up() {
        let rows =
            [vec!["小明".to_owned(), "1".to_owned()], vec!["pc1".to_owned(), "22".to_owned()]];
        assert_eq!(super::render(&["NAME", "N"], &rows), "NAME  N\n小明  1\npc1   22\n");
    }
}
