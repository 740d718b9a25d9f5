
# What may come next in a filter: after watch, until and --filter, also inside quotes.
_catenet_or_filter() {
    local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"
    # bash takes --filter=x for three words.
    case "${COMP_WORDS[COMP_CWORD-2]} $before $word" in
        *" --filter =") before=--filter word= ;;
        "--filter = "*) before=--filter ;;
    esac
    case "$before $word" in
        "watch -"* | "until -"*) ;;
        "watch "* | "until "* | "--filter "*)
            _catenet_filter "$1" "$word"
            compopt -o nospace +o default +o bashdefault 2>/dev/null
            return 0
            ;;
    esac
    _catenet "$@"
}

# Inside quotes a lone answer is not the end: what may come after it is answered, too. Of several bash
# writes what they have in common, and leaves the quote open.
_catenet_filter() {
    mapfile -t COMPREPLY < <("$1" fields --complete="${2#[\"\']}" 2>/dev/null | cut -f1)
    [[ $2 == [\"\']* && ${#COMPREPLY[@]} == 1 ]] || return
    mapfile -t -O 1 COMPREPLY < <("$1" fields --complete="$COMPREPLY " 2>/dev/null | cut -f1)
    [[ ${#COMPREPLY[@]} == 1 ]] && COMPREPLY+=("$COMPREPLY ...")
}
complete -F _catenet_or_filter -o nosort -o bashdefault -o default catenet
