#!/bin/bash

__bitmind-simulator_cursor_index_in_current_word() {
    local remaining="${COMP_LINE}"

    local word
    for word in "${COMP_WORDS[@]::COMP_CWORD}"; do
        remaining="${remaining##*([[:space:]])"${word}"*([[:space:]])}"
    done

    local -ir index="$((COMP_POINT - ${#COMP_LINE} + ${#remaining}))"
    if [[ "${index}" -le 0 ]]; then
        printf 0
    else
        printf %s "${index}"
    fi
}

# positional arguments:
#
# - 1: the current (sub)command's count of positional arguments
#
# required variables:
#
# - repeating_flags: the repeating flags that the current (sub)command can accept
# - non_repeating_flags: the non-repeating flags that the current (sub)command can accept
# - repeating_options: the repeating options that the current (sub)command can accept
# - non_repeating_options: the non-repeating options that the current (sub)command can accept
# - positional_number: value ignored
# - unparsed_words: unparsed words from the current command line
#
# modified variables:
#
# - non_repeating_flags: remove flags for this (sub)command that are already on the command line
# - non_repeating_options: remove options for this (sub)command that are already on the command line
# - positional_number: set to the current positional number
# - unparsed_words: remove all flags, options, and option values for this (sub)command
__bitmind-simulator_offer_flags_options() {
    local -ir positional_count="${1}"
    positional_number=0

    local was_flag_option_terminator_seen=false
    local is_parsing_option_value=false

    local -ar unparsed_word_indices=("${!unparsed_words[@]}")
    local -i word_index
    for word_index in "${unparsed_word_indices[@]}"; do
        if "${is_parsing_option_value}"; then
            # This word is an option value:
            # Reset marker for next word iff not currently the last word
            [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]] && is_parsing_option_value=false
            unset "unparsed_words[${word_index}]"
            # Do not process this word as a flag or an option
            continue
        fi

        local word="${unparsed_words["${word_index}"]}"
        if ! "${was_flag_option_terminator_seen}"; then
            case "${word}" in
            --)
                unset "unparsed_words[${word_index}]"
                # by itself -- is a flag/option terminator, but if it is the last word, it is the start of a completion
                if [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]]; then
                    was_flag_option_terminator_seen=true
                fi
                continue
                ;;
            -*)
                # ${word} is a flag or an option
                # If ${word} is an option, mark that the next word to be parsed is an option value
                local option
                for option in "${repeating_options[@]}" "${non_repeating_options[@]}"; do
                    [[ "${word}" = "${option}" ]] && is_parsing_option_value=true && break
                done

                # Remove ${word} from ${non_repeating_flags} or ${non_repeating_options} so it isn't offered again
                local not_found=true
                local -i index
                for index in "${!non_repeating_flags[@]}"; do
                    if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                        unset "non_repeating_flags[${index}]"
                        non_repeating_flags=("${non_repeating_flags[@]}")
                        not_found=false
                        break
                    fi
                done
                if "${not_found}"; then
                    for index in "${!non_repeating_flags[@]}"; do
                        if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                            unset "non_repeating_flags[${index}]"
                            non_repeating_flags=("${non_repeating_flags[@]}")
                            break
                        fi
                    done
                fi
                unset "unparsed_words[${word_index}]"
                continue
                ;;
            esac
        fi

        # ${word} is neither a flag, nor an option, nor an option value
        if [[ "${positional_number}" -lt "${positional_count}" || "${positional_count}" -lt 0 ]]; then
            # ${word} is a positional
            ((positional_number++))
            unset "unparsed_words[${word_index}]"
        else
            if [[ -z "${word}" ]]; then
                # Could be completing a flag, option, or subcommand
                positional_number=-1
            else
                # ${word} is a subcommand or invalid, so stop processing this (sub)command
                positional_number=-2
            fi
            break
        fi
    done

    unparsed_words=("${unparsed_words[@]}")

    if\
        ! "${was_flag_option_terminator_seen}"\
        && ! "${is_parsing_option_value}"\
        && [[ ("${cur}" = -* && "${positional_number}" -ge 0) || "${positional_number}" -eq -1 ]]
    then
        COMPREPLY+=($(compgen -W "${repeating_flags[*]} ${non_repeating_flags[*]} ${repeating_options[*]} ${non_repeating_options[*]}" -- "${cur}"))
    fi
}

__bitmind-simulator_add_completions() {
    local completion
    while IFS='' read -r completion; do
        COMPREPLY+=("${completion}")
    done < <(IFS=$'\n' compgen "${@}" -- "${cur}")
}

