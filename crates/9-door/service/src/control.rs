//! Verb lines on a running lab: `set`, `cut`, `mend`, `power`.

use crate::api::Problem;
use crate::labs::RunningLab;
use lab::Verb;
use std::sync::Arc;

/// Reads a line and carries it out.
pub async fn carry_out(lab: &Arc<RunningLab>, line: &str) -> Result<(), Problem> {
    let known: Vec<&str> = lab::program_names();
    let verb = Verb::parse(line, &known).and_then(|verb| verb.check(line, &lab.lab).map(|()| verb));
    let verb = verb.map_err(|complaint| {
        let said = lab::seen::explain(complaint, line);
        Problem::new("bad-verb", said.en, said.zh)
    })?;
    let inputs = lab::inputs::inputs(&verb, &lab.lab)
        .map_err(|why| Problem::new("bad-verb", why.en, why.zh))?;
    let done = lab.ask(move |running| {
        inputs.into_iter().try_for_each(|input| running.input(input).map(drop))
    });
    done.await?.map_err(|error| {
        Problem::new(error.code(), error.text(base::Lang::En), error.text(base::Lang::Zh))
    })
}
