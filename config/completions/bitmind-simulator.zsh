#compdef bitmind-simulator

__bitmind-simulator_complete() {
    local -ar non_empty_completions=("${@:#(|:*)}")
    local -ar empty_completions=("${(M)@:#(|:*)}")
    _describe -V '' non_empty_completions -- empty_completions -P $'\'\''
}

__bitmind-simulator_custom_complete() {
    local -a completions
    completions=("${(@f)"$("${command_name}" "${@}" "${command_line[@]}")"}")
    if [[ "${#completions[@]}" -gt 1 ]]; then
        __bitmind-simulator_complete "${completions[@]:0:-1}"
    fi
}

__bitmind-simulator_cursor_index_in_current_word() {
    if [[ -z "${QIPREFIX}${IPREFIX}${PREFIX}" ]]; then
        printf 0
    else
        printf %s "${#${(z)LBUFFER}[-1]}"
    fi
}

_bitmind-simulator() {
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
    local -ar ___auth=('oauth' 'mtls' 'api-key')
    local -ar ___retry_after_form=('seconds' 'date' 'none')
    local -ar ___deny=('image_inference' 'video_inference' 'batch_processing')
    local -ar ___image_form=('either' 'raw' 'multipart')
    local -ar ___error_body=('error' 'message' 'detail' 'detail-array' 'error-message' 'error-description' 'plain' 'html' 'empty')
    local -ar ___bad_batch_item=('refused' 'too-large' 'missing' 'error')
    local -ar arg_specs=(
        '--port[The port; 0 picks a free one.]:port:'
        '--host[The address.]:host:'
        '--threads[How many threads serve.]:threads:'
        '--log[Print one line for each request.]'
        '--until-stdin-closes[End when standard input closes, as when the parent process ends.]'
        '*--auth[An accepted authentication; may be repeated. Default\: all.]:auth:{__bitmind-simulator_complete "${___auth[@]}"}'
        '--client-id[The only client id that gets a token. Default\: any.]:client-id:'
        '--client-secret[The only client secret that gets a token. Default\: any.]:client-secret:'
        '--client-cert[The only X-Client-Cert (base64) that is accepted. Default\: any.]:client-cert:'
        '--api-key[The only API key that is accepted. Default\: any that starts with enterprise-.]:api-key:'
        '--token-lifetime[How long a token is valid.]:token-lifetime:'
        '--requests-per-hour[Requests with files in an hour; 0\: no limit.]:requests-per-hour:'
        '--burst[How many requests may come at once; 0\: the share of one minute.]:burst:'
        '--rate-limit-as-403[Over the rate, answer 403 instead of 429.]'
        '--retry-after-form[The form of Retry-After.]:retry-after-form:{__bitmind-simulator_complete "${___retry_after_form[@]}"}'
        '--retry-after[The value of Retry-After. Default\: the true wait.]:retry-after:'
        '*--deny[A permission that the account lacks; may be repeated.]:deny:{__bitmind-simulator_complete "${___deny[@]}"}'
        '--image-form[The forms that POST /image takes; raw and multipart answer the other form with 415.]:image-form:{__bitmind-simulator_complete "${___image_form[@]}"}'
        '--image-limit[The largest image, in bytes.]:image-limit:'
        '--video-limit[The largest video, in bytes.]:video-limit:'
        '--batch-limit[The largest batch, in bytes of all its files.]:batch-limit:'
        '--any-content[Give any bytes a verdict, in any format.]'
        '--latency[The time from the end of a request to its answer, e.g. 50ms.]:latency:'
        '--jitter[At most this much more latency, at random.]:jitter:'
        '--read-rate[Read each connection at this rate, in bytes a second; 0\: no limit.]:read-rate:'
        '--close-idle-after[Close a kept-alive connection after this idle time. Default\: never.]:close-idle-after:'
        '--outage-after[Refuse connections after this time. Default\: never.]:outage-after:'
        '--outage-for[How long the outage lasts.]:outage-for:'
        '--error-body[The form of error bodies.]:error-body:{__bitmind-simulator_complete "${___error_body[@]}"}'
        '--bad-batch-item[What a bad file does to its batch.]:bad-batch-item:{__bitmind-simulator_complete "${___bad_batch_item[@]}"}'
        '--bad-file-status[The status for a bad file; 500\: the API fails for this file each time.]:bad-file-status:'
        '--refuse-early[Refuse after the head if no body is needed, and close.]'
        '--linger[After an early answer, read on until the client closes.]'
        '--status-500[Answer 500.]'
        '--status-502[Answer 502.]'
        '--status-503[Answer 503.]'
        '--rate-limited[Answer as if over the rate.]'
        '--close-at-once[Close at the request'\''s head, without an answer.]'
        '--close-after-body[Read the whole request, then close without an answer.]'
        '--reset-in-body[Reset the connection in mid body.]'
        '--early-401[Answer 401 before the body is read, and close.]'
        '--early-413[Answer 413 before the body is read, and close.]'
        '--early-429[Answer 429 before the body is read, and close.]'
        '--stall[Read the request and never answer.]'
        '--stall-in-body[Stop reading in mid body and never answer.]'
        '--trickle[Send the answer byte by byte.]'
        '--cut-answer[Close in mid answer.]'
        '--endless[Send an answer that never ends.]'
        '--wrong-content-type[Call the answer text/html.]'
        '--echo-credentials[Repeat the credentials that came with the request, in the answer.]'
        '--not-json[Answer 200 with text that is no JSON.]'
        '--truncated-json[Answer with the first half of the JSON.]'
        '--other-json[Answer with a JSON array in place of an object.]'
        '--wrong-types[Give isAI as a string and confidence as a Boolean.]'
        '--not-a-number[Give a confidence of NaN, which is no JSON.]'
        '--out-of-range[Give a confidence of 1.7.]'
        '--deeply-nested[Add a field nested 200,000 deep.]'
        '--at-odds[Let isAI and confidence contradict each other.]'
        '--no-processing-time[Leave processingTime out.]'
        '--extra-fields[Add fields that are not documented.]'
        '--long-digits[Give a confidence of 20 digits.]'
        '--exponent-digits[Give a confidence such as 8.234E-1.]'
        '--batch-refused[Refuse a batch as a whole with 400.]'
        '--batch-too-large[Refuse a batch as a whole with 413.]'
        '--batch-missing[Leave the last entry of a batch out.]'
        '--batch-error[Put an error in place of the last entry of a batch.]'
        '--batch-duplicate[Give the last entry of a batch the position of the first.]'
        '--batch-out-of-range[Give the last entry of a batch a position that does not exist.]'
        '--batch-unplaced[Leave the position of the last entry of a batch out.]'
        '--batch-shuffled[Give the entries of a batch in another order.]'
        '--batch-strings[Give the numbers of batch entries as strings.]'
        '--answer-status[Answer with this status and an error body, without looking at the request.]:answer-status:'
        '--fault-rate[The probability of each fault for each request, 0 to 1. Default\: 1.]:fault-rate:'
        '--fault-next[Apply each fault to this number of requests only.]:fault-next:'
        '*--fault-endpoint[The path of an endpoint with faults; may be repeated. Default\: all that take files.]:fault-endpoint:'
        '--reset-after[How many bytes of a body are read before --reset-in-body.]:reset-after:'
        '--trickle-interval[The time between two bytes of --trickle.]:trickle-interval:'
        '--seed[The seed of the random numbers.]:seed:'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
        '(-): :->command'
        '(-)*:: :->arg'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0
    case "${state}" in
    command)
        local -ar subcommands=(
            'help:Show subcommand help information.'
        )
        _describe -V subcommand subcommands && ret=0
        ;;
    arg)
        case "${words[1]}" in
        help)
            "_bitmind-simulator_${words[1]}" && ret=0
            ;;
        esac
        ;;
    esac

    return "${ret}"
}

_bitmind-simulator_help() {
    local -i ret=1
    local -ar arg_specs=(
        '*:subcommands:'
        '--version[Show the version.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

if [[ "${funcstack[1]}" = _bitmind-simulator ]]; then
    _bitmind-simulator "${@}"
else
    compdef _bitmind-simulator bitmind-simulator
fi
