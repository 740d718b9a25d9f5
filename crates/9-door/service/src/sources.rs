//! Where a lab's text and files come from: the built-in gallery, a file of the user's, or the request.
//!
//! A lab may name folders (`root=./site`) only below its own folder: the path is resolved, links
//! followed, and what lies outside is refused (`a_link_out_of_the_folder_is_not_read`). What a lab
//! may lay into a machine is bounded.

use crate::api::{Problem, Source};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Octets of files that one folder of a lab may hold.
const MOST_OCTETS: u64 = 64 << 20;
/// Files that one folder of a lab may hold.
const MOST_FILES: usize = 10_000;
/// Octets of a lab file.
const MOST_TEXT: u64 = 4 << 20;

/// A lab's text, and where its files are.
pub struct Loaded {
    /// The text.
    pub text: String,
    /// The name for mistakes: `labs/two-lans.toml`.
    pub name: String,
    /// The lab's folder, if it has one.
    pub folder: Option<PathBuf>,
    /// What a person calls it.
    pub known: String,
}

impl Loaded {
    /// The text of a file.
    pub fn of_file(path: &Path, text: String) -> Loaded {
        let folder = path.parent().map(|folder| match folder.as_os_str().is_empty() {
            true => PathBuf::from("."),
            false => folder.to_path_buf(),
        });
        let name = path.display().to_string();
        Loaded { text, known: name.clone(), name, folder }
    }

    /// The lab, with these variables and the files that it includes from its own folder.
    pub fn read(
        &self,
        variables: &BTreeMap<String, String>,
    ) -> Result<language::Lab, Vec<language::Diagnostic>> {
        let find = |path: &str| part(self.folder.as_deref().unwrap_or(Path::new(".")), path);
        let options = language::Options {
            variables: variables.clone(),
            include: self.folder.is_some().then_some(&find as &language::Include<'_>),
            ..language::Options::default()
        };
        lab::read_lab_with(self.text.as_bytes(), &self.name, &options)
    }

    /// A text that is the whole lab by itself: the file's, or, where that includes others or draws
    /// for a student, the long form of what came out.
    pub fn alone(&self, lab: &language::Lab) -> String {
        match lab::read_lab(self.text.as_bytes(), &self.name) {
            Ok(same) if same == *lab => self.text.clone(),
            _ => language::long_form(lab),
        }
    }
}

/// An included file: below the lab's folder, links followed, or it is not read.
fn part(folder: &Path, path: &str) -> Result<String, language::Text> {
    let says = |en: String, zh: String| language::Text { en, zh };
    let failed = |error: std::io::Error| {
        let say = |lang| door::system::says(&error, lang);
        says(say(base::Lang::En), say(base::Lang::Zh))
    };
    let inside = folder.canonicalize().map_err(failed)?;
    let file = inside.join(path).canonicalize().map_err(failed)?;
    let meta = fs::metadata(&file).map_err(failed)?;
    if !file.starts_with(&inside) {
        return Err(says("it leads out of the lab's folder".into(), "它通向实验文件夹之外".into()));
    }
    if !meta.is_file() || meta.len() > MOST_TEXT {
        let most = MOST_TEXT;
        return Err(says(
            format!("it is no file of at most {most} octets"),
            format!("它不是至多 {most} 字节的文件"),
        ));
    }
    let octets = fs::read(&file).map_err(failed)?;
    Ok(String::from_utf8_lossy(&octets).into_owned())
}

/// Reads a lab's text.
pub fn load(source: &Source) -> Result<Loaded, Problem> {
    match source {
        Source::Builtin(name) => {
            let text = lab::gallery::text(name).ok_or_else(|| unknown_builtin(name))?;
            Ok(Loaded {
                text: text.to_owned(),
                name: format!("{name}.toml"),
                folder: None,
                known: name.clone(),
            })
        }
        Source::Text(text) => Ok(Loaded {
            text: text.clone(),
            name: "lab.toml".to_owned(),
            folder: None,
            known: "text".to_owned(),
        }),
        Source::File(path) => load_file(Path::new(path)),
    }
}

fn load_file(path: &Path) -> Result<Loaded, Problem> {
    // What is no UTF-8 becomes U+FFFD, which the reader of lab files points at.
    octets(path).map(|octets| Loaded::of_file(path, String::from_utf8_lossy(&octets).into_owned()))
}

/// A lab file's octets, of whatever it may be read: a device gives no more than a lab file may have.
pub fn octets(path: &Path) -> Result<Vec<u8>, Problem> {
    let name = path.display();
    let failed = |error: std::io::Error| {
        let says = |lang| format!("{name}: {}", door::system::says(&error, lang));
        Problem::new("no-file", says(base::Lang::En), says(base::Lang::Zh))
    };
    let mut octets = Vec::new();
    let file = fs::File::open(path).map_err(failed)?;
    file.take(MOST_TEXT + 1).read_to_end(&mut octets).map_err(failed)?;
    if octets.len() as u64 > MOST_TEXT {
        return Err(Problem::new(
            "no-file",
            format!("{name}: more than {MOST_TEXT} octets, which no lab file has"),
            format!("{name}: 超过 {MOST_TEXT} 字节, 实验文件不会这么大"),
        ));
    }
    Ok(octets)
}

/// The files of a folder of the lab, by path below it; a built-in lab has those of the gallery.
pub fn folder(lab_folder: Option<&Path>, path: &str) -> Vec<(String, Vec<u8>)> {
    let Some(lab_folder) = lab_folder else { return lab::gallery::folder(path) };
    let (Ok(inside), Ok(root)) = (lab_folder.canonicalize(), lab_folder.join(path).canonicalize())
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut left = MOST_OCTETS;
    if root.starts_with(&inside) {
        walk(&root, &root, &mut found, &mut left);
    }
    found
}

/// Collects files below `at`, sorted by path; links are not followed.
fn walk(root: &Path, at: &Path, found: &mut Vec<(String, Vec<u8>)>, left: &mut u64) {
    let Ok(entries) = fs::read_dir(at) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let Ok(meta) = fs::symlink_metadata(&path) else { continue };
        if meta.is_dir() {
            walk(root, &path, found, left);
        } else if meta.is_file()
            && meta.len() <= *left
            && found.len() < MOST_FILES
            && let (Ok(content), Ok(below)) = (fs::read(&path), path.strip_prefix(root))
        {
            *left -= meta.len();
            found.push((below.to_string_lossy().into_owned(), content));
        }
    }
}

