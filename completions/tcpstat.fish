# fish completion of tcpstat(8). The words come from `tcpstat --list`, so that no table is written twice; which options a
# verb takes is held against its --help by a test.

# What stands before the piece that is being completed: the option of --state=…, earlier pieces of a comma list.
function __tcpstat_before
    set -l typed (string replace -r -- '^(--[a-z-]+=)?[\'"]?' '' (commandline -ct))
    string match -r -- '^.*,' $typed
end

# The words of lists, with what they mean, as the next piece of a comma list. The first argument is a pattern of marks
# that may stand before a word.
function __tcpstat_pieces
    set -l before (__tcpstat_before)
    set -l piece (string replace -r -- '^(--[a-z-]+=)?[\'"]?(.*,)?' '' (commandline -ct))
    set -l mark (string match -r -- $argv[1] $piece)
    set -l command (commandline -opc)[1]
    for list in $argv[2..]
        for line in ($command --list $list 2>/dev/null)
            set -l fields (string split -m 1 \t -- $line)
            printf '%s%s%s\t%s\n' "$before" "$mark" $fields[1] (string replace -a \t ' · ' -- $fields[2])
        end
    end
end

function __tcpstat_words
    set -l command (commandline -opc)[1]
    $command --list $argv[1] 2>/dev/null
end

# The words of a list that the verb takes, with what they mean.
function __tcpstat_of_verb
    set -l words (commandline -opc)
    set -l behind (__tcpstat_verb)
    switch "$behind"
        case help filter
            set behind
        case explain
            set behind explain --all
            contains -- machine $words; and set behind explain machine
        case watch
            contains -- --events $words; and set -a behind --events
    end
    $words[1] $behind --list $argv[1] 2>/dev/null
end

# What --source takes, files where they are. Words with a colon tell what the host allows, and are none to type.
function __tcpstat_sources
    set -l lines (__tcpstat_of_verb sources)
    string match -rv '^(FILE\t|[^\t]*:)' -- $lines
    set -l verb (__tcpstat_verb)
    if not set -q verb[1]; or string match -q -- 'FILE*' $lines
        __fish_complete_path (string replace -r -- '^--source=' '' (commandline -ct))
    end
end

# The rules that have findings, as the next piece of a comma list.
function __tcpstat_rules
    set -l before (__tcpstat_before)
    set -l command (commandline -opc)[1]
    for line in ($command check --list rules 2>/dev/null)
        set -l fields (string split -m 1 \t -- $line)
        printf '%s%s\t%s\n' "$before" $fields[1] (string replace -a \t ' · ' -- $fields[2])
    end
end

function __tcpstat_keys
    printf '%s\n' (__tcpstat_before)(string split ' ' "state family phase local_port remote_port local local_address remote remote_address remote_prefix user interface netns cgroup unit container container_name pod ulp mptcp_token mptcp_role timer mark congestion orphan process pid")
end

# Columns, and behind a colon the order.
function __tcpstat_sort
    set -l typed (string replace -r -- '^--[a-z-]+=' '' (commandline -ct))
    if string match -qr -- ':[a-z]*$' $typed
        printf '%s\n' (string replace -r -- ':[a-z]*$' '' $typed):{asc,desc}
    else
        __tcpstat_pieces '^$' columns
    end
end

# The words of a filter, and behind `state` those of states.
function __tcpstat_filter
    if contains -- (commandline -opc)[-1] state exclude
        __tcpstat_pieces '^$' states groups
    else
        __tcpstat_words fields
    end
end

function __tcpstat_subjects
    set -l command (commandline -opc)[1]
    $command explain --all 2>/dev/null
end

# The verb: the first word that is no option and no value of one; "filter" if that begins a filter.
function __tcpstat_verb
    set -l value
    for word in (commandline -opc)[2..]
        if set -q value[1]
            set -e value
            continue
        end
        switch $word
            case summary watch trace explain check record history audit validate help
                echo $word
                return
            case --state --local --remote --port --local-port --remote-port --user --pid --process --unit --container --netns --filter \
                --format --output --sort --limit --color --output-file --source --proc-root --timeout --byte-order --sample --at --record \
                --by --ports --interval --count --duration --only --warning --critical --rule --threshold --state-file --metrics-file --list \
                --replay --keep --max-size --min-free --since --until
                set value 1
            case '-*'
                string match -qr -- '^-[^-]*[sfoSwcF]$' $word; and set value 1
            case '*'
                echo filter
                return
        end
    end
end

# Whether the verb is one of these, or there is none: which verbs take an option.
function __tcpstat_takes
    set -l verb (__tcpstat_verb)
    not set -q verb[1]; or contains -- $verb filter $argv
end

# Whether this is the word behind the verb.
function __tcpstat_behind
    test (commandline -opc)[-1] = $argv[1]
end

# Whether a command to follow has begun, behind `trace --`.
function __tcpstat_command
    contains -- -- (commandline -opc); and __tcpstat_verb_is trace
end

function __tcpstat_verb_is
    set -l verb (__tcpstat_verb)
    set -q verb[1]; and contains -- $verb $argv
