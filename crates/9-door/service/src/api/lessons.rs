//! The gallery of built-in labs, the lessons played in them, the glossary.

use super::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A built-in lab, as its card in the gallery shows it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct GalleryLab {
    /// Its name: what `POST /labs` takes as `builtin`.
    pub name: String,
    /// Its title.
    pub title: Text,
    /// A sentence or two about it.
    pub about: Text,
    /// The lessons that are played in it, in order.
    pub lessons: Vec<LessonLine>,
    /// Does a lab of this name run now?
    pub running: bool,
}

/// A lesson, in a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LessonLine {
    /// Its name.
    pub name: String,
    /// The built-in lab that it is played in.
    pub lab: String,
    /// Its title.
    pub title: Text,
    /// A sentence or two about it.
    pub about: Text,
}

/// A lesson.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Lesson {
    /// Its name, lab, title and what it is about.
    #[serde(flatten)]
    pub line: LessonLine,
    /// Its scenes, in order; at least one.
    pub scenes: Vec<Scene>,
}

/// A scene: one page of a lesson.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Scene {
    /// Its heading.
    pub title: Text,
    /// Paragraphs with a blank line between; the only marks are `code` and **strong**.
    pub text: Text,
    /// The live picture beside the text.
    pub show: Show,
    /// Buttons.
    pub actions: Vec<Action>,
    /// What the learner shall bring about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<LessonTask>,
    /// Where the lesson is loose, and what the RFC says; written like `text`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    /// Clauses to read on in, such as `rfc9293#3.5`, or `rfc768` for a whole one.
    pub rfc: Vec<String>,
}

/// The live picture beside a scene.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Show {
    /// `network`, `events`, `ladder`, `packet` or `machine`.
    pub view: String,
    /// The machine or switch that is looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// In `packet` the newest frame that passes is opened; in `events` the list is filtered; in
    /// `ladder` it picks the connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// How many layers `packet` draws: 7, 5 or 4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layers: Option<u8>,
    /// The table that `machine` opens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
}

/// A button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Action {
    /// What stands on it.
    pub label: Text,
    /// The verb line that it sends to `POST /labs/{lab}/do`.
    #[serde(rename = "do")]
    pub line: String,
}

/// What the learner shall bring about.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LessonTask {
    /// What to do; written like a scene's text.
    pub text: Text,
    /// What must hold, for `POST /labs/{lab}/judge`. It does not hold in the lab as shipped.
    pub expect: String,
    /// A nudge.
    pub hint: Text,
    /// What it brings.
    pub points: u32,
    /// Those of the scene's buttons that solve it, in this order.
    pub solution: Vec<Action>,
}

/// A term of the glossary.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Term {
    /// Stable name.
    pub id: String,
    /// The English word.
    pub en: String,
    /// The Chinese word.
    pub zh: String,
    /// The lesson's own word or picture for it, in Chinese; empty where it has none.
    pub lesson_word: String,
    /// What it means, in one sentence.
    pub meaning: Text,
    /// The clause that defines it, such as `rfc9293#3.5`; empty where no RFC does.
    pub rfc: String,
}
