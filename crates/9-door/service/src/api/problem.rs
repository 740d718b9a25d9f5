//! Texts in both languages, and why something was refused.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A text for people, in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Text {
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

/// Why something was refused: a stable code, and the sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// For scripts.
    pub code: String,
    /// For people.
    pub en: String,
    /// For people.
    pub zh: String,
}

impl Problem {
    /// A problem.
    pub fn new(code: &str, en: impl Into<String>, zh: impl Into<String>) -> Problem {
        Problem { code: code.to_owned(), en: en.into(), zh: zh.into() }
    }
    /// The sentence.
    pub fn text(&self, lang: base::Lang) -> &str {
        match lang {
            base::Lang::En => &self.en,
            base::Lang::Zh => &self.zh,
        }
    }
}

/// An error's body.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    /// What is wrong.
    pub error: Problem,
}
