//! Which programs machines have: a registry by name. A world is given one when it is built, and a
//! shell finds the programs in it that it starts.

use crate::ProgramFn;
use base::Lang;
use std::collections::BTreeMap;

/// A program.
#[derive(Clone, Copy)]
pub struct Program {
    /// How it is called.
    pub name: &'static str,
    /// What runs.
    pub run: ProgramFn,
    /// One line of help in English.
    pub help_en: &'static str,
    /// One line of help in Chinese.
    pub help_zh: &'static str,
}

impl Program {
    /// One line of help.
    pub fn help(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.help_en,
            Lang::Zh => self.help_zh,
        }
    }
}

/// The registry.
#[derive(Clone, Default)]
pub struct Programs(BTreeMap<&'static str, Program>);

impl Programs {
    /// Adds a program; the last one under a name counts.
    pub fn add(
        &mut self,
        name: &'static str,
        run: ProgramFn,
        help_en: &'static str,
        help_zh: &'static str,
    ) -> &mut Self {
        self.0.insert(name, Program { name, run, help_en, help_zh });
        self
    }
    /// The program of this name.
    pub fn get(&self, name: &str) -> Option<&Program> {
        self.0.get(name)
    }
    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Program> {
        self.0.values()
    }
}

impl core::fmt::Debug for Programs {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
