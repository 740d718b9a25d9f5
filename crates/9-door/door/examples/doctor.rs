//! Prints what [`catenet_door::doctor`] finds, one JSON object a line.

#[cfg(target_os = "linux")]
fn main() -> Result<(), serde_json::Error> {
    for finding in catenet_door::doctor::examine() {
        println!("{}", serde_json::to_string(&finding)?);
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("{}", catenet_door::error::DoorError::Unsupported);
}
