//! `completions`: what a real bash makes of it.

use catenet_tests::{Job, User, has};
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
    assert_eq!(asked(&["watch", "tcp.flags.s"]), ["tcp.flags.syn"]);
    let open = asked(&["watch", "'tcp.flags.s"]);
    assert_eq!(
        open[..2],
        ["tcp.flags.syn", "tcp.flags.syn =="],
        "a lone one would close the quote"
    );
    let written = "\"tcp.flags.syn == 1 && ip.sr";
    assert_eq!(asked(&["step", "until", written])[0], "tcp.flags.syn == 1 && ip.src");
    let found = asked(&["capture", "r1", "--filter", "udp.p"]);
    assert!(found.contains(&"udp.port".to_owned()), "{found:?}");
    assert_eq!(asked(&["watch", "--cou"]), ["--count"]);
    assert!(asked(&["val"]).contains(&"validate".to_owned()));
    assert_eq!(asked(&["watch", "'nonsense.of.mine"]), [""]);
}

/// At a terminal, where bash itself cuts the line into words and writes what it was answered.
#[test]
fn a_filter_can_be_written_on_behind_what_bash_completed() {
    if !has("script") {
        return;
    }
    let user = User::new("complete-pty");
    // Half written, how it goes on behind the Tab, and what the words are then.
    let lines = [
        ("watch 'tcp.flags.s", " == 1'", "<watch> <tcp.flags.syn == 1>"),
        ("watch 'tcp.flags.syn =", " 1'", "<watch> <tcp.flags.syn == 1>"),
        ("step until \"ip.src && udp.por", " == 53\"", "<step> <until> <ip.src && udp.port == 53>"),
        ("capture r1 --filter=udp.por", "", "<capture> <r1> <--filter=udp.port>"),
        ("capture r1 --filter='udp.por", " == 53'", "<capture> <r1> <--filter=udp.port == 53>"),
    ];
    // Control-A goes to the line's beginning: nothing runs, its words are printed.
    let mut typed = r#"PATH="${CATENET%/*}:$PATH"; source <(catenet completions bash)"#.to_owned();
    for (half, rest, _) in lines {
        typed += &format!("\ncatenet {half}\t{rest}\x01printf '<%s> ' ");
    }
    let mut shell = user.command("script");
    shell.args(["-qec", "/bin/bash --norc --noprofile -i", "/dev/null"]);
    shell.env("CATENET", user.binary()).env("TERM", "dumb");
    let typed = typed + "\nexit\n";
    let said = Job::start_with(&mut shell, typed.as_bytes()).end(Duration::from_secs(60)).out;
    for (half, _, words) in lines {
        assert!(said.contains(&format!("<catenet> {words} ")), "{half}\n{said}");
    }
}
