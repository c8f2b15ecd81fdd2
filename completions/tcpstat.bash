# bash completion of tcpstat(8). The words come from `tcpstat --list`, so that no table is written twice; which options a
# verb takes is held against its --help by a test.
# Works with and without the bash-completion package.

# _tcpstat_list COMMAND LIST...: the words of these lists, one a line. Names that a shell could take for more than a
# word are left out: somebody else chose them.
_tcpstat_list() {
    local command=${1/#\~/$HOME} list
    shift
    for list; do "$command" --list "$list" 2>/dev/null; done | cut -f 1 | grep -x '[[:alnum:]_.@:+-]*'
}

# _tcpstat_offer TYPED BEFORE WORD...: offers the words that begin as TYPED does, in any case, with BEFORE in front.
_tcpstat_offer() {
    local typed=${1,,} before=$2 word
    shift 2
    for word; do
        [[ ${word,,} == "$typed"* ]] && COMPREPLY+=("$before$word")
    done
}

# _tcpstat_pieces COMMAND TYPED MARKS LIST...: completes the last piece of the comma list TYPED, behind one of MARKS.
_tcpstat_pieces() {
    local command=$1 typed=$2 marks=$3 before='' words
    shift 3
    if [[ $typed == *,* ]]; then
        before=${typed%,*},
        typed=${typed##*,}
    fi
    if [[ -n $typed && -n $marks && $marks == *"${typed:0:1}"* ]]; then
        before+=${typed:0:1}
        typed=${typed:1}
    fi
    mapfile -t words < <(_tcpstat_list "$command" "$@")
    _tcpstat_offer "$typed" "$before" "${words[@]}"
}

# _tcpstat_of_verb LIST COMMAND VERB WORD...: the words of the list that the verb takes, one a line; the last words are
# those of the line.
_tcpstat_of_verb() {
    local list=$1 command=${2/#\~/$HOME} verb=$3 behind=()
    shift 3
    case $verb in
        '' | help) ;;
        explain) if [[ " $* " == *' machine '* ]]; then behind=(explain machine); else behind=(explain --all); fi ;;
        watch) if [[ " $* " == *' --events '* ]]; then behind=(watch --events); else behind=(watch); fi ;;
        *) behind=("$verb") ;;
    esac
    "$command" "${behind[@]}" --list "$list" 2>/dev/null | cut -f 1
}

# _tcpstat_find_verb WORD...: sets `verb` to the verb among these words: the first that is no option and no value of one;
# `operand` if that word is none.
_tcpstat_find_verb() {
    local word value=''
    verb='' operand=''
    for word; do
        if [[ $value ]]; then
            value=''
            continue
        fi
        case $word in
            summary | watch | trace | explain | check | record | history | audit | validate | help)
                verb=$word
                return
                ;;
            --state | --local | --remote | --port | --local-port | --remote-port | --user | --pid | --process | --unit | --container | --netns | --filter) value=1 ;;
            --format | --output | --sort | --limit | --color | --output-file | --source | --proc-root | --timeout | --byte-order | --sample | --at | --record) value=1 ;;
            --by | --ports | --interval | --count | --duration | --only | --warning | --critical | --rule | --threshold | --state-file | --metrics-file | --list) value=1 ;;
            --replay | --keep | --max-size | --min-free | --since | --until) value=1 ;;
            -[sfoSwcF] | -[!-]*[sfoSwcF]) value=1 ;;
            -*) ;;
            *)
                operand=1
                return
                ;;
        esac
    done
}

