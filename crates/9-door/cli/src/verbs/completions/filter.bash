
# What may come next in a filter: after watch, until and --filter, also inside quotes.
_catenet_or_filter() {
    local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"
    case "$before $word" in
        "watch -"* | "until -"*) ;;
        "watch "* | "until "* | "--filter "*)
            mapfile -t COMPREPLY < <("$1" fields --complete="${word#[\"\']}" 2>/dev/null | cut -f1)
            compopt -o nospace +o default +o bashdefault 2>/dev/null
            return 0
            ;;
    esac
    _catenet "$@"
}
complete -F _catenet_or_filter -o nosort -o bashdefault -o default catenet
