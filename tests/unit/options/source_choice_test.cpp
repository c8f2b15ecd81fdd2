// Where rows come from.

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <ostream>

#include "cli/options/choices.h"
#include "cli/options/verb_table.h"
#include "options/typed.h"

namespace tcpstat::cli::options {
namespace {

TEST_CASE("what looks at one network namespace says what to type for several") {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"summary"}, {"check"}, {"watch"}, {"watch", "--events"}, {"audit"}}) {
    CAPTURE(words.front());
    for (const char* netns : {"all", "web,db"}) {
      std::vector<std::string> all = words;
      all.insert(all.end(), {"--netns", netns});
      CHECK(typed_line(all));
    }
  }
  CHECK(refusal({"record", "--netns", "all"}) ==
        "--netns all is for lists, summary, check, watch and audit: record looks at one network namespace, so type "
        "--netns NAME for each");
  CHECK(typed_line({"trace", "--netns", "all"}));
  CHECK(
      refusal({"trace", "--netns", "web,db"}) ==
      "--netns web,db is for lists, summary, check, watch and audit: trace looks at one network namespace, or at all, "
      "so type --netns NAME for each");
  CHECK(refusal({"audit", "--container", "web"}) ==
        "--container selects connections; audit takes the network namespace of a process in it: --netns PID");
}

TEST_CASE("--proc-root reads /proc, and -u is answered once") {
  const auto parsed = typed_line({"--proc-root", "/tmp/proc", "-u"}).value();
  const auto& source = std::get<ListCommand>(parsed.command).source;
  CHECK(source.id == SourceId::proc);
  CHECK(source.proc_root == "/tmp/proc");
  CHECK(parsed.notes.size() == 1);
  CHECK(typed_line({"-ntW"}).value().notes.empty());
  CHECK(typed_line({"-ntemW"}).value().notes.empty());
}

TEST_CASE("a source is one of the live ones, or a file") {
  CHECK(typed_command<ListCommand>({}).source.id == SourceId::automatic);
  CHECK(typed_command<ListCommand>({}).source.timeout == std::chrono::seconds(10));
  CHECK(typed_command<SummaryCommand>({"summary", "--source", "both"}).source.id == SourceId::both);
  const SourceChoice file = typed_command<ListCommand>({"--source", "saved", "--timeout", "0", "--strict"}).source;
  CHECK(file.id == SourceId::file);
  CHECK(file.file == "saved");
  CHECK_FALSE(file.timeout);
  CHECK(file.strict);
  CHECK(refusal({"--source", ""}) == "--source needs a value: auto, netlink, proc, both or FILE");
  CHECK(refusal({"--netns", ""}) == "--netns needs a value: NAME, PID or PATH");
  CHECK(refusal({"--proc-root", ""}) == "--proc-root needs a value: DIR");
}

TEST_CASE("the sources that are listed of a verb are those that it takes") {
  for (const VerbInfo& verb : verbs()) {
    CAPTURE(verb.title);
    const VerbSources taken = sources_of(verb.id);
    CHECK(verb.takes.has(OptionId::source) == !taken.names.empty());
    if (taken.names.empty()) continue;
    for (const std::string word : {"auto", "netlink", "proc", "both", "bpf", "tracefs", "saved-file"}) {
      CAPTURE(word);
      std::vector<std::string> line;
      if (!verb.word.empty()) line.emplace_back(verb.word);
      if (verb.id == VerbId::watch_events) line.emplace_back("--events");
      line.insert(line.end(), {"--source", word});
      const bool named = std::find(taken.names.begin(), taken.names.end(), word) != taken.names.end();
      // Any other word is a file.
      CHECK(typed_line(line).has_value() == (named || (taken.files && word != "both")));
    }
  }
}

TEST_CASE("what only one of two sources has is neither judged nor measured") {
  const std::string rest = ", not both, which shows only what netlink and /proc do not agree on";
  CHECK(refusal({"check", "--source", "both"}) ==
        "check judges all sockets, so the source is auto, netlink, proc or a file" + rest);
  CHECK(refusal({"check", "--source", "both", "-w", "10"}) ==
        "check judges all sockets, so the source is auto, netlink, proc or a file" + rest);
  CHECK(refusal({"audit", "--source", "both"}) ==
        "audit judges all listeners, so the source is auto, netlink or proc" + rest);
  CHECK(refusal({"summary", "--source", "both", "-f", "prometheus"}) ==
        "metrics count all sockets, so the source is auto, netlink, proc or a file" + rest);
  CHECK(typed_command<WatchCommand>({"watch", "--source", "both"}).source.id == SourceId::both);
}

