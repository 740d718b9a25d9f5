//! Paths: absolute, resolved, harmless.

/// The one spelling of a path: absolute, no empty part, no `.`, no `..`, no final `/`.
/// The root is `/`.
pub fn resolve(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    let mut resolved = String::with_capacity(path.len() + 1);
    for part in &parts {
        resolved.push('/');
        resolved.push_str(part);
    }
    if resolved.is_empty() {
        resolved.push('/');
    }
    resolved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside() {
        let cases = [
            ("", "/"),
            ("/", "/"),
            ("a", "/a"),
            ("/a//b/./c/", "/a/b/c"),
            ("/a/../../../etc/passwd", "/etc/passwd"),
            ("..", "/"),
            ("/a/b/..", "/a"),
            ("/a/...", "/a/..."),
        ];
        for (path, resolved) in cases {
            assert_eq!(resolve(path), resolved, "{path}");
        }
    }
}
