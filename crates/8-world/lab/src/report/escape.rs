//! Text inside markup: nothing that anybody wrote becomes a tag, and no character that XML forbids
//! stays in it.

/// For the text and the attributes of HTML and XML.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            // What XML 1.0 knows no way to write.
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            // What would turn the line around and show another text than there is.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn nothing_becomes_a_tag() {
        assert_eq!(
            escape("<b a=\"x\" b='y'>&\n"),
            "&lt;b a=&quot;x&quot; b=&#39;y&#39;&gt;&amp;\n"
        );
        assert_eq!(escape("a\u{0}\u{1b}[1m\u{202e}z"), "a\u{fffd}\u{fffd}[1m\u{fffd}z");
        assert_eq!(escape("小明"), "小明");
    }
}
