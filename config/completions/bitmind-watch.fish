function __bitmind-watch_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __bitmind-watch_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __bitmind-watch_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __bitmind-watch_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __bitmind-watch_parse_tokens -S
    set -l unparsed_tokens (__bitmind-watch_tokens -pc)
    switch $unparsed_tokens[1]
    case 'bitmind-watch'
        __bitmind-watch_parse_subcommand 0 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'run'
            __bitmind-watch_parse_subcommand 0 'config=' 'status-file=' 'version' 'h/help'
        case 'demo'
            __bitmind-watch_parse_subcommand 1 'once' 'version' 'h/help'
        case 'check'
            __bitmind-watch_parse_subcommand 0 'config=' 'online' 'version' 'h/help'
        case 'classify'
            __bitmind-watch_parse_subcommand -r 1 'json' 'config=' 'version' 'h/help'
        case 'status'
            __bitmind-watch_parse_subcommand -r 1 'json' 'follow' 'status-file=' 'version' 'h/help'
        case 'retry'
            __bitmind-watch_parse_subcommand -r 1 'config=' 'all' 'version' 'h/help'
        case 'verify'
            __bitmind-watch_parse_subcommand -r 1 'config=' 'version' 'h/help'
        case 'help'
            __bitmind-watch_parse_subcommand -r 1 'version'
        end
    end
end

function __bitmind-watch_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __bitmind-watch_parse_subcommand -S -a positional_count
    argparse -s r -- $argv
    set -l option_specs $argv[2..]
    set -l is_repeating_positional $_flag_r
    set -el _flag_r
    set -a commands $unparsed_tokens[1]
    set positional_index 0
    while true
        set -e unparsed_tokens[1]
        argparse -sn "$commands" $option_specs -- $unparsed_tokens 2> /dev/null
        set unparsed_tokens $argv
        set positional_index (math $positional_index + 1)
        for non_repeating_flag_or_option in $non_repeating_flags_or_options
            if set -ql "_flag_$(string replace -a - _ -- $non_repeating_flag_or_option)"
                set non_repeating_flags_or_options_absent 1
                break
            end
        end
        test (count $unparsed_tokens) -eq 0 -o \( -z "$is_repeating_positional" -a "$positional_index" -gt "$positional_count" \) && break
    end
end

function __bitmind-watch_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __bitmind-watch_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__bitmind-watch_tokens -p)
    if test -z "$(__bitmind-watch_tokens -t)"
        set -l index (count (__bitmind-watch_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'bitmind-watch' -f
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch" version' -l 'version' -d 'Show the version.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_positional "bitmind-watch" -eq 1' -fa 'run' -d 'Runs the service in the foreground, as systemd expects it.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_positional "bitmind-watch" -eq 1' -fa 'demo' -d 'Runs the whole service on a scratch folder, against the built-in simulator.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_positional "bitmind-watch" -eq 1' -fa 'check' -d 'Checks everything that the service needs, and says what to do.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_positional "bitmind-watch" -eq 1' -fa 'classify' -d 'Prints the verdict of each file, and moves nothing.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_positional "bitmind-watch" -eq 1' -fa 'status' -d 'Shows what the service is doing; with paths, why each file is where it is.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_positional "bitmind-watch" -eq 1' -fa 'retry' -d 'Puts failed files back into the inbox they came from, and removes their failure sidecars.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_positional "bitmind-watch" -eq 1' -fa 'verify' -d 'Hashes filed files, and compares them with their sidecars.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_positional "bitmind-watch" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch run" config' -l 'config' -d 'The configuration file. Default: $BITMIND_WATCH_CONFIG, or /etc/bitmind-watch/config.toml.' -rF
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch run" status-file' -l 'status-file' -d 'The status file. Default: status.json in $RUNTIME_DIRECTORY; none if that is not set.' -rF
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch run" version' -l 'version' -d 'Show the version.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch run" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch demo" once' -l 'once' -d 'End when the samples are filed.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_positional "bitmind-watch demo" -eq 1' -fa '(__bitmind-watch_complete_directories)'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch demo" version' -l 'version' -d 'Show the version.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch demo" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch check" config' -l 'config' -d 'The configuration file. Default: $BITMIND_WATCH_CONFIG, or /etc/bitmind-watch/config.toml.' -rF
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch check" online' -l 'online' -d 'Check the API too: whether it can be reached, whether it accepts the credentials, what the account may do, and whether a small built-in picture gets a verdict. This costs one request.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch check" version' -l 'version' -d 'Show the version.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch check" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch classify" json' -l 'json' -d 'Print the sidecar of each file as one line of JSON.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch classify" config' -l 'config' -d 'The configuration file. Default: $BITMIND_WATCH_CONFIG, or /etc/bitmind-watch/config.toml.' -rF
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_positional "bitmind-watch classify" -ge 1' -F
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch classify" version' -l 'version' -d 'Show the version.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch classify" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch status" json' -l 'json' -d 'Print the status file, which is JSON.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch status" follow' -l 'follow' -d 'Show each change, until Ctrl-C.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch status" status-file' -l 'status-file' -d 'The status file of the service. Default: /run/bitmind-watch/status.json.' -rF
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_positional "bitmind-watch status" -ge 1' -F
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch status" version' -l 'version' -d 'Show the version.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch status" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch retry" config' -l 'config' -d 'The configuration file. Default: $BITMIND_WATCH_CONFIG, or /etc/bitmind-watch/config.toml.' -rF
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch retry" all' -l 'all' -d 'Put back every failed file of every inbox.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_positional "bitmind-watch retry" -ge 1' -F
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch retry" version' -l 'version' -d 'Show the version.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch retry" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch verify" config' -l 'config' -d 'The configuration file. Default: $BITMIND_WATCH_CONFIG, or /etc/bitmind-watch/config.toml.' -rF
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_positional "bitmind-watch verify" -ge 1' -F
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch verify" version' -l 'version' -d 'Show the version.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch verify" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'bitmind-watch' -n '__bitmind-watch_should_offer_completions_for_flags_or_options "bitmind-watch help" version' -l 'version' -d 'Show the version.'
