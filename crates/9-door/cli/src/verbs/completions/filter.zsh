# What may come next in a filter: after watch, until and --filter, also inside quotes.
functions[_catenet_verbs]=$functions[_catenet]
_catenet() {
    case "$words[CURRENT-1] $PREFIX" in
        "watch -"* | "until -"*) ;;
        "watch "* | "until "* | "--filter "*)
            local -a lines
            lines=("${(@f)$($words[1] fields --complete="${(Q)PREFIX}" 2>/dev/null)}")
            compadd -U -S '' -- "${(@)lines%%$'\t'*}"
            return
            ;;
    esac
    _catenet_verbs "$@"
}

