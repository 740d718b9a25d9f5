//! The language of filters: its fields, and what may be written next.

use crate::answers::{Answer, OfLab, OfService};
use crate::api::{Completion, Completions, FilterField, Text};
use crate::extract::{Path, Query};
use crate::http::Service;
use axum::Json;
use axum::extract::State;
use language::fields::{FIELDS, Field, describe};
use language::model::Lab;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The group's routes.
pub fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new().routes(routes!(list_fields)).routes(routes!(complete))
}

/// A filter under way.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Begun {
    /// What is written.
    text: String,
    /// How many of its octets (UTF-8) stand before the cursor; none: all.
    cursor: Option<usize>,
}

/// The fields that filters may name
#[utoipa::path(get, path = "/fields", tag = "watching",
    responses((status = 200, body = Vec<FilterField>), OfService))]
async fn list_fields() -> Json<Vec<FilterField>> {
    Json(FIELDS.0.iter().map(line).collect())
}

/// What may be written next in a filter over this lab
#[utoipa::path(get, path = "/labs/{lab}/complete", tag = "watching",
    params(("lab" = String, Path, description = "The lab's name."), Begun),
    responses((status = 200, body = Completions), OfLab))]
async fn complete(
    State(service): State<Service>,
    Path(lab): Path<String>,
    Query(begun): Query<Begun>,
) -> Answer<Json<Completions>> {
    let running = service.labs.find(Some(&lab))?;
    let cursor = begun.cursor.unwrap_or(begun.text.len());
    let found =
        language::filter::complete(&begun.text, cursor, &|field| names(&running.lab, field));
    let proposals = found.into_iter().map(|one| Completion {
        text: one.text,
        from: one.from,
        to: one.to,
        about: text(one.note),
    });
    Ok(Json(Completions { proposals: proposals.collect() }))
}

/// A row of the table, for programs.
pub fn line(field: &Field) -> FilterField {
    FilterField {
        name: field.name.to_owned(),
        kind: text(field.kind.word()),
        layer: field.layer.to_owned(),
        about: text(describe(field.name)),
    }
}

fn text(text: language::Text) -> Text {
    Text { en: text.en, zh: text.zh }
}

/// What only this lab knows.
fn names(lab: &Lab, field: &str) -> Vec<String> {
    let ends = || lab.links.iter().flat_map(|link| [&link.a, &link.b]);
    let mut names: Vec<String> = match field {
        "node" => lab.node_names().map(str::to_owned).collect(),
        "jack" => ends().map(|end| format!("{}.{}", end.node, end.jack)).collect(),
        "link" => lab.links.iter().map(|link| link.name.clone()).collect(),
        "reason" | "event" => lab::reason_names().into_iter().map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::booted;

    const LAB: &str = "lab = \"named\"\nlinks = [\"a - b\"]\n[hosts.a]\nip = \"10.0.0.1/24\"\n[hosts.b]\nip = \"10.0.0.2/24\"\n";

    async fn ask(service: &Service, text: &str) -> Vec<String> {
        let begun = Begun { text: text.to_owned(), cursor: None };
        let answer = complete(State(service.clone()), Path("named".to_owned()), Query(begun)).await;
        let proposals = answer.unwrap_or_else(|problem| panic!("{}", problem.en)).0.proposals;
        proposals.into_iter().map(|one| one.text).collect()
    }

    #[tokio::test]
    async fn a_lab_knows_the_names_of_its_things() {
        let (service, _lab) = booted(LAB);
        assert_eq!(ask(&service, "node == ").await, ["\"a\"", "\"b\""]);
        assert_eq!(ask(&service, "link == ").await, ["\"a--b\""]);
        assert_eq!(ask(&service, "jack == \"").await, [] as [&str; 0], "inside quotes nothing");
        assert_eq!(ask(&service, "jack == a").await, ["\"a.eth0\""]);
        assert!(ask(&service, "reason == retr").await.contains(&"\"retransmit\"".to_owned()));
        assert_eq!(ask(&service, "tcp.flags.sy").await, ["tcp.flags.syn"]);
    }
}
