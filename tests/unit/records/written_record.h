#pragma once
// Records in a directory of their own, written and shown.

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "parsers/records/record_encoder.h"
#include "parsers/records/record_file.h"
#include "parsers/records/record_source.h"
#include "parsers/records/record_store.h"
#include "parsers/records/record_writer.h"
#include "record/counts.h"
#include "record/recorded_facts.h"
#include "record/row_columns.h"
#include "support/rows.h"

namespace tcpstat::records {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// 2026-11-27 03:00:00 UTC
constexpr seconds kThree{1'795'748'400};

/// Encoder and writer without a thread between them.
struct Recorder {
  explicit Recorder(std::unique_ptr<RecordWriter> opened)
      : writer(std::move(opened)), encoder(record::row_columns(record::InfoChoice::some), writer->first_sample()) {}

  bool add(const RecordedSample& sample) {
    const bool written = writer->add(encoder.encode(sample));
    if (!written) encoder.begin_anew();
    return written;
  }

  std::unique_ptr<RecordWriter> writer;
  RecordEncoder encoder;
};

class Record {
 public:
  Record() {
    std::string name = "/tmp/tcpstat-record-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Record() { std::filesystem::remove_all(path); }
  Record(const Record&) = delete;
  Record& operator=(const Record&) = delete;

  std::unique_ptr<Recorder> writer(record::RetentionLimits limits = {}) {
    auto opened = RecordWriter::open({.directory = path,
                                      .interval = interval,
                                      .limits = limits,
                                      .min_free_percent = min_free_percent,
                                      .boot_id = {boot},
                                      .say = [this](const std::string& sentence) { said.push_back(sentence); }});
    if (!opened) said.push_back(opened.error().sentence());
    return opened ? std::make_unique<Recorder>(std::move(*opened)) : nullptr;
  }

  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path)) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }
  /// `kind`: "rows" or "counts".
  [[nodiscard]] std::string file_of(const std::string& kind, std::size_t number = 0) const {
    std::vector<std::string> names = files();
    std::erase_if(names, [&](const std::string& name) { return !name.starts_with(kind + "-"); });
    return names.size() > number ? path + "/" + names[number] : "";
  }
  [[nodiscard]] std::string file_of_rows(std::size_t number = 0) const { return file_of("rows", number); }

  std::string path;
  std::uint8_t boot = 1;
  seconds interval{10};
  std::uint64_t min_free_percent = 0;
  std::vector<std::string> said;
};

/// A sample at `at` with one connection whose local port tells which it is, beside `crowd` others.
inline RecordedSample sample(seconds at, int number, seconds boot = seconds(-1), int crowd = 0) {
  const auto port = static_cast<std::uint16_t>(number);
  test::TableNames names;
  RecordedSample to;
  to.wall_ns = std::chrono::nanoseconds(at).count();
  to.boot_ns = std::chrono::nanoseconds(boot == seconds(-1) ? at - kThree + hours(100) : boot).count();
  record::RowPacker rows(names, {.boot_ms = static_cast<std::uint64_t>(to.boot_ns / 1'000'000)});
  for (int i = 0; i <= crowd; ++i) {
    Connection row =
        test::connection(State::established, test::endpoint("192.0.2.1", port), test::endpoint("192.0.2.2", 9));
    row.cookie = static_cast<std::uint64_t>(i) + 1;
    if (i > 0) row.inode = static_cast<std::uint64_t>(port) * 1'000'003 * static_cast<std::uint64_t>(i);
    rows.connection(row);
  }
  to.rows = rows.take();
  to.sockets = static_cast<std::uint32_t>(to.rows.rows());
  record::CountsPacker counts;
  counts.add("port", "80", port);
  to.counts = counts.take();
  to.facts = {{"host", "db1"}, {"kernel", "6.1"}};
  return to;
}

class PortOf final : public Sink {
 public:
  Flow connection(const Connection& row) override {
    port = row.local.port;
    return Flow::more;
  }
  Flow listener(const Listener&) override { return Flow::more; }
  std::uint16_t port = 0;
};

struct Shown {
  std::string text;  ///< the port, or the sentence why there is none
  std::vector<std::string> codes;
  bool complete = true;
  std::string said;  ///< all sentences
};

/// What `--at` shows, and the codes of what it says about it.
inline Shown shown_at(const std::string& path, std::optional<seconds> at) {
  source::SourceOptions options;
  if (at) options.at = *at;
  const auto source = make_record_source(options, path);
  RunFacts facts;
  if (auto prepared = source->prepare(facts); !prepared) return {prepared.error().sentence(), {}, false, {}};
  CHECK(facts.host == "db1");
  PortOf port;
  Coverage coverage;
  REQUIRE(source->read({}, port, coverage));
  Shown shown{std::to_string(port.port), {}, coverage.complete, {}};
  for (const Warning& warning : coverage.warnings) {
    shown.said += warning.message + "\n";
    if (warning.code != "sample_time") shown.codes.push_back(warning.code);
  }
  return shown;
}

inline std::vector<std::uint64_t> counted_in(const std::string& path, seconds from, seconds to, Coverage& coverage) {
  auto store = RecordStore::open(path);
  REQUIRE(store);
  std::vector<std::uint64_t> values;
  REQUIRE(store->counts(from, to, coverage,
                        [&](const record::FileHeader&, const record::FrameHeader&, const record::Table& table) {
                          for (std::size_t slot = 0; slot < table.slots(); ++slot) {
                            if (table.is_used(slot)) values.push_back(table.row(slot)[record::kCountValue] - 1);
                          }
                        }));
  return values;
}

/// The frames of a file that is whole.
inline std::vector<FrameAt> frames_of(const std::string& path) {
  auto file = RecordFile::open(path);
  REQUIRE(file);
  std::vector<Damage> damages;
  const auto frames = file->frames(damages);
  REQUIRE(frames);
  CHECK(damages.empty());
  return *frames;
}

/// Puts these bytes in the place of those that stand there.
inline void overwrite(const std::string& path, std::uint64_t at, std::string_view bytes) {
  std::fstream out(path, std::ios::in | std::ios::out | std::ios::binary);
  out.seekp(static_cast<std::streamoff>(at));
  out << bytes;
}

inline std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace tcpstat::records
