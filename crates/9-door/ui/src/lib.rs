//! The page as the binary holds it: every file of `web/`, built and compressed by this crate's
//! build script.
//!
//! Without Node (or with `CATENET_UI=off`) [`PAGE`] is one sheet that says what is missing and how
//! to get it, and [`BUILT`] is false. How the build goes: `build/main.rs`.

use service::page::{Page, PageFile};

include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// The page's files; `index.html` is one of them.
pub static PAGE: Page = Page { files: FILES };

#[cfg(test)]
mod tests {
    use super::{BUILT, PAGE};
    use std::io::Read;

    fn content(path: &str) -> String {
        let file = PAGE.files.iter().find(|file| file.path == path).expect(path);
        let mut text = String::new();
        match file.gzip {
            true => flate2::read::GzDecoder::new(file.octets).read_to_string(&mut text),
            false => { file.octets }.read_to_string(&mut text),
        }
        .expect("text");
        text
    }

    #[test]
    fn the_index_names_only_files_that_are_there_and_nothing_inline() {
        let index = content("index.html");
        let named = |mark: &str| {
            let parts: Vec<&str> = index.split(mark).skip(1).collect();
            parts.into_iter().filter_map(|part| part.split('"').next()).collect::<Vec<_>>()
        };
        let files: Vec<&str> = [named("src=\""), named("href=\"")].concat();
        assert!(!files.is_empty(), "{index}");
        for file in files {
            let path = file.trim_start_matches('/');
            assert!(PAGE.files.iter().any(|known| known.path == path), "{file}");
        }
        assert!(!index.contains("<style") && !index.contains("style="), "inline style: {index}");
        assert!(!index.contains("<script>"), "inline script: {index}");
    }

    #[test]
    fn the_first_load_is_small() {
        let octets: usize = PAGE.files.iter().map(|file| file.octets.len()).sum();
        assert!(octets < 1_000_000, "{octets} octets, compressed");
        assert!(PAGE.files.iter().all(|file| file.octets.len() > 10));
    }

    #[test]
    fn a_page_that_was_not_built_says_so_in_both_languages() {
        let index = content("index.html");
        assert_eq!(index.contains("CATENET_UI"), !BUILT, "{index}");
        if !BUILT {
            assert!(index.contains("Node") && index.contains("页面"), "{index}");
        }
    }
}
