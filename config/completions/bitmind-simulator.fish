function __bitmind-simulator_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __bitmind-simulator_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __bitmind-simulator_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __bitmind-simulator_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __bitmind-simulator_parse_tokens -S
    set -l unparsed_tokens (__bitmind-simulator_tokens -pc)
    switch $unparsed_tokens[1]
    case 'bitmind-simulator'
        __bitmind-simulator_parse_subcommand 0 'port=' 'host=' 'threads=' 'log' 'until-stdin-closes' 'auth=+' 'client-id=' 'client-secret=' 'client-cert=' 'api-key=' 'token-lifetime=' 'requests-per-hour=' 'burst=' 'rate-limit-as-403' 'retry-after-form=' 'retry-after=' 'deny=+' 'image-form=' 'image-limit=' 'video-limit=' 'batch-limit=' 'any-content' 'latency=' 'jitter=' 'read-rate=' 'close-idle-after=' 'outage-after=' 'outage-for=' 'error-body=' 'bad-batch-item=' 'bad-file-status=' 'refuse-early' 'linger' 'status-500' 'status-502' 'status-503' 'rate-limited' 'close-at-once' 'close-after-body' 'reset-in-body' 'early-401' 'early-413' 'early-429' 'stall' 'stall-in-body' 'trickle' 'cut-answer' 'endless' 'wrong-content-type' 'echo-credentials' 'not-json' 'truncated-json' 'other-json' 'wrong-types' 'not-a-number' 'out-of-range' 'deeply-nested' 'at-odds' 'no-processing-time' 'extra-fields' 'long-digits' 'exponent-digits' 'batch-refused' 'batch-too-large' 'batch-missing' 'batch-error' 'batch-duplicate' 'batch-out-of-range' 'batch-unplaced' 'batch-shuffled' 'batch-strings' 'answer-status=' 'fault-rate=' 'fault-next=' 'fault-endpoint=+' 'reset-after=' 'trickle-interval=' 'seed=' 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'help'
            __bitmind-simulator_parse_subcommand -r 1 'version'
        end
    end
end

function __bitmind-simulator_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __bitmind-simulator_parse_subcommand -S -a positional_count
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

