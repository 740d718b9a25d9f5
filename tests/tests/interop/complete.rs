//! `completions`: what a real bash makes of it.

use catenet_tests::{Job, User};
use std::time::Duration;

/// Sources the script, then asks as bash does: by the words of the line, the last one half written.
const ASK: &str = r#"source <("$0" completions bash) || exit 9
COMP_WORDS=("$0" "$@"); COMP_CWORD=$#; cur=${COMP_WORDS[COMP_CWORD]}; COMP_LINE="${COMP_WORDS[*]}"
eval "$(complete -p catenet | sed 's/.*-F \([^ ]*\).*/asked=\1/')"
$asked "$0" "$cur" "${COMP_WORDS[COMP_CWORD-1]}" 2>/dev/null
printf '%s\n' "${COMPREPLY[@]}""#;

#[test]
fn a_shell_completes_filters_where_one_stands() {
    let user = User::new("complete");
    let asked = |words: &[&str]| {
        let mut bash = user.command("/bin/bash");
        bash.args(["--norc", "-c", ASK]).arg(user.binary()).args(words);
        let done = Job::start(&mut bash).end(Duration::from_secs(60)).code(0);
        done.out.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(asked(&["watch", "'tcp.flags.s"]), ["tcp.flags.syn"]);
    let written = "\"tcp.flags.syn == 1 && ip.sr";
    assert_eq!(asked(&["step", "until", written]), ["tcp.flags.syn == 1 && ip.src"]);
    let found = asked(&["capture", "r1", "--filter", "udp.p"]);
    assert!(found.contains(&"udp.port".to_owned()), "{found:?}");
    assert_eq!(asked(&["watch", "--cou"]), ["--count"]);
    assert!(asked(&["val"]).contains(&"validate".to_owned()));
    assert_eq!(asked(&["watch", "'nonsense.of.mine"]), [""]);
}