__bitmind-simulator_custom_complete() {
    if [[ -n "${cur}" || -z ${COMP_WORDS[${COMP_CWORD}]} || "${COMP_LINE:${COMP_POINT}:1}" != ' ' ]]; then
        local -ar words=("${COMP_WORDS[@]}")
    else
        local -ar words=("${COMP_WORDS[@]::${COMP_CWORD}}" '' "${COMP_WORDS[@]:${COMP_CWORD}}")
    fi

    "${COMP_WORDS[0]}" "${@}" "${words[@]}"
}

_bitmind-simulator() {
    local state
    state="$(shopt -p;shopt -po)"
    trap "${state//$'\n'/;}" RETURN
    shopt -s extglob
    set +o history +o posix

    local -xr SAP_SHELL=bash
    local -x SAP_SHELL_VERSION
    SAP_SHELL_VERSION="$(IFS='.';printf %s "${BASH_VERSINFO[*]}")"
    local -r SAP_SHELL_VERSION

    local -r cur="${2}"
    local -r prev="${3}"

    local -i positional_number
    local -a unparsed_words=("${COMP_WORDS[@]:1:${COMP_CWORD}}")

    local -a repeating_flags=()
    local -a non_repeating_flags=(--log --until-stdin-closes --rate-limit-as-403 --any-content --refuse-early --linger --status-500 --status-502 --status-503 --rate-limited --close-at-once --close-after-body --reset-in-body --early-401 --early-413 --early-429 --stall --stall-in-body --trickle --cut-answer --endless --wrong-content-type --echo-credentials --not-json --truncated-json --other-json --wrong-types --not-a-number --out-of-range --deeply-nested --at-odds --no-processing-time --extra-fields --long-digits --exponent-digits --batch-refused --batch-too-large --batch-missing --batch-error --batch-duplicate --batch-out-of-range --batch-unplaced --batch-shuffled --batch-strings --version -h --help)
    local -a repeating_options=(--auth --deny --fault-endpoint)
    local -a non_repeating_options=(--port --host --threads --client-id --client-secret --client-cert --api-key --token-lifetime --requests-per-hour --burst --retry-after-form --retry-after --image-form --image-limit --video-limit --batch-limit --latency --jitter --read-rate --close-idle-after --outage-after --outage-for --error-body --bad-batch-item --bad-file-status --answer-status --fault-rate --fault-next --reset-after --trickle-interval --seed)
    __bitmind-simulator_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--port')
        return
        ;;
    '--host')
        return
        ;;
    '--threads')
        return
        ;;
    '--auth')
        __bitmind-simulator_add_completions -W 'oauth'$'\n''mtls'$'\n''api-key'
        return
        ;;
    '--client-id')
        return
        ;;
    '--client-secret')
        return
        ;;
    '--client-cert')
        return
        ;;
    '--api-key')
        return
        ;;
    '--token-lifetime')
        return
        ;;
    '--requests-per-hour')
        return
        ;;
    '--burst')
        return
        ;;
    '--retry-after-form')
        __bitmind-simulator_add_completions -W 'seconds'$'\n''date'$'\n''none'
        return
        ;;
    '--retry-after')
        return
        ;;
    '--deny')
        __bitmind-simulator_add_completions -W 'image_inference'$'\n''video_inference'$'\n''batch_processing'
        return
        ;;
    '--image-form')
        __bitmind-simulator_add_completions -W 'either'$'\n''raw'$'\n''multipart'
        return
        ;;
    '--image-limit')
        return
        ;;
    '--video-limit')
        return
        ;;
    '--batch-limit')
        return
        ;;
    '--latency')
        return
        ;;
    '--jitter')
        return
        ;;
    '--read-rate')
        return
        ;;
    '--close-idle-after')
        return
        ;;
    '--outage-after')
        return
        ;;
    '--outage-for')
        return
        ;;
    '--error-body')
        __bitmind-simulator_add_completions -W 'error'$'\n''message'$'\n''detail'$'\n''detail-array'$'\n''error-message'$'\n''error-description'$'\n''plain'$'\n''html'$'\n''empty'
        return
        ;;
    '--bad-batch-item')
        __bitmind-simulator_add_completions -W 'refused'$'\n''too-large'$'\n''missing'$'\n''error'
        return
        ;;
    '--bad-file-status')
        return
        ;;
    '--answer-status')
        return
        ;;
    '--fault-rate')
        return
        ;;
    '--fault-next')
        return
        ;;
    '--fault-endpoint')
        return
        ;;
    '--reset-after')
        return
        ;;
    '--trickle-interval')
        return
        ;;
    '--seed')
        return
        ;;
    esac

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    help)
        # Offer subcommand argument completions
        "_bitmind-simulator_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'help' -- "${cur}"))
        ;;
    esac
}

_bitmind-simulator_help() {
    repeating_flags=()
    non_repeating_flags=(--version)
    repeating_options=()
    non_repeating_options=()
    __bitmind-simulator_offer_flags_options -1
}

complete -o filenames -F _bitmind-simulator bitmind-simulator