TEST_CASE("what saved rows have goes with saved rows") {
  CHECK(refusal({"--sample", "2"}) == "--sample chooses among the samples of a file: add --source FILE");
  CHECK(typed_command<ListCommand>({"--source", "saved", "--sample", "2"}).source.sample == 2U);
  CHECK(refusal({"--source", "saved", "--sample", "0"}) == "bad sample \"0\" (samples are counted from 1)");
  CHECK(refusal({"--source", "saved", "--sample", "2", "--at", "03:00"}) ==
        "--at and --sample both choose a sample: use one");
  CHECK(refusal({"--byte-order", "big"}) ==
        "--byte-order is for saved text of /proc: add --source FILE or --proc-root DIR");
  CHECK(typed_command<ListCommand>({"--source", "saved", "--byte-order", "big"}).source.byte_order == std::endian::big);
  CHECK(typed_command<ListCommand>({"--proc-root", "/p", "--byte-order", "little"}).source.byte_order ==
        std::endian::little);
  const SourceChoice plain = typed_command<ListCommand>({"--source", "saved"}).source;
  CHECK_FALSE(plain.sample);
  CHECK_FALSE(plain.at);
  CHECK_FALSE(plain.byte_order);
  CHECK_FALSE(plain.strict);
  CHECK(typed_command<ListCommand>({"--source", "saved", "--at", "2026-01-02T03:04:05Z"}).source.at.has_value());
}

TEST_CASE("a record is a source where one is named, or a time without a file") {
  const SourceChoice at = typed_command<ListCommand>({"--at", "2026-01-02T03:04:05Z"}).source;
  CHECK(at.id == SourceId::record);
  CHECK(at.file == kRecordDirectory);
  CHECK(at.at.has_value());
  const SourceChoice named = typed_command<ListCommand>({"--record", "dir"}).source;
  CHECK(named.id == SourceId::record);
  CHECK(named.file == "dir");
  CHECK_FALSE(named.at);
  CHECK(refusal({"--record", "dir", "--source", "proc"}) ==
        "--record reads a record, so --source does not go with it: use one");
  CHECK(refusal({"--record", "dir", "--proc-root", "/p"}) ==
        "--record reads a record, so --proc-root does not go with it: use one");
  CHECK(refusal({"--at", "03:00", "--proc-root", "/p"}) ==
        "--at reads a record, so --proc-root does not go with it: use one");
  CHECK(refusal({"--at", "03:00", "--source", "netlink"}) ==
        "--at reads a record, so --source does not go with it: use one");
  // A file has samples of its own.
  CHECK(typed_command<ListCommand>({"--at", "03:00", "--source", "saved"}).source.id == SourceId::file);
}

TEST_CASE("--proc-root goes with /proc") {
  for (const char* source : {"auto", "proc"}) {
    CHECK(typed_command<ListCommand>({"--proc-root", "/p", "--source", source}).source.id == SourceId::proc);
  }
  CHECK(refusal({"--proc-root", "/p", "--source", "netlink"}) ==
        "--proc-root reads text files, so it goes with --source proc, not \"netlink\"");
  CHECK(typed_command<ListCommand>({"--source", "netlink"}).source.file.empty());
  CHECK(typed_command<ListCommand>({"--netns", "web"}).source.netns == "web");
  CHECK(typed_command<ListCommand>({"--timeout", "2.5"}).source.timeout == std::chrono::milliseconds(2500));
}

TEST_CASE("metrics are of one namespace") {
  CHECK(refusal({"summary", "-f", "prometheus", "--netns", "all"}) ==
        "metrics are of one network namespace; write a file for each that --netns names");
  CHECK(refusal({"summary", "-f", "prometheus", "--netns", "web"}).empty());
}

}  // namespace
}  // namespace tcpstat::cli::options
