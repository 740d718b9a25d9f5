//! The programs that every machine has.

use sim::Programs;

/// All of them, ready for a world.
pub fn programs() -> Programs {
    let mut programs = Programs::default();
    for (name, run, help_en, help_zh) in tools::programs() {
        programs.add(name, run, help_en, help_zh);
    }
    programs
}

/// Their names, sorted.
pub fn program_names() -> Vec<&'static str> {
    programs().iter().map(|program| program.name).collect()
}