function __bitmind-simulator_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __bitmind-simulator_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__bitmind-simulator_tokens -p)
    if test -z "$(__bitmind-simulator_tokens -t)"
        set -l index (count (__bitmind-simulator_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'bitmind-simulator' -f
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" port' -l 'port' -d 'The port; 0 picks a free one.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" host' -l 'host' -d 'The address.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" threads' -l 'threads' -d 'How many threads serve.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" log' -l 'log' -d 'Print one line for each request.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" until-stdin-closes' -l 'until-stdin-closes' -d 'End when standard input closes, as when the parent process ends.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator"' -l 'auth' -d 'An accepted authentication; may be repeated. Default: all.' -rfka 'oauth mtls api-key'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" client-id' -l 'client-id' -d 'The only client id that gets a token. Default: any.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" client-secret' -l 'client-secret' -d 'The only client secret that gets a token. Default: any.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" client-cert' -l 'client-cert' -d 'The only X-Client-Cert (base64) that is accepted. Default: any.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" api-key' -l 'api-key' -d 'The only API key that is accepted. Default: any that starts with enterprise-.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" token-lifetime' -l 'token-lifetime' -d 'How long a token is valid.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" requests-per-hour' -l 'requests-per-hour' -d 'Requests with files in an hour; 0: no limit.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" burst' -l 'burst' -d 'How many requests may come at once; 0: the share of one minute.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" rate-limit-as-403' -l 'rate-limit-as-403' -d 'Over the rate, answer 403 instead of 429.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" retry-after-form' -l 'retry-after-form' -d 'The form of Retry-After.' -rfka 'seconds date none'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" retry-after' -l 'retry-after' -d 'The value of Retry-After. Default: the true wait.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator"' -l 'deny' -d 'A permission that the account lacks; may be repeated.' -rfka 'image_inference video_inference batch_processing'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" image-form' -l 'image-form' -d 'The forms that POST /image takes; raw and multipart answer the other form with 415.' -rfka 'either raw multipart'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" image-limit' -l 'image-limit' -d 'The largest image, in bytes.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" video-limit' -l 'video-limit' -d 'The largest video, in bytes.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" batch-limit' -l 'batch-limit' -d 'The largest batch, in bytes of all its files.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" any-content' -l 'any-content' -d 'Give any bytes a verdict, in any format.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" latency' -l 'latency' -d 'The time from the end of a request to its answer, e.g. 50ms.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" jitter' -l 'jitter' -d 'At most this much more latency, at random.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" read-rate' -l 'read-rate' -d 'Read each connection at this rate, in bytes a second; 0: no limit.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" close-idle-after' -l 'close-idle-after' -d 'Close a kept-alive connection after this idle time. Default: never.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" outage-after' -l 'outage-after' -d 'Refuse connections after this time. Default: never.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" outage-for' -l 'outage-for' -d 'How long the outage lasts.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" error-body' -l 'error-body' -d 'The form of error bodies.' -rfka 'error message detail detail-array error-message error-description plain html empty'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" bad-batch-item' -l 'bad-batch-item' -d 'What a bad file does to its batch.' -rfka 'refused too-large missing error'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" bad-file-status' -l 'bad-file-status' -d 'The status for a bad file; 500: the API fails for this file each time.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" refuse-early' -l 'refuse-early' -d 'Refuse after the head if no body is needed, and close.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" linger' -l 'linger' -d 'After an early answer, read on until the client closes.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" status-500' -l 'status-500' -d 'Answer 500.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" status-502' -l 'status-502' -d 'Answer 502.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" status-503' -l 'status-503' -d 'Answer 503.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" rate-limited' -l 'rate-limited' -d 'Answer as if over the rate.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" close-at-once' -l 'close-at-once' -d 'Close at the request\'s head, without an answer.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" close-after-body' -l 'close-after-body' -d 'Read the whole request, then close without an answer.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" reset-in-body' -l 'reset-in-body' -d 'Reset the connection in mid body.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" early-401' -l 'early-401' -d 'Answer 401 before the body is read, and close.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" early-413' -l 'early-413' -d 'Answer 413 before the body is read, and close.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" early-429' -l 'early-429' -d 'Answer 429 before the body is read, and close.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" stall' -l 'stall' -d 'Read the request and never answer.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" stall-in-body' -l 'stall-in-body' -d 'Stop reading in mid body and never answer.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" trickle' -l 'trickle' -d 'Send the answer byte by byte.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" cut-answer' -l 'cut-answer' -d 'Close in mid answer.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" endless' -l 'endless' -d 'Send an answer that never ends.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" wrong-content-type' -l 'wrong-content-type' -d 'Call the answer text/html.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" echo-credentials' -l 'echo-credentials' -d 'Repeat the credentials that came with the request, in the answer.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" not-json' -l 'not-json' -d 'Answer 200 with text that is no JSON.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" truncated-json' -l 'truncated-json' -d 'Answer with the first half of the JSON.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" other-json' -l 'other-json' -d 'Answer with a JSON array in place of an object.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" wrong-types' -l 'wrong-types' -d 'Give isAI as a string and confidence as a Boolean.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" not-a-number' -l 'not-a-number' -d 'Give a confidence of NaN, which is no JSON.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" out-of-range' -l 'out-of-range' -d 'Give a confidence of 1.7.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" deeply-nested' -l 'deeply-nested' -d 'Add a field nested 200,000 deep.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" at-odds' -l 'at-odds' -d 'Let isAI and confidence contradict each other.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" no-processing-time' -l 'no-processing-time' -d 'Leave processingTime out.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" extra-fields' -l 'extra-fields' -d 'Add fields that are not documented.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" long-digits' -l 'long-digits' -d 'Give a confidence of 20 digits.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" exponent-digits' -l 'exponent-digits' -d 'Give a confidence such as 8.234E-1.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" batch-refused' -l 'batch-refused' -d 'Refuse a batch as a whole with 400.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" batch-too-large' -l 'batch-too-large' -d 'Refuse a batch as a whole with 413.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" batch-missing' -l 'batch-missing' -d 'Leave the last entry of a batch out.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" batch-error' -l 'batch-error' -d 'Put an error in place of the last entry of a batch.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" batch-duplicate' -l 'batch-duplicate' -d 'Give the last entry of a batch the position of the first.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" batch-out-of-range' -l 'batch-out-of-range' -d 'Give the last entry of a batch a position that does not exist.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" batch-unplaced' -l 'batch-unplaced' -d 'Leave the position of the last entry of a batch out.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" batch-shuffled' -l 'batch-shuffled' -d 'Give the entries of a batch in another order.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" batch-strings' -l 'batch-strings' -d 'Give the numbers of batch entries as strings.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" answer-status' -l 'answer-status' -d 'Answer with this status and an error body, without looking at the request.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" fault-rate' -l 'fault-rate' -d 'The probability of each fault for each request, 0 to 1. Default: 1.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" fault-next' -l 'fault-next' -d 'Apply each fault to this number of requests only.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator"' -l 'fault-endpoint' -d 'The path of an endpoint with faults; may be repeated. Default: all that take files.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" reset-after' -l 'reset-after' -d 'How many bytes of a body are read before --reset-in-body.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" trickle-interval' -l 'trickle-interval' -d 'The time between two bytes of --trickle.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" seed' -l 'seed' -d 'The seed of the random numbers.' -rfka ''
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" version' -l 'version' -d 'Show the version.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_positional "bitmind-simulator" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'bitmind-simulator' -n '__bitmind-simulator_should_offer_completions_for_flags_or_options "bitmind-simulator help" version' -l 'version' -d 'Show the version.'
