# ask_fish.fish FILE: for each line of standard input, prints what fish offers when TAB is pressed behind it, one word
# a line, and then a line "--". FILE is the completion.
source $argv[1]
while read -l line
    complete -C $line | string replace -r '\t.*' ''
    echo -- --
end
