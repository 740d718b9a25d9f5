//! What labs may name: the programs that every machine has, and the reasons that events carry.

use language::parse::{Options, parse_bytes};
use language::{Diagnostic, Lab};
use sim::Programs;
use trace::ReasonInfo;

/// All programs, ready for a world.
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

/// Every reason that any room of the stack can give, by code.
pub fn reasons() -> Vec<&'static ReasonInfo> {
    let tables = [
        cable::REASONS,
        ether::reasons::REASONS,
        ip::reasons::REASONS,
        udp::reasons::REASONS,
        tcp::reasons::REASONS,
        host::reasons::REASONS,
        sim::REASONS,
    ];
    let mut all: Vec<&'static ReasonInfo> = tables.into_iter().flatten().copied().collect();
    all.sort_by_key(|reason| reason.code);
    all
}

/// Their names, as `events(..)` takes them, in the order of the codes.
pub fn reason_names() -> Vec<&'static str> {
    reasons().iter().map(|reason| reason.name).collect()
}

/// Reads a lab that will be run by this very program: its programs and reasons must exist here.
///
/// # Errors
/// All mistakes, in the order of the file.
pub fn read_lab(octets: &[u8], file_name: &str) -> Result<Lab, Vec<Diagnostic>> {
    read_lab_with(octets, file_name, &Options::default())
}

/// The same with variables and included files.
///
/// # Errors
/// All mistakes, in the order of the files.
pub fn read_lab_with(
    octets: &[u8],
    file_name: &str,
    options: &Options<'_>,
) -> Result<Lab, Vec<Diagnostic>> {
    let (programs, reasons) = (program_names(), reason_names());
    let options = Options {
        known_programs: &programs,
        known_reasons: Some(&reasons),
        include: options.include,
        variables: options.variables.clone(),
        unbuilt: options.unbuilt,
    };
    parse_bytes(octets, file_name, &options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reader_knows_the_programs_that_there_are() {
        assert_eq!(program_names(), language::command::KNOWN_PROGRAMS);
    }

    #[test]
    fn reasons_have_one_code_and_one_name() {
        let all = reasons();
        for pair in all.windows(2) {
            assert_ne!(pair[0].code, pair[1].code, "{} and {}", pair[0].name, pair[1].name);
        }
        let mut names: Vec<&str> = all.iter().map(|reason| reason.name).collect();
        names.sort_unstable();
        let twice: Vec<_> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert!(twice.is_empty(), "{twice:?}");
        let faults: Vec<String> = all.iter().flat_map(|reason| reason.faults()).collect();
        assert!(faults.is_empty(), "{faults:?}");
    }
}
