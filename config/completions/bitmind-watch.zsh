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
            'run:Runs the service in the foreground, as systemd likes it.'
            'demo:Runs the whole service on a scratch folder, against the built-in simulator.'
            'check:Says whether all that the service needs is there, and what to do where it is not.'
            'classify:Tells the verdict of each file, and moves nothing.'
            'status:Shows what the running service is doing; with paths, why each file is where it is.'
            'retry:Puts failed files back into the inbox they came from, and removes their failure sidecars.'
            'verify:Hashes filed files anew, and compares them with their sidecars.'
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
        '--config[The configuration file; else what BITMIND_WATCH_CONFIG names, else /etc/bitmind-watch/config.toml.]:file:_files'
        '--status-file[Where to write what `status` shows; else status.json in $RUNTIME_DIRECTORY, else nowhere.]:file:_files'
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
        '--config[The configuration file; else what BITMIND_WATCH_CONFIG names, else /etc/bitmind-watch/config.toml.]:file:_files'
        '--online[Ask the API too\: whether it is there, takes the credentials, what the account may do, and whether a small built-in picture gets a verdict, which costs one request.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_bitmind-watch_classify() {
    local -i ret=1
    local -ar arg_specs=(
        '--json[Print for each file what its sidecar would be, as JSON in one line.]'
        '--config[The configuration file; else what BITMIND_WATCH_CONFIG names, else /etc/bitmind-watch/config.toml.]:file:_files'
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
        '--json[Print the facts as JSON, as the service wrote them.]'
        '--follow[Go on showing what changes, until Ctrl-C.]'
        '--status-file[The file that the service writes; by default /run/bitmind-watch/status.json.]:file:_files'
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
        '--config[The configuration file; else what BITMIND_WATCH_CONFIG names, else /etc/bitmind-watch/config.toml.]:file:_files'
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
        '--config[The configuration file; else what BITMIND_WATCH_CONFIG names, else /etc/bitmind-watch/config.toml.]:file:_files'
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
