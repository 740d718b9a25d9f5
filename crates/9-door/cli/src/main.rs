//! The `catenet` command: labs on the command line.
//!
//! ```text
//!   up down ps labs show exec sh set cut mend lose hold double damage plug power pause resume
//!   step back record watch fields why logs capture grade
//!                                                 --HTTP--> the user's service
//!   open                                          --SOCKS, HTTP--> the same service, for a browser
//!   join                                          --descriptor--> the same service
//!   validate test replay diff graph new import doctor          by themselves, without a service
//! ```
//!
//! | room | what lives there |
//! |---|---|
//! | [`args`], [`chinese`] | what may be written, and its help in both languages |
//! | [`client`] | speaking to the service, and starting one |
//! | [`complaint`] | what is wrong with a command line, in Chinese |
//! | [`prose`] | paragraphs for a terminal |
//! | [`output`] | standard output on a thread of its own |
//! | [`say`] | errors, language, the path by which we were called |
//! | `verbs` | one file per verb |

// Floor 9 is where the real machine begins: files, time, variables and threads are its work.
#![allow(clippy::disallowed_methods)]
// A binary has no public items: `pub` here means "for the other rooms".
#![allow(unreachable_pub)]
// They panic where nobody reads any more (`2>&1 | head`); `say::print` and `say::tell` do not.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod args;
mod chinese;
mod client;
mod complaint;
mod output;
mod prose;
mod say;
mod table;
mod verbs;

use args::{Args, Verb};
use clap::{CommandFactory, FromArgMatches};
use say::{Exit, Failure};
use std::process::ExitCode;

fn main() -> ExitCode {
    let lang = say::language(std::env::args_os().skip(1));
    let command = chinese::help(Args::command(), lang);
    let args = match command.try_get_matches().and_then(|found| Args::from_arg_matches(&found)) {
        Ok(args) => args,
        Err(error) => {
            // clap prints help to stdout with 0 and complaints to stderr with 2.
            match complaint::chinese(&error).filter(|_| lang == base::Lang::Zh) {
                Some(text) => say::tell(&text),
                None => {
                    let _ = error.print();
                }
            }
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let context =
        say::Context { lang, json: args.json, server: args.server.clone(), lab: args.lab.clone() };
    match run(&context, args.verb) {
        Ok(Exit(code)) => ExitCode::from(code),
        Err(Failure { code, text, .. }) => {
            if !text.is_empty() {
                say::tell(&format!("catenet: {}\n", say::as_called(&text)));
            }
            ExitCode::from(code)
        }
    }
}

fn run(context: &say::Context, verb: Verb) -> Result<Exit, Failure> {
    match verb {
        Verb::Up(up) => verbs::up::run(context, &up),
        Verb::Down(down) => verbs::down::run(context, &down),
        Verb::Ps => verbs::ps::run(context),
        Verb::Labs => verbs::labs::run(context),
        Verb::Lessons(lessons) => verbs::lessons::run(context, &lessons),
        Verb::Show(show) => verbs::show::run(context, &show),
        Verb::Exec(exec) => verbs::exec::run(context, &exec),
        Verb::Sh(sh) => verbs::sh::run(context, &sh),
        Verb::Open(open) => verbs::open::run(context, &open),
        Verb::Join(join) => verbs::join::run(context, join),
        Verb::Set(change) => verbs::change::run(context, "set", &change.words),
        Verb::Cut(change) => verbs::change::run(context, "cut", &[change.link]),
        Verb::Mend(change) => verbs::change::run(context, "mend", &[change.link]),
        Verb::Lose(frame) => verbs::change::run(context, "lose", &frame.words),
        Verb::Hold(frame) => verbs::change::run(context, "hold", &frame.words),
        Verb::Double(frame) => verbs::change::run(context, "double", &frame.words),
        Verb::Damage(frame) => verbs::change::run(context, "damage", &frame.words),
        Verb::Plug(plug) => verbs::change::plug(context, &plug.place, &plug.network),
        Verb::Pause => verbs::time::pause(context),
        Verb::Resume(resume) => verbs::time::resume(context, resume.speed),
        Verb::Step(step) => verbs::time::step(context, &step.words),
        Verb::Back(back) => verbs::time::back(context, &back.words),
        Verb::Record(record) => verbs::record::run(context, &record),
        Verb::Replay(replay) => verbs::replay::run(context, &replay),
        Verb::Diff(diff) => verbs::diff::run(context, &diff),
        Verb::Power(power) => verbs::change::run(context, "power", &[power.node, power.state]),
        Verb::Logs(logs) => verbs::logs::run(context, &logs),
        Verb::Fields(fields) => verbs::fields::run(context, &fields),
        Verb::Watch(watch) => verbs::watch::run(context, &watch),
        Verb::Why(why) => verbs::why::run(context, &why),
        Verb::Capture(capture) => verbs::capture::run(context, &capture),
        Verb::Validate(validate) => verbs::validate::run(context, &validate),
        Verb::Graph(graph) => verbs::graph::run(context, &graph),
        Verb::Import(import) => verbs::import::run(context, &import),
        Verb::New(new) => verbs::new::run(context, &new),
        Verb::Test(test) => verbs::test::run(context, &test),
        Verb::Grade(grade) => verbs::grade::run(context, &grade),
        Verb::Serve(serve) => verbs::serve::run(context, &serve),
        Verb::Schema => verbs::schema::run(),
        Verb::Completions(completions) => verbs::completions::run(context, &completions),
        Verb::Doctor => verbs::doctor::run(context),
    }
}
