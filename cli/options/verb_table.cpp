#include "cli/options/verb_table.h"

#include <algorithm>
#include <array>

#include "base/shell_word.h"

namespace tcpstat::cli::options {
namespace {

using enum OptionId;
using render::Document;

constexpr OptionSet kFilters = {state,       all,  listening, ipv4,    ipv6, local,     remote, port,       local_port,
                                remote_port, user, pid,       process, unit, container, netns,  filter_file};
constexpr OptionSet kDocument = {format, json, output_file, quiet, verbose};
constexpr OptionSet kText = {no_header, no_truncate, color};
constexpr OptionSet kRows = {output, sort, limit, processes, info, memory, extended, rate, resolve};
constexpr OptionSet kReading = {source, proc_root, timeout, strict, byte_order, sample, at, record, netns};

/// They ask for something else than the run of a verb, and are answered with any verb.
constexpr OptionSet kInformation = {list, help, version};
/// An alias may carry them for the sake of other verbs.
constexpr OptionSet kHarmless = kText | OptionSet{verbose, strict, timeout};

constexpr Example kListExamples[] = {
    {"tcpstat --state SYN_RECV", "half-open connections"},
    {"tcpstat -lp", "listeners and who holds them"},
    {"tcpstat -s '!TIME_WAIT' --port 443", "what is on port 443, but TIME_WAIT"},
    {"tcpstat 'rtt > 100ms and not dst 10/8'", "slow connections to the outside"},
    {"tcpstat --json | jq '.summary'", "for scripts"},
};

constexpr OwnRefusal kSummaryRefusals[] = {
    {output, "--output chooses columns of a list; a summary takes --by"},
    {sort, "--sort is for lists of connections; a summary has its own order"},
};
constexpr OwnOption kSummaryOptions[] = {
    {.id = limit, .meaning = "print at most N groups, or N listeners and remotes"},
    {.id = quiet, .meaning = "no notes on standard error"},
};
constexpr Example kSummaryExamples[] = {
    {"tcpstat summary --by remote_prefix", "who connects most"},
    {"tcpstat summary --by process -s CLOSE_WAIT", "who forgets to close"},
    {"tcpstat summary -j | jq .summary.by_state", "for scripts"},
};

constexpr OwnRefusal kWatchRefusals[] = {
    {resolve, "--resolve is for lists; a watch would ask for the names again and again"},
};
constexpr OwnOption kWatchOptions[] = {
    {.id = format, .meaning = "table or ndjson, the default in a pipe; with --events also plain, csv and json"},
    {.id = quiet, .meaning = "no notes on standard error"},
    {.id = source, .meaning = "auto, netlink, proc or both; --replay shows a record"},
    {.id = strict, .meaning = "exit 2 if a sample was partial"},
    {.id = interval, .meaning = "time from sample to sample (default 1, at least 0.05)"},
};
constexpr Example kWatchExamples[] = {
    {"tcpstat watch --events --port 443", "what becomes of connections"},
    {"tcpstat watch -s SYN_RECV", "half-open connections, again and again"},
    {"tcpstat watch --events --source bpf", "every transition, as tcpstat trace"},
    {"tcpstat watch --count 10 | jq .state", "ten samples for a script"},
};

constexpr OwnRefusal kAuditRefusals[] = {
    {container, "--container selects connections; audit takes the network namespace of a process in it: --netns PID"},
};

constexpr OwnOption kTraceOptions[] = {
    {.id = format, .meaning = "table, plain, csv, json or ndjson, the default in a pipe"},
    {.id = state, .meaning = "transitions from or to these states"},
    {.id = quiet, .meaning = "no notes on standard error"},
    {.id = strict, .meaning = "exit 2 if a record was lost"},
    {.id = netns, .meaning = "another network namespace, or all (bpf; tracefs always shows all)"},
    {.id = source, .meaning = "auto, bpf (programs in the kernel) or tracefs"},
    {.id = count, .meaning = "end after so many lines"},
    {.id = duration, .meaning = "end after this time"},
    {.id = processes, .meaning = "the process that opened or closed it (bpf)"},
    {.id = lives, .meaning = "one line a connection, at its end: states with times, who closed it"},
    {.id = only, .meaning = "these alone: illegal, resets, half-open, time-wait or lost"},
};
constexpr OwnRefusal kTraceRefusals[] = {
    {user, "the kernel announces a transition without its owner; tcpstat watch --events takes --user"},
    {pid, "the kernel announces a transition without its owner; tcpstat watch --events takes --pid"},
    {process, "the kernel announces a transition without its owner; tcpstat watch --events takes --process"},
    {unit, "the kernel announces a transition without its owner; tcpstat watch --events takes --unit"},
    {container, "the kernel announces a transition without its owner; tcpstat watch --events takes --container"},
};
constexpr Example kTraceExamples[] = {
    {"tcpstat trace --port 443", "each transition on port 443, as it happens"},
    {"tcpstat trace -- curl https://example.org", "what one program does"},
    {"tcpstat trace -s SYN_RECV --duration 10", "ten seconds of handshakes"},
    {"tcpstat trace --lives --only resets", "which connections were reset, and by whom"},
    {"tcpstat trace --count 1000 -f ndjson", "for a script, or tcpstat validate"},
};

constexpr OwnOption kExplainOptions[] = {
    {.id = all, .meaning = "what can be explained, with one line each"},
    {.id = quiet, .meaning = "no notes on standard error"},
    {.id = proc_root, .meaning = "read the limits of states from DIR instead of /proc"},
};
constexpr Example kExplainExamples[] = {
    {"tcpstat explain CLOSE_WAIT", "what a state means"},
    {"tcpstat explain half-open", "what a group, a class or a flag means"},
    {"tcpstat explain FIN_WAIT1:TIME_WAIT", "may one follow the other?"},
    {"tcpstat explain machine -f dot", "the whole machine, for Graphviz"},
};

constexpr OwnOption kCheckOptions[] = {
    {.id = format, .meaning = "table (lines for monitoring systems), json or prometheus"},
    {.id = state, .meaning = "which states -w and -c count (rules read all)"},
    {.id = all, .meaning = "-w and -c count all states"},
    {.id = listening, .meaning = "-w and -c count listening sockets"},
    {.id = quiet, .meaning = "print nothing while all is well"},
    {.id = verbose, .meaning = "print the evidence too"},
    {.id = source, .meaning = "auto, netlink, proc, a saved FILE, or - for standard input"},
    {.id = timeout, .letter = 't', .meaning = "wait at most this long for the source (default 10; 0: for ever)"},
    {.id = interval, .meaning = "take two samples this far apart (at least 3)"},
    {.id = warning, .meaning = "warn unless the number of selected sockets is in RANGE: 10, 10:20, @10:20"},
    {.id = critical, .meaning = "critical unless it is in RANGE"},
    {.id = rule, .meaning = "judge by these rules alone (see --list rules)"},
    {.id = threshold, .meaning = "another limit for a rule (see --list rules)"},
    {.id = exact, .meaning = "count handshakes one by one during --interval, by programs in the kernel"},
    {.id = state_file, .meaning = "compare with the last run, which PATH remembers"},
    {.id = metrics_file, .meaning = "write metrics for Prometheus to PATH too"},
};
constexpr Example kCheckExamples[] = {
    {"tcpstat check --interval 5", "is anything wrong?"},
    {"tcpstat check -s SYN_RECV -w 100 -c 500", "a count with limits"},
    {"tcpstat check -q --state-file FILE", "for cron: silent while all is well"},
};

constexpr OwnOption kRecordOptions[] = {
    {.id = OptionId::record, .meaning = "the directory (default /var/lib/tcpstat)"},
    {.id = interval, .meaning = "time from sample to sample (default 10, at least 1)"},
    {.id = count, .meaning = "end after so many samples"},
    {.id = OptionId::info, .meaning = "keep all of tcp_info and memory of every row: several times the room"},
    {.id = netns, .meaning = "another network namespace"},
    {.id = strict, .meaning = "exit 2 if a sample was lost"},
    {.id = source, .meaning = "auto, netlink or proc"},
    {.id = quiet, .meaning = "no notes on standard error"},
    {.id = verbose, .meaning = "say of each sample what it cost"},
    {.id = keep, .meaning = "remove what is older (default 7d)"},
    {.id = max_size, .meaning = "never take more room (default 1G)"},
    {.id = min_free, .meaning = "leave so much of the disk free (default 5)"},
};
constexpr Example kRecordExamples[] = {
    {"tcpstat record", "a sample each 10 s, for a week"},
    {"tcpstat record --interval 60 --keep 30d", "less often, for longer"},
    {"tcpstat record --record DIR --max-size 5G", "elsewhere, with more room"},
};

constexpr OwnOption kHistoryOptions[] = {
    {.id = by,
     .meaning = "one of state, listener, port, remote_prefix, process, counter, syn_flood_level and finding",
     .value = "KEY"},
    {.id = interval, .meaning = "one value for so many seconds, the greatest of them (else: each sample)"},
    {.id = limit, .meaning = "print at most N lines of the table"},
    {.id = quiet, .meaning = "no notes on standard error"},
    {.id = strict, .meaning = "exit 2 if a part of the record cannot be read"},
    {.id = since, .meaning = "from TIME on: 03:00, -8h, RFC 3339 (default: a day before the end)"},
    {.id = until, .meaning = "until TIME (default now)"},
    {.id = findings, .meaning = "when findings began and ended"},
};
constexpr Example kHistoryExamples[] = {
    {"tcpstat history --since -8h", "how the states went through the night"},
    {"tcpstat history --findings", "when something was wrong"},
    {"tcpstat history --by listener -f csv", "for a spreadsheet"},
};

constexpr OwnOption kAuditOptions[] = {
    {.id = format, .meaning = "table (lines for monitoring systems) or json"},
    {.id = quiet, .meaning = "print nothing while all is well"},
    {.id = verbose, .meaning = "print the reason of every judgement"},
    {.id = source, .meaning = "auto, netlink or proc"},
};
constexpr Example kAuditExamples[] = {
    {"tcpstat audit", "what should be set otherwise"},
    {"tcpstat audit -j | jq '.checks[]|.name'", "for scripts"},
};

constexpr OwnOption kValidateOptions[] = {
    {.id = quiet, .meaning = "no notes on standard error"},
    {.id = proc_root, .meaning = "read the limits of states from DIR instead of /proc"},
    {.id = strict, .meaning = "exit 2 if a line cannot be read"},
    {.id = timeout, .meaning = "wait at most this long for more of a pipe (default: for ever)"},
};
constexpr Example kValidateExamples[] = {
    {"tcpstat validate trace.txt", "did this kernel keep to the rules?"},
    {"trace-cmd report | tcpstat validate", "a log from standard input"},
    {"tcpstat validate -j samples.ndjson", "samples that tcpstat -f ndjson wrote"},
};

constexpr auto kVerbs = std::to_array<VerbInfo>({
    {.id = VerbId::list,
     .title = "a list",
     .usage = "[OPTIONS] [FILTER]",
     .meaning = "list TCP connections",
     .page = "Without filters: all states but LISTEN and CLOSE. Filters of one kind are alternatives, different kinds "
             "must all match; each takes a comma list and may be repeated. FILTER is an expression as of ss, such as "
             "state syn-recv and sport = :443 (tcpstat explain filter).",
     .takes = kFilters | kDocument | kText | kRows | kReading | OptionSet{mptcp},
     .tolerates = kInformation | OptionSet{interval},  // of --rate
     .why = "",
     .document = Document::list,
     .operand = Operand::filter,
     .examples = kListExamples},
    {.id = VerbId::summary,
     .word = "summary",
     .title = "summary",
     .usage = "summary [OPTIONS] [FILTER]",
     .meaning = "count them by state, or by other keys",
     .page =
         "Counts connections by state and address family, zeros included, then by phase, with the listeners and the "
         "remote addresses and networks with most connections. All eleven states count unless a filter says "
         "otherwise.",
     .takes = kFilters | kDocument | kText | kReading | OptionSet{by, OptionId::ports, limit, mptcp},
     .tolerates = kInformation | OptionSet{processes, OptionId::info, resolve},
     .why = "a summary counts them",
     .document = Document::summary,
     .operand = Operand::filter,
     .own_options = kSummaryOptions,
     .own_refusals = kSummaryRefusals,
     .examples = kSummaryExamples,
     .read_more = "man tcpstat, Summary"},
    {.id = VerbId::watch,
     .word = "watch",
     .title = "watch",
     .usage = "watch [OPTIONS] [FILTER]",
     .meaning = "show problems and sockets live, or transitions",
     .page =
         "Shows problems, listeners and connections live on a terminal (? lists the keys), and writes a stream of "
         "samples into a pipe. With --events it prints what happened between two samples: transitions, each with the "
         "states passed unseen and a verdict; -o, -S, --limit, -p and -i are for lists then.",
     .takes = (kFilters | kDocument | kText | kRows | kReading | OptionSet{interval, count, events, replay, mptcp}) -
              OptionSet{resolve, sample, at},
     .tolerates = kInformation,
     .why = "watch samples again and again",
     .document = Document::samples,
     .also_formats = " (watch --events also plain, csv and json)",
     .operand = Operand::filter,
     .own_options = kWatchOptions,
     .own_refusals = kWatchRefusals,
     .examples = kWatchExamples,
     .read_more = "man tcpstat, WATCHING"},
    {.id = VerbId::watch_events,
     .word = "watch",
     .title = "watch --events",
     .usage = "watch --events [OPTIONS] [FILTER]",
     .meaning = "",
     .page = "",
     .takes =
         (kFilters | kDocument | kText | kReading | OptionSet{interval, count, events, replay}) - OptionSet{sample, at},
     .tolerates = kInformation,
     .why = "watch --events prints transitions",
     .document = Document::transitions,
     .operand = Operand::filter},
    {.id = VerbId::trace,
     .word = "trace",
     .title = "trace",
     .usage = "trace [OPTIONS] [FILTER] [-- COMMAND...]",
     .meaning = "print every transition as it happens",
     .page = "Prints each transition of TCP sockets as the kernel announces it, judged by the machine that tcpstat "
             "explain machine prints, not only what two samples show. A record that "
             "the kernel lost is told where it was lost. With -- COMMAND the sockets of that program alone. Needs "
             "root, or CAP_BPF and CAP_PERFMON. Exit status: 1 if a "
             "transition is illegal.",
     .takes = ((kFilters - OptionSet{user, pid, process, unit, container}) | kDocument | kText |
               OptionSet{source, strict, count, duration, lives, only, processes}) -
              OptionSet{verbose},
     .tolerates = kInformation | OptionSet{timeout, verbose},
     .why = "trace prints transitions",
     .document = Document::transitions,
     .operand = Operand::filter,
     .runs_command = true,
     .own_options = kTraceOptions,
     .own_refusals = kTraceRefusals,
     .examples = kTraceExamples,
     .read_more = "man tcpstat, TRACING"},
    {.id = VerbId::explain,
     .word = "explain",
     .title = "explain",
     .usage = "explain NAME|--all",
     .meaning = "explain a state, FROM:TO, a rule, a class or a flag",
     .page = "Says what a state means and what to do about it, whether one state may follow another by RFC 9293 and on "
             "Linux (FROM:TO), what happens in a lifecycle (handshake, close, ...), what groups of states, flags and "
             "the words of verdicts mean, and what people look for (half-open, syncookies, ...), what a rule asks and "
             "why its limits are what they are, or prints the whole machine. The fields of filters: tcpstat explain "
             "filter. Reads no sockets.",
     .takes = (kDocument - OptionSet{verbose}) | OptionSet{all, proc_root},
     .tolerates = kInformation | kHarmless,
     .why = "explain reads no sockets",
     .document = Document::explanation,
     .also_formats = " (explain machine also dot and mermaid)",
     .operand = Operand::one,
     .own_options = kExplainOptions,
     .examples = kExplainExamples,
     .read_more = "man tcpstat, EXPLANATIONS"},
    {.id = VerbId::check,
     .word = "check",
     .title = "check",
     .usage = "check [OPTIONS] [FILTER]",
     .meaning = "judge them, for cron and monitoring",
     .page =
         "Judges the selected sockets by rules, or with -w and -c their number, and prints one line with performance "
         "data, then a line for each finding. Exit status: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN, which is also "
         "that of this page.",
     .takes = kFilters | kDocument |
              OptionSet{source, proc_root, byte_order, sample, at, record, timeout, interval, warning, critical, rule,
                        threshold, exact, state_file, metrics_file, OptionId::ports, color},
     .tolerates = kInformation | kHarmless,
     .why = "check judges",
     .document = Document::check,
     .other_formats = "; not ",
     .operand = Operand::filter,
     .exit_codes = ExitCodes::monitoring_plugin,
     .own_options = kCheckOptions,
     .examples = kCheckExamples,
     .read_more = "tcpstat --list rules; tcpstat explain RULE; man tcpstat, CHECKS"},
    {.id = VerbId::record,
     .word = "record",
     .title = "record",
     .usage = "record [OPTIONS]",
     .meaning = "keep samples for a week, at little cost",
     .page = "Writes a sample into a directory again and again, with what check finds in it, until it is ended. "
             "Lists, summary and check read it with --at TIME, watch with --replay, and history tells how numbers and "
             "findings went. What takes room is change, not sockets. One process writes into a directory.",
     .takes = OptionSet{OptionId::record, interval, count, OptionId::info, source, proc_root, netns, timeout, quiet,
                        verbose, strict, keep, max_size, min_free},
     .tolerates = kInformation | kHarmless,
     .why = "record writes samples into a directory",
     .document = Document::samples,
     .own_options = kRecordOptions,
     .examples = kRecordExamples,
     .read_more = "man tcpstat, RECORDS"},
    {.id = VerbId::history,
     .word = "history",
     .title = "history",
     .usage = "history [OPTIONS]",
     .meaning = "how numbers and findings went, from a record",
     .page = "Reads what tcpstat record has written, and prints how numbers went between two times, or with --findings "
             "when findings began and ended.",
     .takes = (kDocument - OptionSet{verbose}) | kText |
              OptionSet{OptionId::record, by, interval, limit, since, until, findings, strict},
     .tolerates = kInformation | kHarmless,
     .why = "history reads counts of a record",
     .document = Document::history,
     .other_formats = "; not ",
     .own_options = kHistoryOptions,
     .examples = kHistoryExamples,
     .read_more = "man tcpstat, RECORDS"},
    {.id = VerbId::audit,
     .word = "audit",
     .title = "audit",
     .usage = "audit [OPTIONS]",
     .meaning = "judge this host's defences",
     .page =
         "Judges how this host is set up: SYN cookies, backlogs, retries, connection tracking, memory. For each it "
         "prints the value, and where something is to be done the advice, its reason and its cost. It never changes "
         "anything. Exit status: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN, which is also that of this page.",
     .takes = kDocument | OptionSet{source, proc_root, timeout, netns, color},
     .tolerates = kInformation | kHarmless,
     .why = "audit judges the host, not its connections",
     .document = Document::audit,
     .other_formats = "; not ",
     .exit_codes = ExitCodes::monitoring_plugin,
     .own_options = kAuditOptions,
     .own_refusals = kAuditRefusals,
     .examples = kAuditExamples,
     .read_more = "man tcpstat, AUDIT"},
    {.id = VerbId::validate,
     .word = "validate",
     .title = "validate",
     .usage = "validate [FILE|-]",
     .meaning = "judge recorded transitions or samples",
     .page =
         "Reads a trace of sock:inet_sock_set_state, the table of bcc's tcpstates, or ndjson, from FILE or standard "
         "input, and holds each transition against the machine that tcpstat explain machine prints. Exit status: 1 if "
         "an illegal transition was found.",
     .takes = (kDocument - OptionSet{verbose}) | OptionSet{no_truncate, proc_root, strict, timeout, byte_order},
     .tolerates = kInformation | kHarmless,
     .why = "validate judges a whole log",
     .document = Document::validation,
     .other_formats = "; not ",
     .operand = Operand::one,
     .own_options = kValidateOptions,
     .examples = kValidateExamples,
     .read_more = "man tcpstat, VALIDATION"},
});

constexpr bool verbs_follow_their_enum() {
  for (std::size_t i = 0; i < kVerbs.size(); ++i) {
    if (kVerbs[i].id != static_cast<VerbId>(i)) return false;
  }
  return true;
}
static_assert(verbs_follow_their_enum(), "the table follows the enum");

/// "watch, check and record"
std::string takers(OptionId id) {
  std::vector<std::string_view> words;
  for (const std::string_view word : verb_words()) {
    if (find_verb(word)->takes.has(id)) words.push_back(word);
  }
  std::string all;
  for (std::size_t i = 0; i < words.size(); ++i) {
    all += (i == 0 ? "" : i + 1 < words.size() ? ", " : " and ") + std::string(words[i]);
  }
  return all;
}

/// How to type an option that lists do not take.
std::string goes_with(const OptionInfo& option, const std::string& value) {
  constexpr std::size_t kShort = 100;
  const std::string all = takers(option.id);
  std::string right = "tcpstat " + all.substr(0, all.find_first_of(" ,")) + " --" + std::string(option.name);
  if (option.takes_value()) right += " " + (value.size() < kShort ? shell_word(value) : std::string(option.value));
  if (option.id == exact) right += " --interval 10";
  if (option.id == OptionId::ports) right += " -f prometheus";
  const std::string does = option.id == by ? " counts groups, so it goes with " : " goes with ";
  return "--" + std::string(option.name) + does + all + ": " + right +
         (option.hint.empty() ? "" : " (" + std::string(option.hint) + ")");
}

}  // namespace

std::span<const VerbInfo> verbs() { return kVerbs; }

const VerbInfo& verb_info(VerbId id) { return kVerbs[static_cast<std::size_t>(id)]; }

const VerbInfo* find_verb(std::string_view word) {
  const auto at = std::find_if(kVerbs.begin(), kVerbs.end(),
                               [&](const VerbInfo& verb) { return !verb.word.empty() && verb.word == word; });
  return at == kVerbs.end() ? nullptr : &*at;
}

std::vector<std::string_view> verb_words() {
  std::vector<std::string_view> words;
  for (const VerbInfo& verb : kVerbs) {
    if (!verb.word.empty() && find_verb(verb.word) == &verb) words.push_back(verb.word);
  }
  return words;
}

std::string refusal(const VerbInfo& verb, const OptionInfo& option, const std::string& value) {
  for (const OwnRefusal& own : verb.own_refusals) {
    if (own.id == option.id) return std::string(own.sentence);
  }
  const OptionSet of_lists = verb_info(VerbId::list).takes;
  if (!of_lists.has(option.id)) return goes_with(option, value);
  const std::string spelled = "--" + std::string(option.name);
  if (kRows.has(option.id)) return spelled + " is for lists of connections; " + std::string(verb.why);
  return std::string(verb.why) + ", so " + spelled + " does not go with it";
}

}  // namespace tcpstat::cli::options