# _tcpstat_options VERB: sets `options` to those that the verb takes; to all without one.
_tcpstat_options() {
    local filters='-s --state -a --all -l --listening -4 --ipv4 -6 --ipv6 --local --remote --port --local-port
        --remote-port --user --pid --process --unit --container --netns -F --filter'
    local document='-f --format -j --json --output-file -q --quiet'
    local text='-H --no-header --no-truncate --color -v --verbose'
    local rows='-o --output -S --sort --limit -p --processes -i --info -m --memory -e --extended --rate'
    local source='--source --proc-root --timeout --strict --byte-order'
    local samples='--interval --count --events'
    local check='-w --warning -c --critical --rule --threshold --exact --state-file --metrics-file --ports'
    case $1 in
        summary) options="$filters $document $text -M --mptcp $source --sample --at --record --by --ports --limit" ;;
        watch) options="$filters $document $text $rows -M --mptcp $source $samples --record --replay" ;;
        trace)
            options="-s --state -a --all -l --listening -4 --ipv4 -6 --ipv6 --local --remote --port --local-port
                --remote-port --netns -F --filter $document -H --no-header --no-truncate --color --source --strict --count --duration --lives --only -p --processes"
            ;;
        explain) options="-a --all $document --proc-root" ;;
        check) options="$filters $document --color -v --verbose --source --proc-root --byte-order --sample --at --record -t --timeout --interval $check" ;;
        record) options="--record --interval --count -i --info --source --proc-root --netns --timeout -q --quiet -v --verbose --strict --keep --max-size --min-free" ;;
        history) options="$document -H --no-header --no-truncate --color --record --by --interval --limit --since --until --findings --strict" ;;
        help) options='' ;;
        audit) options="--netns $document --color -v --verbose --source --proc-root --timeout" ;;
        validate) options="$document --no-truncate --proc-root --strict --timeout --byte-order" ;;
        *) options="$filters $document $text $rows -M --mptcp -r --resolve $source --sample --at --record --by $samples --replay --keep --max-size --min-free --since --until --findings --duration --lives --only $check --list -V --version" ;;
    esac
    options+=' -h --help'
}

