# ask_zsh.zsh DIRECTORY: for each line of standard input, prints what zsh offers when TAB is pressed behind it, one
# word a line, and then a line "--". DIRECTORY holds _tcpstat. A real zsh is asked, in a pseudo-terminal; its compadd is
# replaced by one that prints the words that match.
zmodload zsh/zpty || exit 77
zpty asked zsh -f -i
# zpty reads what the terminal echoes too, so every answer stands between marks that are never typed as such.
answer() {
  local text
  zpty -r asked text $'*\2*\3'
  print -r -- "${${text##*$'\2'}%%$'\3'*}"
}
zpty -w asked "PS1= PS2= RPS1=; stty -echo; fpath=(${(q)1} \$fpath)"
{
  cat <<'SETUP'
autoload -Uz compinit; compinit -u -D
bindkey '^I' complete-word
# Of more words than this zsh asks whether to list them, and takes what comes next for the answer.
LISTMAX=10000
zstyle ':completion:*' list-grouped false
zstyle ':completion:*' insert-tab false
zstyle ':completion:*' format ''
compadd() {
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
    builtin compadd "$@"
    return
  fi
  local -a found
  local ignored
  builtin compadd -A found "$@"
  local at=${@[(I)-P]}
  (( $#found )) && print -rl -- $IPREFIX$^found
  builtin compadd "$@"
}
complete-and-print() {
  print -n $'\2'
  zle complete-word-inner
  print -n $'\3'
  zle kill-whole-line
}
comppostfuncs=(stop)
stop() { compstate[insert]=; compstate[list]= }
zle -C complete-word-inner complete-word _main_complete
zle -N complete-and-print
bindkey '^X' complete-and-print
print -n $'\2ready\3'
SETUP
} | while IFS= read -r line; do zpty -w asked "$line"; done
answer >/dev/null
while IFS= read -r line; do
  zpty -w -n asked "$line"$'\x18'
  answer | tr -d '\r'
  print -- --
done
