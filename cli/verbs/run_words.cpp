// tcpstat --list WHAT: the words that other options take. Completions ask here, so that no list is written twice.

#include <pwd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/ascii.h"
#include "base/nearest_word.h"
#include "check/rules.h"
#include "cli/options/verb_table.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/verbs.h"
#include "filter/expression_fields.h"
#include "parsers/bpf/bpf_refusal.h"
#include "parsers/bpf/handshake_counter.h"
#include "parsers/host/network_namespace.h"
#include "parsers/host/sources.h"
#include "parsers/tracefs/trace_instance.h"
#include "render/formats.h"

namespace tcpstat::cli::verbs {
namespace {

/// The first field is the word to type; the others describe it.
using Rows = std::vector<std::vector<std::string>>;

struct ListInfo {
  std::string_view name;
  std::vector<std::string_view> keys;
  Expected<Rows> (*rows)();
};

std::string members(StateSet set) {
  std::string text;
  for (const StateInfo& state : states()) {
    if (set.has(state.state)) text += (text.empty() ? "" : " ") + std::string(state.name);
  }
  return text;
}

Expected<Rows> state_rows() {
  Rows rows;
  for (const StateInfo& state : states()) rows.push_back({std::string(state.name), std::string(state.meaning)});
  return rows;
}

Expected<Rows> group_rows() {
  Rows rows;
  for (const StateGroup& group : state_groups()) rows.push_back({std::string(group.name), members(group.states)});
  for (const Phase phase : kPhases) {
    const std::string word(name(phase));
    const auto set = parse_state_word(word);
    // Not half-closed, which is a group already.
    const bool known = std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row[0] == word; });
    if (set && !known) rows.push_back({word, members(*set)});
  }
  return rows;
}

Expected<Rows> column_rows() {
  Rows rows;
  for (const Column& column : columns()) {
    rows.push_back({std::string(column.name), std::string(name(column.type)), std::string(column.meaning)});
  }
  return rows;
}

Expected<Rows> field_rows() {
  Rows rows;
  for (const filter::Field& field : filter::named_fields()) {
    rows.push_back({std::string(field.name), std::string(field.meaning)});
  }
  for (const std::string_view word : filter::field_words()) {
    const auto field = filter::find_field(word);
    const bool number =
        field && (field->kind == filter::FieldKind::number || field->kind == filter::FieldKind::duration);
    if (number) rows.push_back({ascii_lower(word), std::string(field->column->meaning)});
  }
  return rows;
}

Expected<Rows> verb_rows() {
  Rows rows;
  for (const options::VerbInfo& verb : options::verbs()) {
    if (!verb.word.empty() && !verb.meaning.empty())
      rows.push_back({std::string(verb.word), std::string(verb.meaning)});
  }
  rows.push_back({std::string(options::kHelpWord), std::string(options::kHelpMeaning)});
  return rows;
}

Expected<Rows> format_rows() {
  Rows rows;
  for (const render::Format& format : render::formats())
    rows.push_back({std::string(format.name), std::string(format.meaning)});
  return rows;
}

Expected<Rows> rule_rows() {
  Rows rows;
  for (const RuleInfo& rule : check::all_rules()) {
    rows.push_back(
        {std::string(rule.id), std::string(rule.question), rule.thresholds.empty() ? "none" : defaults_text(rule)});
  }
  return rows;
}

Expected<Rows> source_rows() {
  Rows rows;
  for (const host::SourceInfo& source : host::named_sources()) {
    rows.push_back({std::string(source.name), std::string(source.meaning)});
  }
  // What else is read, and whether this host allows it. Completions leave out names with a colon.
  const bpf::Verdict bpf = bpf::may_trace(bpf::look_at_host());
  const auto handshakes = bpf::may_count_handshakes();
  const auto tracefs = tracefs::may_trace();
  const auto add = [&rows](const char* name, const std::string& meaning, const Error* refusal) {
    rows.push_back({name, meaning + (refusal == nullptr ? "; this host allows it" : "; " + refusal->sentence())});
  };
  add("trace:bpf", "programs in the kernel: transitions with cookie and network namespace",
      bpf.possible ? nullptr : &bpf.error);
  add("trace:tracefs", "an instance of tracefs: transitions of all network namespaces",
      tracefs ? nullptr : &tracefs.error());
  add("check:exact", "programs in the kernel that count handshakes", handshakes ? nullptr : &handshakes.error());
  add("owners:bpf", "/proc/*/fd, and beside 20,000 open files an iterator in the kernel",
      bpf.possible ? nullptr : &bpf.error);
  return rows;
}

