#!/bin/bash
# ask_bash.sh FILE: for each line of standard input, prints what bash offers when TAB is pressed behind it, one word a
# line, and then a line "--". FILE is the completion.
# shellcheck source=/dev/null
source "$1"
spec=$(complete -p tcpstat) # complete -F _tcpstat tcpstat
function=${spec#*-F }
function=${function%% *}
while IFS= read -r COMP_LINE; do
    COMP_POINT=${#COMP_LINE}
    # readline cuts at these as well as at blanks.
    cut=$COMP_LINE
    for mark in = :; do cut=${cut//$mark/ $mark }; done
    read -ra COMP_WORDS <<<"$cut"
    [[ $cut == *' ' ]] && COMP_WORDS+=('')
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    COMPREPLY=()
    "$function" tcpstat "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}" 2>/dev/null
    ((${#COMPREPLY[@]})) && printf '%s\n' "${COMPREPLY[@]}"
    echo --
done
