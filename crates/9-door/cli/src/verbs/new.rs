//! `new`: a lab file of a known shape. Nothing is started.

use crate::args::New;
use crate::say::{Context, Exit, Failure, print};
use std::io::Write;
use std::path::Path;
use topology::generate::{SHAPES, generate};

/// Prints it, or writes it to a new file; without a shape, lists the shapes.
pub fn run(context: &Context, new: &New) -> Result<Exit, Failure> {
    let Some(shape) = &new.shape else {
        print(&shapes(context))?;
        return Ok(Exit::DONE);
    };
    let text = generate(shape, &new.numbers, new.name.as_deref(), context.lang)
        .map_err(|why| Failure::usage(why.get(context.lang).to_owned()))?;
    deliver(context, &text, new.output.as_deref())
}

fn shapes(context: &Context) -> String {
    let row = |shape: &topology::generate::Shape| {
        let numbers = shape.numbers.iter().map(|n| format!("[{}={}]", n.name, n.default));
        let call = format!("{} {}", shape.name, numbers.collect::<Vec<_>>().join(" "));
        vec![call, (shape.about)().get(context.lang).to_owned()]
    };
    let rows: Vec<Vec<String>> = SHAPES.iter().map(row).collect();
    let head = crate::table::head(context.lang, ["SHAPE", "WHAT IT IS"], ["形状", "说明"]);
    crate::table::render(&head, &rows)
}

/// Standard output, or a file that is not there yet: what a person has written is never overwritten.
pub fn deliver(context: &Context, text: &str, output: Option<&Path>) -> Result<Exit, Failure> {
    let Some(path) = output else {
        print(text)?;
        return Ok(Exit::DONE);
    };
    write_new(context, path, text.as_bytes())?;
    let called = crate::say::called_as();
    let path = path.display();
    print(&context.say(
        &format!("{path} written; next:\n  {called} test {path}\n  {called} up {path}\n"),
        &format!("已写入 {path}; 接下来:\n  {called} test {path}\n  {called} up {path}\n"),
    ))?;
    Ok(Exit::DONE)
}

/// Writes a file that is not there yet.
pub fn write_new(context: &Context, path: &Path, octets: &[u8]) -> Result<(), Failure> {
    let opened = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    opened.and_then(|mut file| file.write_all(octets)).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::usage(context.say(
            &format!("{}: is there already; remove it or choose another name", path.display()),
            &format!("{}: 文件已存在; 请删除它, 或换一个名字", path.display()),
        )),
        _ => Failure::of_system(&path.display(), &error, context.lang),
    })
}
