//! What joined programs print and how they end, told by the command line that runs them: so that a
//! check may ask `exit(chat)` and `output(chat)` of a real program as of any other.
//!
//! The service starts no program of this machine, here or anywhere.

use crate::answers::{Answer, OfBody, OfInput, OfLab};
use crate::api::{JoinedNews, Problem};
use crate::extract::{Json, Path};
use crate::http::Service;
use axum::extract::State;
use axum::http::StatusCode;
use data_encoding::BASE64;
use door::driver::Running;
use sim::{Deed, Input};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The group's routes.
pub fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new().routes(routes!(tell))
}

/// Tell what a joined program did
#[utoipa::path(post, path = "/labs/{lab}/joined/{host}", tag = "programs", request_body = JoinedNews,
    params(("lab" = String, Path, description = "The lab's name."),
        ("host" = String, Path, description = "The joined host.")),
    responses((status = 204, description = "It is known now."), OfLab, OfBody, OfInput))]
async fn tell(
    State(service): State<Service>,
    Path((lab, host)): Path<(String, String)>,
    Json(news): Json<JoinedNews>,
) -> Answer<StatusCode> {
    let lab = service.labs.find(Some(&lab))?;
    let deeds = deeds(news)?;
    let told = move |running: &mut Running| {
        let mut inputs = deeds.into_iter().map(|deed| Input::Joined { host: host.clone(), deed });
        inputs.try_for_each(|input| running.input(input).map(drop))
    };
    lab.ask(told).await?.map_err(|error| {
        Problem::new(error.code(), error.text(base::Lang::En), error.text(base::Lang::Zh))
    })?;
    Ok(StatusCode::NO_CONTENT)
}

/// No longer: a program's command, a piece of its output.
const LONGEST: usize = 64 << 10;

fn bounded(what: &str, length: usize) -> Result<(), Problem> {
    if length <= LONGEST {
        return Ok(());
    }
    Err(Problem::new(
        "too-large",
        format!("`{what}` has {length} octets, more than {LONGEST}; send less at once"),
        format!("`{what}` 有 {length} 字节, 超过 {LONGEST}; 请分次发送"),
    ))
}

/// In the order in which they come about.
fn deeds(news: JoinedNews) -> Result<Vec<Deed>, Problem> {
    bounded("began", news.began.as_ref().map_or(0, String::len))?;
    let began = news.began.map(|program| Deed::Began { program });
    let mut deeds = Vec::from_iter(began);
    for (what, complaint, text) in [("stdout", false, news.stdout), ("stderr", true, news.stderr)] {
        let Some(text) = text else { continue };
        let octets = BASE64.decode(text.as_bytes()).map_err(|error| {
            let (en, zh) = (format!("no base64: {error}"), format!("不是 base64: {error}"));
            Problem::new("bad-request", en, zh)
        })?;
        bounded(what, octets.len())?;
        deeds.push(Deed::Printed { complaint, octets });
    }
    deeds.extend(news.exit.map(|code| Deed::Ended { code }));
    Ok(deeds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_at_once_is_bounded() {
        let (most, more) = (vec![b'x'; LONGEST], vec![b'x'; LONGEST + 1]);
        let printed = |octets: &[u8]| Some(BASE64.encode(octets));
        let whole = JoinedNews { stdout: printed(&most), ..JoinedNews::default() };
        assert_eq!(deeds(whole).map(|deeds| deeds.len()).ok(), Some(1));
        for news in [
            JoinedNews { stdout: printed(&more), ..JoinedNews::default() },
            JoinedNews { stderr: printed(&more), ..JoinedNews::default() },
            JoinedNews { began: Some("x".repeat(LONGEST + 1)), ..JoinedNews::default() },
        ] {
            assert_eq!(deeds(news).err().map(|problem| problem.code).as_deref(), Some("too-large"));
        }
    }
}
