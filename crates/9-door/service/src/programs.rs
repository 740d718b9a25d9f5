//! Programs on a lab's machines, started from outside: their output as a stream, their input, their end.

use crate::answers::{Answer, OfBody, OfInput, OfLab, OfService};
use crate::api::{ErrorBody, Exec, ExecNews, Problem};
use crate::extract::{Json, Octets, Path};
use crate::http::Service;
use crate::labs::RunningLab;
use crate::stream::{self, Made};
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use data_encoding::BASE64;
use door::driver::Running;
use sim::{Input, InputError, News, Outcome, ProcessId, Stream, World};
use std::sync::Arc;
use tokio::sync::oneshot;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The group's routes.
pub fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new()
        .routes(routes!(exec))
        .routes(routes!(send_stdin))
        .routes(routes!(interrupt_process))
        .routes(routes!(kill_process))
}

/// Start a program on a machine; the answer is what it does, and giving the answer up kills it
#[utoipa::path(post, path = "/labs/{lab}/exec", tag = "programs", request_body = Exec,
    params(("lab" = String, Path, description = "The lab's name.")),
    responses((status = 200, description = "An ExecNews a line, until it has ended.", body = ExecNews,
        content_type = "application/x-ndjson"), OfLab, OfBody, OfInput, OfService))]
async fn exec(
    State(service): State<Service>,
    Path(lab): Path<String>,
    Json(request): Json<Exec>,
) -> Answer<Response> {
    let lab = service.labs.find(Some(&lab))?;
    let news = start(&lab, request).await?;
    Ok(stream::answer("application/x-ndjson", news))
}

/// Octets for a program's standard input; none: its end
#[utoipa::path(post, path = "/labs/{lab}/processes/{id}/stdin", tag = "programs",
    params(("lab" = String, Path, description = "The lab's name."),
        ("id" = u64, Path, description = "The number that the first line of exec's answer says.")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 204, description = "The program's pipe has taken them all."),
        (status = 413, description = "More than 4 MiB.", body = ErrorBody), OfLab, OfInput))]
async fn send_stdin(
    State(service): State<Service>,
    Path((lab, id)): Path<(String, u64)>,
    Octets(octets): Octets,
) -> Answer<StatusCode> {
    stdin(&service.labs.find(Some(&lab))?, id, octets.to_vec()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ctrl-C
#[utoipa::path(post, path = "/labs/{lab}/processes/{id}/interrupt", tag = "programs",
    params(("lab" = String, Path, description = "The lab's name."),
        ("id" = u64, Path, description = "The number that the first line of exec's answer says.")),
    responses((status = 204, description = "It was told."), OfLab, OfInput))]
async fn interrupt_process(
    State(service): State<Service>,
    Path((lab, id)): Path<(String, u64)>,
) -> Answer<StatusCode> {
    interrupt(&service.labs.find(Some(&lab))?, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The program dies where it stands
#[utoipa::path(post, path = "/labs/{lab}/processes/{id}/kill", tag = "programs",
    params(("lab" = String, Path, description = "The lab's name."),
        ("id" = u64, Path, description = "The number that the first line of exec's answer says.")),
    responses((status = 204, description = "It is dead."), OfLab, OfInput))]
