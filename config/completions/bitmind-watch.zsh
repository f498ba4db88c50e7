#compdef bitmind-watch

__bitmind-watch_complete() {
    local -ar non_empty_completions=("${@:#(|:*)}")
    local -ar empty_completions=("${(M)@:#(|:*)}")
    _describe -V '' non_empty_completions -- empty_completions -P $'\'\''
}

__bitmind-watch_custom_complete() {
    local -a completions
    completions=("${(@f)"$("${command_name}" "${@}" "${command_line[@]}")"}")
    if [[ "${#completions[@]}" -gt 1 ]]; then
        __bitmind-watch_complete "${completions[@]:0:-1}"
    fi
}

__bitmind-watch_cursor_index_in_current_word() {
    if [[ -z "${QIPREFIX}${IPREFIX}${PREFIX}" ]]; then
        printf 0
    else
        printf %s "${#${(z)LBUFFER}[-1]}"
    fi
}

_bitmind-watch() {
    emulate -RL zsh -G
    setopt extendedglob nullglob numericglobsort
    unsetopt aliases banghist

    local -xr SAP_SHELL=zsh
    local -x SAP_SHELL_VERSION
    SAP_SHELL_VERSION="$(builtin emulate zsh -c 'printf %s "${ZSH_VERSION}"')"
    local -r SAP_SHELL_VERSION

    local context state state_descr line
    local -A opt_args

    local -r command_name="${words[1]}"
    local -ar command_line=("${words[@]}")
    local -ir current_word_index="$((CURRENT - 1))"

    local -i ret=1
    local -ar arg_specs=(
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
        '(-): :->command'
        '(-)*:: :->arg'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0
    case "${state}" in
    command)
        local -ar subcommands=(
            'run:Runs the service in the foreground, as systemd expects it.'
            'demo:Runs the whole service on a scratch folder, against the built-in simulator.'
            'check:Checks everything that the service needs, and says what to do.'
            'classify:Prints the verdict of each file, and moves nothing.'
            'status:Shows what the service is doing; with paths, why each file is where it is.'
            'retry:Puts failed files back into the inbox they came from, and removes their failure sidecars.'
            'verify:Hashes filed files, and compares them with their sidecars.'
            'help:Show subcommand help information.'
        )
        _describe -V subcommand subcommands && ret=0
        ;;
    arg)
        case "${words[1]}" in
        run|demo|check|classify|status|retry|verify|help)
            "_bitmind-watch_${words[1]}" && ret=0
            ;;
        esac
        ;;
    esac

    return "${ret}"
}

_bitmind-watch_run() {
    local -i ret=1
    local -ar arg_specs=(
        '--config[The configuration file. Default\: $BITMIND_WATCH_CONFIG, or /etc/bitmind-watch/config.toml.]:file:_files'
        '--status-file[The status file. Default\: status.json in $RUNTIME_DIRECTORY; none if that is not set.]:file:_files'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_bitmind-watch_demo() {
    local -i ret=1
    local -ar arg_specs=(
        '--once[End when the samples are filed.]'
        ':folder:_files -/'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_bitmind-watch_check() {
    local -i ret=1
    local -ar arg_specs=(
        '--config[The configuration file. Default\: $BITMIND_WATCH_CONFIG, or /etc/bitmind-watch/config.toml.]:file:_files'
        '--online[Check the API too\: whether it can be reached, whether it accepts the credentials, what the account may do, and whether a small built-in picture gets a verdict. This costs one request.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_bitmind-watch_classify() {
    local -i ret=1
    local -ar arg_specs=(
        '--json[Print the sidecar of each file as one line of JSON.]'
        '--config[The configuration file. Default\: $BITMIND_WATCH_CONFIG, or /etc/bitmind-watch/config.toml.]:file:_files'
        '*:files:_files'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_bitmind-watch_status() {
    local -i ret=1
    local -ar arg_specs=(
        '--json[Print the status file, which is JSON.]'
        '--follow[Show each change, until Ctrl-C.]'
        '--status-file[The status file of the service. Default\: /run/bitmind-watch/status.json.]:file:_files'
        '*:paths:_files'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_bitmind-watch_retry() {
    local -i ret=1
    local -ar arg_specs=(
        '--config[The configuration file. Default\: $BITMIND_WATCH_CONFIG, or /etc/bitmind-watch/config.toml.]:file:_files'
        '--all[Put back every failed file of every inbox.]'
        '*:file:_files'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_bitmind-watch_verify() {
    local -i ret=1
    local -ar arg_specs=(
        '--config[The configuration file. Default\: $BITMIND_WATCH_CONFIG, or /etc/bitmind-watch/config.toml.]:file:_files'
        '*:file:_files'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_bitmind-watch_help() {
    local -i ret=1
    local -ar arg_specs=(
        '*:subcommands:'
        '--version[Show the version.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

if [[ "${funcstack[1]}" = _bitmind-watch ]]; then
    _bitmind-watch "${@}"
else
    compdef _bitmind-watch bitmind-watch
fi
