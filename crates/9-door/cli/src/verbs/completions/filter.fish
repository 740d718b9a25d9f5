
# What may come next in a filter: after watch, until and --filter, also inside quotes.
function __catenet_filter
    set -l words (commandline -opc)
    set -l word (commandline -ct | string replace -r '^["\']' '')
    $words[1] fields --complete="$word" 2>/dev/null
end
complete -c catenet -n "__fish_catenet_using_subcommand watch" -f -a "(__catenet_filter)"
complete -c catenet -n "__fish_catenet_using_subcommand step; and __fish_prev_arg_in until" -f -a "(__catenet_filter)"
complete -c catenet -n "__fish_catenet_using_subcommand capture" -l filter -r -f -a "(__catenet_filter)"
