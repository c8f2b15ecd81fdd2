// tcpstat explain: what a state, a transition, a course of events or a rule means. Reads no sockets.

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "base/nearest_word.h"
#include "check/rules.h"
#include "cli/options/words.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/verbs.h"
#include "explain/explanations.h"
#include "parsers/procfs/kernel_limits_reader.h"

namespace tcpstat::cli::verbs {
namespace {

constexpr std::string_view kMachine = "machine";
constexpr std::string_view kMachineMeaning = "the whole machine; --format table, json, dot or mermaid";

/// What can be explained: each name once, with what it means.
std::vector<std::pair<std::string, std::string>> index() {
  std::vector<std::pair<std::string, std::string>> all;
  for (const StateInfo& state : states()) all.emplace_back(state.name, state.meaning);
  for (const explain::Lifecycle& lifecycle : explain::lifecycles()) {
    // A name may be a course of events and the rule that finds it: syn-flood.
    const RuleInfo* rule = check::find_rule(lifecycle.name);
    all.emplace_back(lifecycle.name, std::string(lifecycle.meaning) +
                                         (rule != nullptr ? "; the rule: " + std::string(rule->question) : ""));
  }
  for (const RuleInfo& rule : check::all_rules()) {
    if (explain::find_lifecycle(rule.id) == nullptr) all.emplace_back(rule.id, rule.question);
  }
  all.emplace_back(kMachine, kMachineMeaning);
  return all;
}

std::string index_text() {
  std::string out;
  for (const auto& [name, meaning] : index()) out.append(name).append("\t").append(meaning).append("\n");
  return out;
}

std::string index_json() {
  auto all = nlohmann::ordered_json::array();
  for (const auto& [name, meaning] : index()) all.push_back({{"name", name}, {"meaning", meaning}});
  return all.dump(2) + '\n';
}

/// The one state that a word means.
std::optional<State> one_state(std::string_view word) {
  const auto set = parse_state_word(word);
  if (!set || set->size() != 1) return std::nullopt;
  for (const StateInfo& row : states()) {
    if (set->has(row.state)) return row.state;
  }
  return std::nullopt;
}

bool is_absent(std::string_view word) { return word == "ABSENT" || word == "absent"; }

std::optional<Seen> seen_word(std::string_view word) {
  if (is_absent(word)) return kAbsent;
  if (const auto state = one_state(word)) return Seen(*state);
  return std::nullopt;
}

options::UsageError unknown(const std::string& word, std::string_view what, std::vector<std::string_view> known) {
  for (const StateInfo& state : states()) known.push_back(state.name);
  std::string_view nearest = nearest_word(word, known);
  if (nearest.empty()) nearest = nearest_state_word(word);
  return {"cannot explain " + std::string(what) + options::in_quotes(word) + " (" +
          (nearest.empty() ? "" : "did you mean " + std::string(nearest) + "? ") + "see: tcpstat explain --all)"};
}

enum class As : std::uint8_t { text, json };

options::Parsed<std::string> explain_two(const std::string& subject, std::size_t colon, As as) {
  const std::string from = subject.substr(0, colon);
  const std::string to = subject.substr(colon + 1);
  const auto before = seen_word(from);
  if (!before) return tl::make_unexpected(unknown(from, "the state ", {"ABSENT"}));
  const auto after = seen_word(to);
  if (!after) return tl::make_unexpected(unknown(to, "the state ", {"ABSENT"}));
  return as == As::json ? explain::explain_pair_json(*before, *after) : explain::explain_pair(*before, *after);
}

options::Parsed<std::string> explain(const options::Request& request, explain::Drawing drawing) {
  const std::string& subject = request.subject;
  const As as = request.format->name == "json" ? As::json : As::text;
  if (subject.empty()) return as == As::json ? index_json() : index_text();
  if (subject == kMachine) {
    if (request.drawing == "dot") return explain::machine_dot();
    if (request.drawing == "mermaid") return explain::machine_mermaid();
    return as == As::json ? explain::machine_json() : explain::machine_table();
  }
  if (const std::size_t colon = subject.find(':'); colon != std::string::npos) return explain_two(subject, colon, as);
  // First, because `close` in lower case is the lifecycle and CLOSE the state.
  if (const explain::Lifecycle* lifecycle = explain::find_lifecycle(subject)) {
    const RuleInfo* rule = check::find_rule(subject);
    if (as == As::json) return explain::explain_lifecycle_json(*lifecycle, rule);
    return explain::explain_lifecycle(*lifecycle, drawing) +
           (rule != nullptr ? "\n" + explain::explain_rule(*rule) : "");
  }
  if (const RuleInfo* rule = check::find_rule(subject)) {
    return as == As::json ? explain::explain_rule_json(*rule) : explain::explain_rule(*rule);
  }
  if (const auto state = one_state(subject)) {
    const std::string proc = request.proc_root.empty() ? "/proc" : request.proc_root;
    const KernelLimits limits = procfs::read_kernel_limits(proc);
    return as == As::json ? explain::explain_state_json(*state, limits) : explain::explain_state(*state, limits);
  }
  std::vector<std::string_view> known = {kMachine};
  for (const explain::Lifecycle& lifecycle : explain::lifecycles()) known.push_back(lifecycle.name);
  const auto rules = check::all_rules();
  for (const RuleInfo& rule : rules) known.push_back(rule.id);
  return tl::make_unexpected(unknown(subject, "", known));
}

}  // namespace

ExitStatus run_explain(const options::Request& request, const Notes& notes) {
  const Terminal terminal = look_at_terminal(1);
  const explain::Drawing drawing = terminal.utf8 ? explain::Drawing::utf8 : explain::Drawing::ascii;
  auto text = explain(request, drawing);
  if (!text) {
    notes.error(text.error().sentence);
    return ExitStatus::failed;
  }
  auto output = Output::open(request.output_file);
  if (!output) return end_failed(output.error(), notes);
  TextBuffer out(output->fd());
  out.append(request.format->name == "json" ? *text : terminal.words(*text));
  return finish_output(out, *output, ExitStatus::done, notes);
}

}  // namespace tcpstat::cli::verbs
