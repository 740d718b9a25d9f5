//! The labs inside the binary, in the order of the lesson, and the files that they serve.

/// One built-in lab.
struct Builtin {
    name: &'static str,
    text: &'static str,
}

macro_rules! labs {
    ($($name:literal)*) => {
        &[$(Builtin { name: $name, text: include_str!(concat!("../labs/", $name, ".toml")) }),*]
    };
}

static LABS: &[Builtin] = labs![
    "two-lans"
    "broadcast-and-learning"
    "many-programs-one-machine"
    "port-conflict"
    "handshake"
    "lossy-link"
];

static SITE: &[(&str, &[u8])] = &[("index.html", include_bytes!("../labs/site/index.html"))];

/// Their names.
pub fn names() -> impl Iterator<Item = &'static str> {
    LABS.iter().map(|lab| lab.name)
}

/// A lab's text.
pub fn text(name: &str) -> Option<&'static str> {
    LABS.iter().find(|lab| lab.name == name).map(|lab| lab.text)
}

/// The files of a folder that built-in labs name.
pub fn folder(path: &str) -> Vec<(String, Vec<u8>)> {
    if path.trim_start_matches("./").trim_end_matches('/') != "site" {
        return Vec::new();
    }
    SITE.iter().map(|(path, content)| ((*path).to_owned(), content.to_vec())).collect()
}
