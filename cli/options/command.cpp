#include "cli/options/command.h"

#include "cli/options/commands/commands.h"
#include "cli/options/exclusions.h"
#include "cli/options/read_option.h"

namespace tcpstat::cli::options {
namespace {

template <typename C>
Parsed<Command> make(const Words& words) {
  C command;
  if (auto failed = read(words, command)) return tl::make_unexpected(*failed);
  return Command(std::move(command));
}

Parsed<Command> command_of(const Words& words) {
  switch (words.verb.id) {
    case VerbId::list:
      return make<ListCommand>(words);
    case VerbId::summary:
      return make<SummaryCommand>(words);
    case VerbId::watch:
      return make<WatchCommand>(words);
    case VerbId::watch_events:
      return make<EventsCommand>(words);
    case VerbId::trace:
      return make<TraceCommand>(words);
    case VerbId::explain:
      return make<ExplainCommand>(words);
    case VerbId::check:
      return make<CheckCommand>(words);
    case VerbId::record:
      return make<RecordCommand>(words);
    case VerbId::history:
      return make<HistoryCommand>(words);
    case VerbId::audit:
      return make<AuditCommand>(words);
    case VerbId::validate:
      break;
  }
  return make<ValidateCommand>(words);
}

/// `typed_verb`: another than that of `words` where `watch --events` is a trace.
Failure refuse_other_options(const Words& words, const VerbInfo& typed_verb) {
  const bool watched = words.verb.id == VerbId::trace && typed_verb.id == VerbId::watch;
  for (const OptionInfo& option : options()) {
    if (watched && option.id == OptionId::events) continue;
    if (!words.given(option.id) || (words.verb.takes | words.verb.tolerates).has(option.id)) continue;
    if (watched && typed_verb.takes.has(option.id)) {
      return UsageError{"--source " + words.typed.value(OptionId::source).value_or("") +
                        " prints each transition as the kernel announces it, so --" + std::string(option.name) +
                        " does not go with it"};
    }
    return UsageError{refusal(words.verb, option, words.typed.value(option.id).value_or(""))};
  }
  return std::nullopt;
}

/// An unset variable of a script would choose nothing, and so show everything. An empty range never alarms, as in other
/// monitoring plugins.
Failure refuse_empty_values(const TypedOptions& typed) {
  for (const OptionInfo& option : options()) {
    if (option.id == OptionId::warning || option.id == OptionId::critical) continue;
    for (const std::string& value : typed.values(option.id)) {
      if (option.takes_value() && value.find_first_not_of(",!^") == std::string::npos) {
        return UsageError{must_have_value(option.id, option.value)};
      }
    }
  }
  return std::nullopt;
}

OutputChoice output_of(const Command& command) {
  return std::visit(
      [](const auto& one) {
        if constexpr (requires { one.output; }) return one.output;
        return OutputChoice();
      },
      command);
}

/// Notes on what was typed and means something else than its author may think.
std::vector<std::string> notes_on(const TypedOptions& typed) {
  std::vector<std::string> notes;
  if (typed.given_in_vain('u')) notes.emplace_back("only TCP is shown; -u changes nothing");
  for (const OptionId id : {OptionId::local, OptionId::remote}) {
    for (const std::string& piece : split_list(typed.values(id))) {
      if (std::string hint = port_hint(Exclusions::meant(piece)); !hint.empty()) notes.push_back(std::move(hint));
    }
  }
  for (const std::string& piece : split_list(typed.values(OptionId::process))) {
    const std::string name = Exclusions::meant(piece);
    if (name.size() > filter::kLongestComm) notes.push_back(long_process_note(name));
  }
  return notes;
}

TextCommand page_of(const VerbInfo& verb) { return {help_text(verb), &verb}; }

/// `tcpstat help [VERB]`: the page of --help, and no failure, whatever a monitoring system makes of `check --help`.
Parsed<ParsedLine> help_command(const CommandLine& line) {
  if (line.operands.size() == 1) return ParsedLine{page_of(verb_info(VerbId::list)), {}};
  const VerbInfo* verb = find_verb(line.operands[1]);
  if (verb == nullptr || line.operands.size() > 2) {
    const std::string& word = line.operands[verb == nullptr ? 1 : 2];
    return usage_error("cannot help with " + in_quotes(word) + " (see: tcpstat help; tcpstat explain --all)");
  }
  return ParsedLine{page_of(*verb), {}};
}

}  // namespace

bool is_quiet(const Command& command) { return output_of(command).quiet; }

Parsed<ParsedLine> parse_command(const CommandLine& line) {
  const bool asks_for_help = line.verb->id == VerbId::list && !line.operands.empty() && line.operands[0] == kHelpWord;
  if (asks_for_help && line.option_words.empty()) return help_command(line);
  const auto typed = parse_options(line);
  if (!typed) return tl::make_unexpected(typed.error());
  if (typed->given(OptionId::help)) return ParsedLine{page_of(*line.verb), {}};
  if (typed->given(OptionId::version)) return ParsedLine{TextCommand{"tcpstat " TCPSTAT_VERSION "\n", nullptr}, {}};
  const bool events = line.verb->id == VerbId::watch && typed->given(OptionId::events);
  const std::string from = typed->value(OptionId::source).value_or("");
  const bool exact = events && find_trace_source(from) != nullptr;
  const VerbInfo& watched = verb_info(exact ? VerbId::trace : VerbId::watch_events);
  Words words{*typed, events ? watched : *line.verb, {}, line.command};
  if (!line.operands.empty()) words.operand = line.operands.front();
  const bool filters = !line.operands.empty() || typed->given(OptionId::filter_file);
  if (line.verb->operand == Operand::filter && filters) {
    if (auto failed = read_expression(line.operands, words)) return tl::make_unexpected(*failed);
  }
  if (auto failed = refuse_other_options(words, *line.verb)) return tl::make_unexpected(*failed);
  auto command = command_of(words);
  if (!command) return tl::make_unexpected(command.error());
  if (auto failed = refuse_empty_values(*typed)) return tl::make_unexpected(*failed);
  if (const auto list = typed->value(OptionId::list)) {
    const bool of_machine = words.verb.id == VerbId::explain && words.operand == kMachine;
    command = WordsCommand{*list, &words.verb, of_machine, output_of(*command)};
  }
  ParsedLine parsed{std::move(*command), {}};
  parsed.notes = notes_on(*typed);
  if (words.expression) {
    for (std::string& note : notes_on(*words.expression)) parsed.notes.push_back(std::move(note));
  }
  return parsed;
}

}  // namespace tcpstat::cli::options