end

set -l verbs summary watch trace explain check record history audit validate
complete -c tcpstat -f
complete -c tcpstat -n "not __tcpstat_verb_is filter help $verbs" -a '(__tcpstat_words verbs)'
complete -c tcpstat -n '__tcpstat_behind help' -a '(__tcpstat_words verbs | string match -rv "^help\t")'
complete -c tcpstat -n '__tcpstat_verb_is validate' -F
complete -c tcpstat -n '__tcpstat_verb_is filter summary watch trace check; and not __tcpstat_command' -a '(__tcpstat_filter)'
complete -c tcpstat -n '__tcpstat_command; and __tcpstat_behind --' -a '(__fish_complete_command)'
complete -c tcpstat -n '__tcpstat_command; and not __tcpstat_behind --' -F
complete -c tcpstat -n '__tcpstat_behind explain' -a '(__tcpstat_subjects)'

complete -c tcpstat -s s -l state -n '__tcpstat_takes summary watch trace check' -x -a "(__tcpstat_pieces '^[!^]' states groups)" -d 'states to show; !STATE excludes'
complete -c tcpstat -s a -l all -n '__tcpstat_takes summary watch trace explain check' -d 'all states, LISTEN and bound CLOSE included'
complete -c tcpstat -s l -l listening -n '__tcpstat_takes summary watch trace check' -d 'listening sockets only'
complete -c tcpstat -s 4 -l ipv4 -n '__tcpstat_takes summary watch trace check' -d 'IPv4 sockets only'
complete -c tcpstat -s 6 -l ipv6 -n '__tcpstat_takes summary watch trace check' -d 'IPv6 sockets only'
complete -c tcpstat -s M -l mptcp -n '__tcpstat_takes summary watch' -d 'connections of Multipath TCP instead of their subflows'
complete -c tcpstat -l local -n '__tcpstat_takes summary watch trace check' -x -d 'local end: ADDR[/LEN][:PORT]'
complete -c tcpstat -l remote -n '__tcpstat_takes summary watch trace check' -x -d 'remote end: ADDR[/LEN][:PORT]'
complete -c tcpstat -l port -n '__tcpstat_takes summary watch trace check' -x -d 'port on either side'
complete -c tcpstat -l local-port -n '__tcpstat_takes summary watch trace check' -x -d 'local port'
complete -c tcpstat -l remote-port -n '__tcpstat_takes summary watch trace check' -x -d 'remote port'
complete -c tcpstat -l user -n '__tcpstat_takes summary watch check' -x -a "(__tcpstat_pieces '^\$' users)" -d 'owner of the socket'
complete -c tcpstat -l pid -n '__tcpstat_takes summary watch check' -x -a '(__fish_complete_pids)' -d 'process that holds the socket'
complete -c tcpstat -l process -n '__tcpstat_takes summary watch check' -x -d 'name of a process that holds the socket'
complete -c tcpstat -l unit -n '__tcpstat_takes summary watch check' -x -d 'systemd unit'
complete -c tcpstat -l container -n '__tcpstat_takes summary watch check' -x -d 'container, by name or by the first digits of its id'
complete -c tcpstat -l netns -n '__tcpstat_takes summary watch trace check record audit' -r -F -a '(__tcpstat_words netns)' -d 'another network namespace, several, or all'
complete -c tcpstat -s F -l filter -n '__tcpstat_takes summary watch trace check' -r -F -d 'read more of the filter from a file'
complete -c tcpstat -s f -l format -n '__tcpstat_takes summary watch trace explain check history audit validate' -x -a '(__tcpstat_of_verb formats)' -d 'output format'
complete -c tcpstat -s j -l json -n '__tcpstat_takes summary watch trace explain check history audit validate' -d 'the same as --format json'
complete -c tcpstat -s o -l output -n '__tcpstat_takes watch' -x -a "(__tcpstat_pieces '^\\+' columns)" -d 'columns to print, or +COL to add some'
complete -c tcpstat -s S -l sort -n '__tcpstat_takes watch' -x -a '(__tcpstat_sort)' -d 'sort by columns'
complete -c tcpstat -l limit -n '__tcpstat_takes summary watch history' -x -d 'print at most this many rows'
complete -c tcpstat -s H -l no-header -n '__tcpstat_takes summary watch trace history' -d 'no header line'
complete -c tcpstat -l no-truncate -n '__tcpstat_takes summary watch trace history validate' -d 'do not cut rows to the terminal'
complete -c tcpstat -s p -l processes -n '__tcpstat_takes watch trace' -d 'show the processes that hold each socket'
complete -c tcpstat -s i -l info -n '__tcpstat_takes watch record' -d 'show tcp_info of the kernel'
complete -c tcpstat -s m -l memory -n '__tcpstat_takes watch' -d 'show the memory of each socket'
complete -c tcpstat -s e -l extended -n '__tcpstat_takes watch' -d 'show uid, inode, cookie, control group, mark and v6only'
complete -c tcpstat -l rate -n '__tcpstat_takes watch' -d 'show bytes and retransmits a second, of two samples'
complete -c tcpstat -s r -l resolve -n '__tcpstat_takes' -d 'show host names of remote addresses'
complete -c tcpstat -l color -n '__tcpstat_takes summary watch trace check history audit' -x -a 'auto always never' -d 'colour of the states'
complete -c tcpstat -l output-file -n '__tcpstat_takes summary watch trace explain check history audit validate' -r -F -d 'write there, whole or not at all'
complete -c tcpstat -s q -l quiet -n "__tcpstat_takes $verbs" -d 'print nothing; the exit status tells'
complete -c tcpstat -s v -l verbose -n '__tcpstat_takes summary watch check record audit' -d 'say how the rows were read'
complete -c tcpstat -l source -n '__tcpstat_takes summary watch trace check record audit' -x -a '(__tcpstat_sources)' -d 'where to read: a source or a saved file'
complete -c tcpstat -l proc-root -n '__tcpstat_takes summary watch explain check record audit validate' -x -a '(__fish_complete_directories)' -d 'read this instead of /proc'
complete -c tcpstat -l timeout -n '__tcpstat_takes summary watch check record audit validate' -x -d 'wait at most this long for the source'
complete -c tcpstat -n '__tcpstat_verb_is check' -s t -x -d 'wait at most this long for the source'
complete -c tcpstat -l strict -n '__tcpstat_takes summary watch trace record history validate' -d 'exit 2 if the snapshot is partial'
complete -c tcpstat -l byte-order -n '__tcpstat_takes summary watch check validate' -x -a 'little big' -d 'byte order of saved text of /proc'
complete -c tcpstat -l sample -n '__tcpstat_takes summary check' -x -d 'which sample of a saved file'
complete -c tcpstat -l at -n '__tcpstat_takes summary check' -x -d 'the last sample of a record or a saved file at a time'
complete -c tcpstat -l record -n '__tcpstat_takes summary watch check record history' -x -a '(__fish_complete_directories)' -d 'the record of tcpstat record'
complete -c tcpstat -n '__tcpstat_verb_is history' -l by -x -a 'state listener port remote_prefix process counter syn_flood_level finding' -d 'what is counted'
complete -c tcpstat -l by -n '__tcpstat_takes summary' -x -a '(__tcpstat_keys)' -d 'keys to count by'
complete -c tcpstat -l interval -n '__tcpstat_takes watch check record history' -x -d 'seconds from sample to sample'
complete -c tcpstat -l count -n '__tcpstat_takes watch trace record' -x -d 'end after so many samples'
complete -c tcpstat -l duration -n '__tcpstat_takes trace' -x -d 'trace: end after so many seconds'
complete -c tcpstat -l lives -n '__tcpstat_takes trace' -d 'trace: one line a connection'
complete -c tcpstat -l only -n '__tcpstat_takes trace' -x -a 'illegal resets half-open time-wait lost' -d 'trace: these transitions alone'
complete -c tcpstat -l events -n '__tcpstat_takes watch' -d 'print transitions instead of lists'
complete -c tcpstat -l replay -n '__tcpstat_takes watch' -x -d 'watch: show the samples of a record: FROM..TO'
complete -c tcpstat -s w -l warning -n '__tcpstat_takes check' -x -d 'check: warn outside this range'
complete -c tcpstat -s c -l critical -n '__tcpstat_takes check' -x -d 'check: critical outside this range'
complete -c tcpstat -l rule -n '__tcpstat_takes check' -x -a '(__tcpstat_rules)' -d 'check: judge by these rules alone'
complete -c tcpstat -l threshold -n '__tcpstat_takes check' -x -d 'check: another limit for a rule: RULE.NAME=VALUE'
complete -c tcpstat -l exact -n '__tcpstat_takes check' -d 'check: count handshakes one by one'
complete -c tcpstat -l state-file -n '__tcpstat_takes check' -r -F -d 'check: compare with the last run'
complete -c tcpstat -l ports -n '__tcpstat_takes summary check' -x -d 'local ports that metrics tell apart'
complete -c tcpstat -l metrics-file -n '__tcpstat_takes check' -r -F -d 'check: write metrics for Prometheus too'
complete -c tcpstat -l keep -n '__tcpstat_takes record' -x -d 'record: remove what is older'
complete -c tcpstat -l max-size -n '__tcpstat_takes record' -x -d 'record: never take more room'
complete -c tcpstat -l min-free -n '__tcpstat_takes record' -x -d 'record: leave so much of the disk free'
complete -c tcpstat -l since -n '__tcpstat_takes history' -x -d 'history: from this time on'
complete -c tcpstat -l until -n '__tcpstat_takes history' -x -d 'history: until this time'
complete -c tcpstat -l findings -n '__tcpstat_takes history' -d 'history: when findings began and ended'
complete -c tcpstat -l list -n '__tcpstat_takes' -x -a 'states columns formats rules sources netns users groups fields verbs' -d 'print the words of a list'
complete -c tcpstat -s h -l help -d 'print help'
complete -c tcpstat -s V -l version -n '__tcpstat_takes' -d 'print the version'