async fn kill_process(
    State(service): State<Service>,
    Path((lab, id)): Path<(String, u64)>,
) -> Answer<StatusCode> {
    kill(&service.labs.find(Some(&lab))?, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a program ends with that was killed, as a shell says it.
const KILLED: u8 = 137;

/// Octets of standard input in one input to the world: its record in a journal has a bound.
const MOST_AT_ONCE: usize = 64 << 10;

/// Starts a program; the body is its news, one JSON object a line, until it has ended. Giving the
/// body up kills the program.
pub async fn start(lab: &Arc<RunningLab>, request: Exec) -> Result<Body, Problem> {
    let Some((program, args)) = request.argv.split_first() else {
        return Err(Problem::new("bad-request", "say which program", "请说明要运行哪个程序"));
    };
    if lab.lab.machine(&request.node).is_none() {
        return Err(no_such_machine(lab, &request.node));
    }
    let input = Input::Exec {
        node: request.node.clone(),
        program: program.clone(),
        args: args.to_vec(),
        label: None,
        every_ns: None,
    };
    let name = program.clone();
    let started = lab
        .ask(move |running| {
            // The log is read from before the start, so that nothing of it is missed.
            let cursor = running.world.outputs().next();
            let outcome = running.input(input)?;
            if let Outcome::Started(process) = outcome
                && !request.stdin
            {
                running.input(Input::Stdin { process, octets: Vec::new() })?;
            }
            Ok((cursor, outcome))
        })
        .await?;
    match started {
        Ok((cursor, Outcome::Started(process))) => Ok(follow(lab, process, cursor)),
        Ok((_, other)) => Err(Problem::new("internal", format!("{other:?}"), format!("{other:?}"))),
        Err(InputError::UnknownProgram(_)) => Err(no_such_program(&name)),
        Err(error) => Err(refused(&error)),
    }
}

fn follow(lab: &Arc<RunningLab>, process: ProcessId, mut cursor: u64) -> Body {
    let mut said_hello = false;
    // Nobody reads: as in a shell, where the pipe or the terminal has gone, the program dies.
    let bury = move |running: &mut Running| {
        let known = running.world.outputs().process(process);
        if known.is_some_and(|process| process.ended.is_none()) {
            let _ = running.input(Input::Kill { process });
        }
    };
    let make = move |world: &mut World| {
        let mut lines = Vec::new();
        if !said_hello {
            said_hello = true;
            put(&mut lines, &ExecNews::Process(process.0));
        }
        let over = news_since(world, process, &mut cursor, &mut lines);
        match (over, lines.is_empty()) {
            (true, _) => Made::Last(lines),
            (false, true) => Made::Nothing,
            (false, false) => Made::Some(lines),
        }
    };
    stream::body_until(lab, make, bury)
}

/// Appends what `process` and what it started did since `cursor`; true when it has ended.
fn news_since(world: &World, process: ProcessId, cursor: &mut u64, lines: &mut Vec<u8>) -> bool {
    let outputs = world.outputs();
    // Where the lab went back, the program prints again, or has never been started.
    let went_back = *cursor > outputs.next();
    *cursor = outputs.next().min(*cursor);
    if went_back && outputs.process(process).is_none() {
        put(lines, &ExecNews::Exit(KILLED));
        return true;
    }
    let missed = outputs.missed(*cursor);
    if missed > 0 {
        put(lines, &ExecNews::Missed(missed));
    }
    let mut over = false;
    for record in outputs.since(*cursor).filter(|record| record.leader == process) {
        match &record.news {
            News::Started => {}
            News::Printed(Stream::Stdout, octets) => {
                put(lines, &ExecNews::Stdout(BASE64.encode(octets)))
            }
            News::Printed(Stream::Stderr, octets) => {
                put(lines, &ExecNews::Stderr(BASE64.encode(octets)))
            }
            News::Ended(_) if record.process != process => {} // something that it had started
            News::Ended(code) => {
                put(lines, &ExecNews::Exit(*code));
                over = true;
            }
        }
    }
    *cursor = outputs.next();
    // Its end may be among what was missed.
    if !over
        && missed > 0
        && let Some((_, code)) = outputs.process(process).and_then(|process| process.ended)
    {
        put(lines, &ExecNews::Exit(code));
        over = true;
    }
    over
}

fn put(lines: &mut Vec<u8>, news: &ExecNews) {
    // Plain data always has a JSON form.
    if let Ok(line) = serde_json::to_vec(news) {
        lines.extend_from_slice(&line);
        lines.push(b'\n');
    }
}

/// Octets for a program's standard input, none means its end; answers when the program's pipe has
/// taken them all, so that whoever sends waits for the program.
pub async fn stdin(lab: &Arc<RunningLab>, process: u64, octets: Vec<u8>) -> Result<(), Problem> {
    let process = ProcessId(process);
    if octets.is_empty() {
        return tell(lab, Input::Stdin { process, octets }).await.map(drop);
    }
    let mut rest = octets.as_slice();
    while !rest.is_empty() {
        let most = room(lab, process).await?.min(MOST_AT_ONCE).min(rest.len());
        let octets = rest[..most].to_vec();
        // Somebody else may have filled the room meanwhile.
        if let Outcome::Taken(taken) = tell(lab, Input::Stdin { process, octets }).await? {
            rest = &rest[taken..];
        }
    }
    Ok(())
}

/// Waits until a program's standard input takes something; says how much.
async fn room(lab: &Arc<RunningLab>, process: ProcessId) -> Result<usize, Problem> {
    let (tell, answer) = oneshot::channel();
    let mut tell = Some(tell);
    let watcher = move |world: &mut World| {
        let room = world.stdin_room(process);
        if tell.as_ref().is_none_or(oneshot::Sender::is_closed) || room == Ok(0) {
            return tell.as_ref().is_some_and(|tell| !tell.is_closed());
        }
        let _ = tell.take().map(|tell| tell.send(room)); // nobody waits any more: fine
        false
    };
    lab.ask(move |running| running.add_watcher(Box::new(watcher))).await?;
    let room = answer.await.map_err(|_| lab.gone())?;
    room.map_err(|error| refused(&error))
}

/// Ctrl-C.
pub async fn interrupt(lab: &Arc<RunningLab>, process: u64) -> Result<(), Problem> {
    tell(lab, Input::Interrupt { process: ProcessId(process) }).await.map(drop)
}

/// The program dies where it stands.
pub async fn kill(lab: &Arc<RunningLab>, process: u64) -> Result<(), Problem> {
    tell(lab, Input::Kill { process: ProcessId(process) }).await.map(drop)
}

async fn tell(lab: &Arc<RunningLab>, input: Input) -> Result<Outcome, Problem> {
    let done = lab.ask(move |running| running.input(input)).await?;
    done.map_err(|error| refused(&error))
}

fn refused(error: &InputError) -> Problem {
    Problem::new(error.code(), error.text(base::Lang::En), error.text(base::Lang::Zh))
}

/// What to say when a node is no machine of the lab.
pub fn no_such_machine(lab: &RunningLab, node: &str) -> Problem {
    let known: Vec<&str> = lab.lab.machines().map(|machine| machine.name.as_str()).collect();
    let known = known.join(", ");
    Problem::new(
        "unknown-node",
        format!("{node} is no machine of this lab; there are: {known}"),
        format!("此实验没有名为 {node} 的机器; 有: {known}"),
    )
}

fn no_such_program(name: &str) -> Problem {
    let known = lab::program_names().join(", ");
    Problem::new(
        "unknown-program",
        format!(
            "the machines have no program {name}; there are: {known}\n\
             your own programs come in as hosts: catenet join NETWORK -- {name} .."
        ),
        format!(
            "机器上没有程序 {name}; 有: {known}\n你自己的程序可以作为主机加入: catenet join NETWORK -- {name} .."
        ),
    )
}
