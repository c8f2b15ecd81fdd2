#include "cli/options/request.h"

namespace tcpstat::cli::options {
namespace {

void add(const filter::Filter& filter, Request& to) { to.filter = filter; }

void add(const SourceChoice& source, Request& to) {
  to.source = source.id;
  to.file = source.file;
  to.proc_root = source.proc_root;
  to.netns = source.netns;
  to.timeout = source.timeout;
  to.strict = source.strict;
}

void add(const OutputChoice& output, Request& to) {
  to.format = &render::format(output.format);
  to.output_file = output.file;
  to.quiet = output.quiet;
  to.verbose = output.verbose;
}

void add(const TextChoice& text, Request& to) {
  to.header = text.header;
  to.truncate = text.truncate;
  to.colour = text.colour;
}

void add(const RowChoice& rows, Request& to) {
  to.columns = rows.columns;
  to.added_columns = rows.added_columns;
  to.sort = rows.sort;
  to.limit = rows.limit;
  to.processes = rows.processes;
  to.info = rows.info;
  to.resolve = rows.resolve;
}

void add(const Sampling& sampling, Request& to) {
  to.interval = sampling.interval;
  to.count = sampling.count;
}

void add(const CountLimits& limits, Request& to) {
  to.check.warning = limits.warning;
  to.check.critical = limits.critical;
  to.check.warning_text = limits.warning_text;
  to.check.critical_text = limits.critical_text;
}

void add(const RuleChoice& rules, Request& to) {
  to.check.rules = rules.rules;
  to.check.thresholds = rules.thresholds;
  to.check.state_file = rules.state_file;
  to.interval = rules.interval;
}

/// What a command has of its own.
void own(const ListCommand& /*list*/, Request& to) { to.verb = Verb::list; }
void own(const SummaryCommand& summary, Request& to) {
  to.verb = Verb::summary;
  to.group_by = summary.group_by;
}
void own(const WatchCommand& watch, Request& to) {
  to.verb = Verb::watch;
  to.format_given = watch.format_in_pipe == watch.output.format;
}
void own(const EventsCommand& watch, Request& to) {
  to.verb = Verb::watch;
  to.events = true;
  to.format_given = watch.format_in_pipe == watch.output.format;
}
void own(const ExplainCommand& explain, Request& to) {
  to.verb = Verb::explain;
  to.subject = explain.subject;
  to.proc_root = explain.proc_root;
  if (explain.drawing != Drawing::none) to.drawing = explain.drawing == Drawing::dot ? "dot" : "mermaid";
}
void own(const ValidateCommand& validate, Request& to) {
  to.verb = Verb::validate;
  to.log = validate.log;
  to.proc_root = validate.proc_root;
  to.truncate = validate.truncate;
  to.strict = validate.strict;
}
void own(const CheckCommand& check, Request& to) {
  to.verb = Verb::check;
  to.check.filter_words = check.filter_words;
  std::visit([&](const auto& judge) { add(judge, to); }, check.judge);
}
void own(const AuditCommand& /*audit*/, Request& to) { to.verb = Verb::audit; }
void own(const WordsCommand& words, Request& to) {
  to.verb = Verb::words;
  to.words_of = words.list;
}
void own(const TextCommand& /*text*/, Request& to) { to.verb = Verb::help; }

}  // namespace

Request as_request(const Command& command) {
  Request request;
  std::visit(
      [&](const auto& one) {
        if constexpr (requires { one.filter; }) add(one.filter, request);
        if constexpr (requires { one.source; }) add(one.source, request);
        if constexpr (requires { one.output; }) add(one.output, request);
        if constexpr (requires { one.text.header; }) add(one.text, request);
        if constexpr (requires { one.rows; }) add(one.rows, request);
        if constexpr (requires { one.sampling; }) add(one.sampling, request);
        own(one, request);
      },
      command);
  return request;
}

}  // namespace tcpstat::cli::options