Expected<Rows> netns_rows() {
  const auto names = host::namespace_names();
  if (!names) return tl::make_unexpected(names.error());
  Rows rows;
  for (const std::string& name : *names) rows.push_back({name, "network namespace"});
  rows.push_back({"all", "every network namespace that can be seen"});
  return rows;
}

Expected<Rows> user_rows() {
  Rows rows;
  ::setpwent();
  errno = 0;
  while (const passwd* entry = ::getpwent()) {
    rows.push_back({entry->pw_name, std::to_string(entry->pw_uid)});
    errno = 0;
  }
  const int code = errno;
  ::endpwent();
  // A database that is not there has no users, getpwent(3).
  if (code != 0 && code != ENOENT && code != ESRCH) return failure("read the database of users", code);
  return rows;
}

const std::array<ListInfo, 10>& word_lists() {
  static const std::array<ListInfo, 10> kLists = {{
      {"states", {"name", "meaning"}, state_rows},
      {"columns", {"name", "type", "meaning"}, column_rows},
      {"formats", {"name", "meaning"}, format_rows},
      {"rules", {"name", "question", "defaults"}, rule_rows},
      {"sources", {"name", "meaning"}, source_rows},
      {"netns", {"name", "meaning"}, netns_rows},
      {"users", {"name", "uid"}, user_rows},
      {"groups", {"name", "states"}, group_rows},
      {"fields", {"name", "meaning"}, field_rows},
      {"verbs", {"name", "meaning"}, verb_rows},
  }};
  return kLists;
}

/// With a verb, keeps the formats that it prints.
void keep_formats_of(const options::WordsCommand& words, Rows& rows) {
  if (words.verb == nullptr || words.verb->word.empty()) return;
  std::erase_if(rows, [&](const std::vector<std::string>& row) {
    const render::Format* format = render::find_format(row.front());
    return format == nullptr || !render::writes(*format, words.verb->document);
  });
  if (!words.of_machine) return;
  rows.push_back({"dot", "a drawing for Graphviz"});
  rows.push_back({"mermaid", "a drawing for Mermaid"});
}

}  // namespace

ExitStatus run(const options::WordsCommand& words, const Notes& notes) {
  const render::Format& format = render::format(words.output.format);
  if (!render::writes(format, render::Document::words)) {
    notes.error("--list prints " + render::writers_of(render::Document::words) + "; not " + std::string(format.name));
    return ExitStatus::failed;
  }
  std::vector<std::string_view> names;
  for (const ListInfo& list : word_lists()) {
    names.push_back(list.name);
    if (list.name != words.list) continue;
    auto output = Output::open(words.output.file);
    if (!output) return end_failed(output.error(), notes);
    TextBuffer out(output->fd());
    auto rows = list.rows();
    if (!rows) return end_failed(rows.error(), notes);
    if (list.rows == format_rows) keep_formats_of(words, *rows);
    format.words({.out = out, .foreign = look_at_terminal(output->fd()).foreign_charset()},
                 {list.keys, std::move(*rows)});
    return finish_output(out, *output, ExitStatus::done, notes);
  }
  std::string all;
  for (const std::string_view name : names) all += (all.empty() ? "" : ", ") + std::string(name);
  const std::string_view nearest = nearest_word(words.list, names);
  notes.error("unknown list " + options::in_quotes(words.list) + " (" +
              (nearest.empty() ? "one of " + all : "did you mean " + std::string(nearest) + "?") + ")");
  return ExitStatus::failed;
}

ExitStatus run(const options::TextCommand& text, const Notes& notes) {
  auto output = Output::open("");
  TextBuffer out(output->fd());
  const std::size_t width = look_at_terminal(output->fd()).width;
  out.append(text.page_of == nullptr || width == 0 ? text.text : help_text(*text.page_of, width));
  return finish_output(out, *output, ExitStatus::done, notes);
}

}  // namespace tcpstat::cli::verbs
