//! The gallery of built-in labs, the lessons played in them, the glossary: the same for everybody.

use crate::answers::{Answer, OfLab, OfService};
use crate::api::{self, GalleryLab, LessonLine, Problem, Term};
use crate::extract::Path;
use crate::http::Service;
use axum::Json;
use axum::extract::State;
use lab::{gallery, glossary, shelf};
use language::Diagnostic;
use language::lesson::{self, Action, Lesson, Scene, Show, Task};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The group's routes.
pub fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new()
        .routes(routes!(list_gallery))
        .routes(routes!(list_lessons))
        .routes(routes!(read_lesson))
        .routes(routes!(read_glossary))
}

/// The built-in labs, in the order of the course
#[utoipa::path(get, path = "/gallery", tag = "lessons",
    responses((status = 200, body = Vec<GalleryLab>), OfService))]
async fn list_gallery(State(service): State<Service>) -> Answer<Json<Vec<GalleryLab>>> {
    let lessons = all_lessons()?;
    let card = |name: &str| {
        let read = gallery::text(name).map(|text| lab::read_lab(text.as_bytes(), name));
        let lab = read.ok_or_else(|| unknown_lesson(name))?.map_err(|found| broken(&found))?;
        let played = lessons.iter().filter(|lesson| lesson.lab == name).map(line).collect();
        Ok(GalleryLab {
            name: name.to_owned(),
            title: text(&lab.title),
            about: text(&lab.about),
            lessons: played,
            running: service.labs.find(Some(name)).is_ok(),
        })
    };
    gallery::names().map(card).collect::<Answer<Vec<_>>>().map(Json)
}

/// The lessons, in the order of the course
#[utoipa::path(get, path = "/lessons", tag = "lessons",
    responses((status = 200, body = Vec<LessonLine>), OfService))]
async fn list_lessons() -> Answer<Json<Vec<LessonLine>>> {
    all_lessons().map(|lessons| Json(lessons.iter().map(line).collect()))
}

/// One lesson
#[utoipa::path(get, path = "/lessons/{name}", tag = "lessons",
    params(("name" = String, Path, description = "The lesson's name.")),
    responses((status = 200, body = api::Lesson), OfLab, OfService))]
async fn read_lesson(Path(name): Path<String>) -> Answer<Json<api::Lesson>> {
    let read = shelf::lesson(&name).ok_or_else(|| unknown_lesson(&name))?;
    read.map(|lesson| Json(whole(&lesson))).map_err(|found| broken(&found))
}

/// The words of our texts, beside the lesson's own
#[utoipa::path(get, path = "/glossary", tag = "lessons",
    responses((status = 200, body = Vec<Term>), OfService))]
async fn read_glossary() -> Answer<Json<Vec<Term>>> {
    let terms = glossary::terms().map_err(|found| broken(&found))?;
    Ok(Json(terms.into_iter().map(term).collect()))
}

fn all_lessons() -> Answer<Vec<Lesson>> {
    let read = shelf::names().filter_map(shelf::lesson);
    read.collect::<Result<_, _>>().map_err(|found| broken(&found))
}

/// What was built into this binary has mistakes; its tests let none through.
fn broken(found: &[Diagnostic]) -> Problem {
    let says = |lang| language::render(found, lang);
    Problem::new("internal", says(base::Lang::En), says(base::Lang::Zh))
}

fn unknown_lesson(name: &str) -> Problem {
    let known = shelf::names().collect::<Vec<_>>().join(", ");
    Problem::new(
        "unknown-lesson",
        format!("no lesson is called {name}; there are: {known}"),
        format!("没有叫 {name} 的课文; 有这些: {known}"),
    )
}

fn text(text: &language::Text) -> api::Text {
    api::Text { en: text.en.clone(), zh: text.zh.clone() }
}

/// Its line in a list.
pub fn line(lesson: &Lesson) -> LessonLine {
    LessonLine {
        name: lesson.name.clone(),
        lab: lesson.lab.clone(),
        title: text(&lesson.title),
        about: text(&lesson.about),
    }
}

/// All of it, as the interface says it.
pub fn whole(lesson: &Lesson) -> api::Lesson {
    api::Lesson { line: line(lesson), scenes: lesson.scenes.iter().map(scene).collect() }
}

fn scene(scene: &Scene) -> api::Scene {
    api::Scene {
        title: text(&scene.title),
        text: text(&scene.text),
        show: show(&scene.show),
        actions: scene.actions.iter().map(action).collect(),
        task: scene.task.as_ref().map(|task| self::task(task, &scene.actions)),
        note: scene.note.as_ref().map(text),
        rfc: scene.rfc.clone(),
    }
}

fn show(show: &Show) -> api::Show {
    api::Show {
        view: show.view.name().to_owned(),
        node: show.node.clone(),
        filter: show.filter.clone(),
        layers: show.layers,
        table: show.table.clone(),
    }
}

fn action(action: &Action) -> api::Action {
    api::Action { label: text(&action.label), line: action.line.clone() }
}

fn task(task: &Task, actions: &[Action]) -> api::LessonTask {
    api::LessonTask {
        text: text(&task.text),
        expect: task.line.clone(),
        hint: text(&task.hint),
        points: task.points,
        solution: task.solution.iter().filter_map(|&at| actions.get(at)).map(action).collect(),
    }
}

fn term(term: lesson::Term) -> Term {
    Term {
        id: term.id,
        en: term.en,
        zh: term.zh,
        lesson_word: term.lesson_word,
        meaning: text(&term.meaning),
        rfc: term.rfc,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lesson_comes_whole_as_json() {
        for lesson in all_lessons().expect("the lessons are sound") {
            let json = serde_json::to_value(whole(&lesson)).expect("plain data");
            let back: api::Lesson = serde_json::from_value(json.clone()).expect("as documented");
            assert_eq!(back.scenes.len(), lesson.scenes.len());
            assert_eq!(json["lab"], lesson.lab);
            for scene in &back.scenes {
                let wanted = scene.task.iter().flat_map(|task| &task.solution);
                assert!(wanted.clone().all(|action| scene.actions.contains(action)));
                assert_eq!(scene.task.is_some(), wanted.count() > 0, "{}", scene.title.en);
            }
        }
    }

    #[test]
    fn an_unknown_lesson_names_those_that_there_are() {
        let problem = unknown_lesson("x");
        assert!(problem.en.contains("the-close") && problem.zh.contains("the-close"));
        assert_eq!(crate::answers::status(&problem.code), axum::http::StatusCode::NOT_FOUND);
    }
}