fn unknown_builtin(name: &str) -> Problem {
    let known: Vec<&str> = lab::gallery::names().collect();
    let known = known.join(", ");
    Problem::new(
        "unknown-lab",
        format!("no file and no built-in lab is called {name}; there are: {known}"),
        format!("没有名为 {name} 的文件或内置实验; 内置实验有: {known}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_out_of_the_folder_is_not_read() {
        let base = std::env::temp_dir().join(format!("catenet-sources-{}", std::process::id()));
        let site = base.join("lab/site");
        fs::create_dir_all(site.join("deep")).expect("a folder");
        fs::write(base.join("secret"), "outside").expect("a file");
        fs::write(site.join("deep/a.txt"), "inside").expect("a file");
        std::os::unix::fs::symlink(base.join("secret"), site.join("link")).expect("a link");
        std::os::unix::fs::symlink(&base, base.join("lab/out")).expect("a link");
        let lab = base.join("lab");
        assert_eq!(folder(Some(&lab), "./site"), [("deep/a.txt".to_owned(), b"inside".to_vec())]);
        for outside in ["..", "../../etc", "/etc", "out", "site/../.."] {
            assert!(folder(Some(&lab), outside).is_empty(), "{outside}");
        }
        fs::remove_dir_all(&base).expect("removed");
    }

    #[test]
    fn a_part_outside_is_not_included() {
        let base = std::env::temp_dir().join(format!("catenet-parts-{}", std::process::id()));
        let lab = base.join("lab");
        fs::create_dir_all(lab.join("parts")).expect("a folder");
        let hosts = "[networks]\nlan = \"10.{net}.0.0/24\"\n[hosts]\npc1 = \"lan\"\n";
        fs::write(lab.join("parts/hosts.toml"), hosts).expect("a file");
        fs::write(base.join("outside.toml"), hosts).expect("a file");
        std::os::unix::fs::symlink(base.join("outside.toml"), lab.join("link.toml"))
            .expect("a link");
        let load = |part: &str| {
            let text = format!("lab = \"x\"\ninclude = [\"{part}\"]\n[variables]\nnet = 7\n");
            fs::write(lab.join("x.toml"), text).expect("a file");
            load(&Source::File(lab.join("x.toml").display().to_string())).expect("a lab's text")
        };
        let net = |lab: &language::Lab| lab.networks[0].v4.to_string();
        let loaded = load("parts/hosts.toml");
        let as_written = loaded.read(&BTreeMap::new()).expect("a good lab");
        assert_eq!(net(&as_written), "10.7.0.0/24");
        let mine = loaded.read(&BTreeMap::from([("net".into(), "9".into())])).expect("a good lab");
        assert_eq!(net(&mine), "10.9.0.0/24");
        let alone = lab::read_lab(loaded.alone(&mine).as_bytes(), "journal").expect("a good lab");
        assert_eq!(alone, mine);
        for outside in ["link.toml", "parts", "none.toml"] {
            let mistakes = load(outside).read(&BTreeMap::new()).expect_err(outside);
            assert_eq!((mistakes[0].code, mistakes.len()), ("no-file", 1), "{outside}");
            assert!(!mistakes[0].message.zh.is_empty());
        }
        fs::remove_dir_all(&base).expect("removed");
    }
}
