//! `completions`: the script by which a shell completes our verbs and options, made from `args`; and
//! filters, by asking `catenet fields --complete`.

use crate::args::{Args, Completions};
use crate::chinese;
use crate::say::{Context, Exit, Failure, print};
use base::Lang;
use clap::CommandFactory;
use clap_complete::{Shell, generate};

/// Where zsh's script begins to do something.
const ZSH_END: &str = "\nif [ \"$funcstack[1]\" =";

/// Prints it.
pub fn run(context: &Context, wish: &Completions) -> Result<Exit, Failure> {
    print(&script(&wish.shell, context.lang))?;
    Ok(Exit::DONE)
}

/// In bash the words alone; zsh and fish show what each of them means, in that language.
fn script(shell: &str, lang: Lang) -> String {
    let made = |shell: Shell| {
        let mut octets = Vec::new();
        generate(shell, &mut chinese::help(Args::command(), lang), "catenet", &mut octets);
        String::from_utf8_lossy(&octets).into_owned()
    };
    match shell {
        "zsh" => {
            let filter = include_str!("completions/filter.zsh");
            made(Shell::Zsh).replacen(ZSH_END, &format!("\n{filter}{}", ZSH_END.trim_start()), 1)
        }
        "fish" => made(Shell::Fish) + include_str!("completions/filter.fish"),
        _ => made(Shell::Bash) + include_str!("completions/filter.bash"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_is_completed_in_every_shell() {
        let verbs = Args::command();
        let verbs: Vec<&str> = verbs.get_subcommands().map(clap::Command::get_name).collect();
        for shell in ["bash", "zsh", "fish"] {
            for lang in [Lang::En, Lang::Zh] {
                let script = script(shell, lang);
                let lost = verbs.iter().find(|verb| !script.contains(*verb));
                assert_eq!(lost, None, "{shell}");
                assert!(script.contains("fields --complete="), "{shell}");
                assert!(script.contains("--submissions") || script.contains("-l submissions"));
                let chinese = script.contains("剪断网线");
                assert_eq!(chinese, shell != "bash" && lang == Lang::Zh, "{shell}");
            }
        }
    }
}
