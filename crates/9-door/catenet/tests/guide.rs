//! The code of docs/guide-rust.md, run as the guide says, and held equal to what it shows.

#[path = "guide/echo.rs"]
mod echo;
#[path = "guide/loss.rs"]
mod loss;

#[test]
fn the_guide_shows_what_runs_here() {
    let guide = include_str!("../../../../docs/guide-rust.md");
    let shown: Vec<&str> = guide
        .split("```rust\n")
        .skip(1)
        .map(|part| part.split("```").next().unwrap_or_default())
        .collect();
    let files = [include_str!("guide/loss.rs"), include_str!("guide/echo.rs")];
    // Without their first line, which says what the file is.
    let code = files.map(|file| file.split_once("\n\n").map_or("", |(_, code)| code));
    assert_eq!(shown, code);
}
