#include "cli/options/request.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat::cli::options {
namespace {

Request request(const std::vector<std::string>& words) {
  return as_request(parse_command(scan_command_line(words)).value().command);
}

TEST_CASE("a request carries what its command says") {
  const Request list =
      request({"-4pirqv",       "-o",      "STATE,+PID", "-S",        "UID", "--limit",       "3",   "-H",
               "--no-truncate", "--color", "always",     "-f",        "csv", "--output-file", "out", "--proc-root",
               "/tmp/proc",     "--netns", "7",          "--timeout", "2",   "--strict"});
  CHECK(list.verb == Verb::list);
  CHECK_FALSE(list.filter.ipv6);
  CHECK(list.columns.size() == 1);
  CHECK(list.added_columns.size() == 1);
  CHECK(list.sort.size() == 1);
  CHECK(list.limit == 3U);
  CHECK((list.processes && list.info && list.resolve && list.quiet && list.verbose && list.strict));
  CHECK_FALSE((list.header || list.truncate));
  CHECK(list.colour == When::always);
  CHECK(list.format->name == "csv");
  CHECK(list.output_file == "out");
  CHECK(list.source == SourceId::proc);
  CHECK(list.proc_root == "/tmp/proc");
  CHECK(list.netns == "7");
  CHECK(list.timeout == std::chrono::seconds(2));
  CHECK(request({"--source", "saved"}).file == "saved");
  CHECK(request({}).source == SourceId::automatic);
}

TEST_CASE("a request has the fields of its verb") {
  CHECK(request({"summary", "--by", "user"}).group_by == std::vector<std::string>{"user"});
  const Request watch = request({"watch", "--events", "--interval", "2", "--count", "4"});
  CHECK(watch.verb == Verb::watch);
  CHECK(watch.events);
  CHECK(watch.interval == std::chrono::seconds(2));
  CHECK(watch.count == 4U);
  CHECK_FALSE(watch.format_given);
  CHECK(request({"watch", "-f", "table"}).format_given);
  CHECK(request({"explain", "machine", "-f", "dot"}).drawing == "dot");
  CHECK(request({"explain", "close"}).subject == "close");
  CHECK(request({"validate", "log"}).log == "log");
  const Request count = request({"check", "-c", "5", "--port", "80"});
  CHECK(count.check.counts());
  CHECK(count.check.critical_text == "5");
  CHECK(count.check.filter_words == " --port 80");
  const Request rules = request({"check", "--rule", "syn-flood", "--interval", "3", "--state-file", "file"});
  CHECK_FALSE(rules.check.counts());
  CHECK(rules.check.rules == std::vector<std::string>{"syn-flood"});
  CHECK(rules.check.state_file == "file");
  CHECK(rules.interval == std::chrono::seconds(3));
  CHECK(request({"audit"}).filter.states == StateSet::all());
  CHECK(request({"--list", "states"}).words_of == "states");
}

}  // namespace
}  // namespace tcpstat::cli::options
