// tcpstat --list WHAT: the words that other options take. Completions ask here, so that no list is written twice.

#include <pwd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/ascii.h"
#include "base/nearest_word.h"
#include "check/rules.h"
#include "cli/options/choices.h"
#include "cli/options/verb_table.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/trace_source.h"
#include "cli/verbs/verbs.h"
#include "filter/expression_fields.h"
#include "parsers/bpf/handshake_counter.h"
#include "parsers/host/network_namespace.h"
#include "parsers/host/sources.h"
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
  const auto add = [&rows](const std::string& name, const std::string& meaning, const Expected<void>& allowed) {
    rows.push_back({name, meaning + (allowed ? "; this host allows it" : "; " + allowed.error().sentence())});
  };
  for (const options::TraceSourceInfo& source : options::kTraceSources) {
    add("trace:" + std::string(source.name), std::string(source.meaning), may_trace(source));
  }
  add("check:exact", "programs in the kernel that count handshakes", bpf::may_count_handshakes());
  add("owners:bpf", "/proc/*/fd, and beside 20,000 open files an iterator in the kernel",
      may_trace(*options::find_trace_source("bpf")));
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

/// With a verb, keeps what its --source takes, with FILE for files.
void keep_sources_of(const options::VerbInfo& verb, Rows& rows) {
  const options::VerbSources taken = options::sources_of(verb.id);
  Rows kept;
  for (const std::string_view name : taken.names) {
    const auto at = std::find_if(rows.begin(), rows.end(), [&](const std::vector<std::string>& row) {
      return row.front() == name || row.front() == "trace:" + std::string(name);
    });
    kept.push_back({std::string(name), at == rows.end() ? "" : at->at(1)});
  }
  if (taken.files) kept.push_back({"FILE", "a saved file"});
  rows = std::move(kept);
}

/// With `check`, keeps the rules that have findings: --rule takes those.
void keep_rules_with_findings(Rows& rows) {
  const auto ids = check::finding_rule_ids();
  std::erase_if(rows, [&](const std::vector<std::string>& row) {
    return std::find(ids.begin(), ids.end(), row.front()) == ids.end();
  });
}

/// With a verb, keeps the formats that it prints.
void keep_formats_of(const options::WordsCommand& words, Rows& rows) {
  std::erase_if(rows, [&](const std::vector<std::string>& row) {
    const render::Format* format = render::find_format(row.front());
    return format == nullptr || !render::writes(*format, words.verb->document);
  });
  if (!words.of_machine) return;
  rows.push_back({"dot", "a drawing for Graphviz"});
  rows.push_back({"mermaid", "a drawing for Mermaid"});
}

/// With a verb, keeps what that takes.
void keep_those_of_verb(const options::WordsCommand& words, Rows& rows) {
  if (words.verb == nullptr || words.verb->word.empty()) return;
  if (words.list == "formats") keep_formats_of(words, rows);
  if (words.list == "sources") keep_sources_of(*words.verb, rows);
  if (words.list == "rules" && words.verb->id == options::VerbId::check) keep_rules_with_findings(rows);
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
    keep_those_of_verb(words, *rows);
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
