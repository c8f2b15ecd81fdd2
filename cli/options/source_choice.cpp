#include <algorithm>
#include <array>

#include "cli/options/choices.h"
#include "cli/options/read_option.h"
#include "parsers/host/many_namespaces.h"

namespace tcpstat::cli::options {
namespace {

/// Reads the options that only saved rows have.
Failure read_saved(const Words& words, SourceChoice& to) {
  if (words.given(OptionId::sample) && to.id != SourceId::file) {
    return UsageError{"--sample chooses among the samples of a file: add --source FILE"};
  }
  if (words.given(OptionId::at) && words.given(OptionId::sample)) {
    return UsageError{"--at and --sample both choose a sample: use one"};
  }
  if (words.given(OptionId::byte_order) && to.id != SourceId::file && to.proc_root.empty()) {
    return UsageError{"--byte-order is for saved text of /proc: add --source FILE or --proc-root DIR"};
  }
  if (auto failed = read_one(words, OptionId::byte_order, to.byte_order, parse_byte_order)) return failed;
  if (auto failed = read_positive(words, OptionId::sample, to.sample, "samples are counted from 1")) return failed;
  const auto time = [](const std::string& word) { return parse_past_end(word, now()); };
  if (auto failed = read_one(words, OptionId::at, to.at, time)) return failed;
  return std::nullopt;
}

/// A record is the source if one is named, or a time without a file.
Failure read_record(const Words& words, SourceChoice& to) {
  const bool named = words.given(OptionId::record);
  if (!named && (to.id == SourceId::file || !words.given(OptionId::at))) return std::nullopt;
  if (words.given(OptionId::source) || words.given(OptionId::proc_root)) {
    const std::string other = words.given(OptionId::source) ? "--source" : "--proc-root";
    return UsageError{(named ? "--record" : "--at") + std::string(" reads a record, so ") + other +
                      " does not go with it: use one"};
  }
  to.id = SourceId::record;
  to.file = kRecordDirectory;
  return read_text(words, OptionId::record, to.file);
}

}  // namespace

Failure check_namespaces(const Words& words, const std::string& netns) {
  if (!host::names_several(netns)) return std::nullopt;
  constexpr std::array kSeveral = {VerbId::list,  VerbId::summary,      VerbId::check,
                                   VerbId::watch, VerbId::watch_events, VerbId::audit};
  if (std::find(kSeveral.begin(), kSeveral.end(), words.verb.id) != kSeveral.end()) return std::nullopt;
  return UsageError{"--netns " + netns + " is for lists, summary, check, watch and audit: " +
                    std::string(words.verb.title) + " looks at one network namespace" +
                    (words.verb.id == VerbId::trace ? ", or at all" : "") + ", so type --netns NAME for each"};
}

Failure refuse_several_namespaces(const SourceChoice& source) {
  if (!host::names_several(source.netns)) return std::nullopt;
  return UsageError{"metrics are of one network namespace; write a file for each that --netns names"};
}

VerbSources sources_of(VerbId verb) {
  const auto and_announcing = [](std::vector<std::string_view> names) {
    for (const TraceSourceInfo& source : kTraceSources) names.push_back(source.name);
    return names;
  };
  switch (verb) {
    case VerbId::list:
    case VerbId::summary:
      return {.names = {"auto", "netlink", "proc", "both"}, .files = true};
    case VerbId::check:
    case VerbId::audit:
      return {.names = {"auto", "netlink", "proc"}, .files = true};
    case VerbId::watch:
      return {.names = {"auto", "netlink", "proc", "both"}};
    case VerbId::watch_events:
      return {.names = and_announcing({"auto", "netlink", "proc"})};
    case VerbId::record:
      return {.names = {"auto", "netlink", "proc"}};
    case VerbId::trace:
      return {.names = and_announcing({"auto"})};
    case VerbId::explain:
    case VerbId::history:
    case VerbId::validate:
      break;
  }
  return {};
}

Failure refuse_differences(const SourceChoice& source, std::string_view who, std::string_view sources) {
  if (source.id != SourceId::both) return std::nullopt;
  return UsageError{std::string(who) + ", so the source is " + std::string(sources) +
                    ", not both, which shows only what netlink and /proc do not agree on"};
}

Failure read_live(const Words& words, SourceChoice& to) {
  std::string word(info(SourceId::automatic).name);
  if (auto failed = read_text(words, OptionId::netns, to.netns, "NAME, PID or PATH")) return failed;
  if (auto failed = check_namespaces(words, to.netns)) return failed;
  if (auto failed = read_text(words, OptionId::source, word, "auto, netlink, proc, both or FILE")) return failed;
  if (auto failed = read_text(words, OptionId::proc_root, to.proc_root)) return failed;
  if (auto failed = read_one(words, OptionId::timeout, to.timeout, parse_timeout)) return failed;
  to.strict = words.given(OptionId::strict);
  to.id = parse_source(word);
  if (to.id == SourceId::file) to.file = word;
  if (to.proc_root.empty()) return std::nullopt;
  if (!info(to.id).traits.reads_proc) {
    return UsageError{"--proc-root reads text files, so it goes with --source proc, not " + in_quotes(word)};
  }
  to.id = SourceId::proc;
  return std::nullopt;
}

Failure read(const Words& words, SourceChoice& to) {
  if (auto failed = read_live(words, to)) return failed;
  if (auto failed = read_record(words, to)) return failed;
  return read_saved(words, to);
}

}  // namespace tcpstat::cli::options