_tcpstat() {
    local command=${1:-tcpstat} line=${COMP_LINE:0:COMP_POINT} option='' quoted='' before words verb operand options
    # From the line, because COMP_WORDS is cut at every = and :
    local typed=${line##*[[:space:]]}
    read -ra words <<<"${line%"$typed"}"
    COMPREPLY=()
    _tcpstat_find_verb "${words[@]:1}"
    case $typed in
        --*=*)
            option=${typed%%=*}
            typed=${typed#*=}
            ;;
        *) option=${words[-1]} ;;
    esac
    # An open quote is no part of the word: '!TIME_WAIT'
    if [[ $typed == [\'\"]* ]]; then
        quoted=1
        typed=${typed:1}
    fi
    # Of short options in one word, the last may take a value: -as
    [[ $option == -[!-]*[!-] ]] && option=-${option: -1}

    case $option in
        -s | --state) _tcpstat_pieces "$command" "$typed" '!^' states groups ;;
        -F | --filter)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$typed")
            ;;
        -o | --output) _tcpstat_pieces "$command" "$typed" '+' columns ;;
        -S | --sort)
            before=${typed%:*}:
            if [[ ${typed##*,} == *:* ]]; then
                _tcpstat_offer "${typed##*:}" "$before" asc desc
            else
                _tcpstat_pieces "$command" "$typed" '' columns
            fi
            ;;
        -f | --format)
            mapfile -t words < <(_tcpstat_of_verb formats "$command" "$verb" "${words[@]}")
            _tcpstat_offer "$typed" '' "${words[@]}"
            ;;
        --byte-order) _tcpstat_offer "$typed" '' little big ;;
        --user) _tcpstat_pieces "$command" "$typed" '' users ;;
        --by)
            before=''
            if [[ $verb == history ]]; then
                _tcpstat_offer "$typed" '' state listener port remote_prefix process counter syn_flood_level finding
                return
            fi
            [[ $typed == *,* ]] && before=${typed%,*},
            _tcpstat_offer "${typed##*,}" "$before" state family phase local_port remote_port local local_address remote remote_address remote_prefix user interface netns cgroup unit container container_name pod ulp mptcp_token mptcp_role timer mark congestion orphan process pid
            ;;
        --netns)
            mapfile -t words < <(_tcpstat_list "$command" netns)
            _tcpstat_offer "$typed" '' "${words[@]}"
            if [[ $typed == */* ]]; then
                compopt -o filenames 2>/dev/null
                mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$typed")
            fi
            ;;
        --source)
            # Those with a colon tell what the host allows, and are no words to type.
            mapfile -t words < <(_tcpstat_of_verb sources "$command" "$verb" "${words[@]}" | grep -v :)
            _tcpstat_offer "$typed" '' "${words[@]/#FILE/}"
            if [[ ! $verb || " ${words[*]} " == *' FILE '* ]]; then
                compopt -o filenames 2>/dev/null
                mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$typed")
            fi
            ;;
        --rule)
            before=''
            [[ $typed == *,* ]] && before=${typed%,*},
            mapfile -t words < <(_tcpstat_of_verb rules "$command" check)
            _tcpstat_offer "${typed##*,}" "$before" "${words[@]}"
            ;;
        --output-file | --state-file | --metrics-file)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$typed")
            ;;
        --proc-root | --record)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -d -- "$typed")
            ;;
        --pid)
            words=(/proc/[0-9]*)
            _tcpstat_offer "$typed" '' "${words[@]#/proc/}"
            ;;
        --only) _tcpstat_offer "$typed" '' illegal resets half-open time-wait lost ;;
        --color) _tcpstat_offer "$typed" '' auto always never ;;
        --list) _tcpstat_offer "$typed" '' states columns formats rules sources netns users groups fields verbs ;;
        --local | --remote | --port | --local-port | --remote-port | --process | --unit | --container | --limit | --timeout | --interval | --count) ;;
        -w | --warning | -c | --critical | --threshold | --ports) ;;
        --sample | --at | --replay | --since | --until | --duration | --keep | --max-size | --min-free) ;;
        *)
            if [[ $option == -t && $verb == check ]]; then
                return
            elif [[ $verb == trace && " ${words[*]} " == *' -- '* ]]; then
                compopt -o filenames 2>/dev/null
                mapfile -t COMPREPLY < <(if [[ ${words[-1]} == -- ]]; then compgen -c -- "$typed"; else compgen -f -- "$typed"; fi)
            elif [[ $typed == -* ]]; then
                _tcpstat_options "$verb"
                read -ra words -d '' <<<"$options"
                _tcpstat_offer "$typed" '' "${words[@]}"
            elif [[ ${words[-1]} == explain ]]; then
                mapfile -t words < <("${command/#\~/$HOME}" explain --all 2>/dev/null | cut -f 1)
                _tcpstat_offer "$typed" '' "${words[@]}"
            elif [[ ${words[-1]} == validate ]]; then
                compopt -o filenames 2>/dev/null
                mapfile -t COMPREPLY < <(compgen -f -- "$typed")
            elif [[ ${words[-1]} == state || ${words[-1]} == exclude ]]; then
                _tcpstat_pieces "$command" "$typed" '' states groups
            elif [[ $operand || $verb == summary || $verb == watch || $verb == trace || $verb == check ]]; then
                _tcpstat_pieces "$command" "$typed" '' fields
            elif [[ ! $verb || ($verb == help && ${words[-1]} == help) ]]; then
                mapfile -t words < <(_tcpstat_list "$command" verbs | if [[ $verb ]]; then grep -vx help; else cat; fi)
                _tcpstat_offer "$typed" '' "${words[@]}"
            fi
            ;;
    esac

    # bash replaces only what stands behind the last = or : of an unquoted word.
    if [[ -z $quoted && $typed == *[=:]* ]]; then
        before=${typed%"${typed##*[=:]}"}
        COMPREPLY=("${COMPREPLY[@]#"$before"}")
    fi
}

complete -F _tcpstat tcpstat
