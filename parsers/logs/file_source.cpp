// The file source: a saved /proc/net/tcp or tcp6, a raw dump as `ss -D` writes it, or tcpstat's own ndjson; which of
// them it is follows from the first bytes. The file is read to its end before the first row goes on: only the end tells
// which sample is the last.

#include "parsers/logs/file_source.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "parsers/logs/file_kind.h"
#include "parsers/logs/saved_dump.h"
#include "parsers/logs/saved_file.h"
#include "parsers/logs/saved_lines.h"
#include "parsers/logs/saved_text.h"

namespace tcpstat::logs {
namespace {

/// The first block, whole: a pipe may deliver it in pieces.
Expected<std::string> read_head(SavedFile& file) {
  std::string head;
  while (head.size() < SavedFile::kBlock) {
    const auto block = file.read();
    if (!block) return tl::make_unexpected(block.error());
    if (block->empty()) break;
    head.append(*block);
  }
  return head;
}

/// JSON that is no ndjson: a document of many lines.
bool is_document(std::string_view head) {
  const std::size_t newline = head.find('\n');
  const bool whole = newline != std::string_view::npos || head.size() < SavedFile::kBlock;
  return whole && !nlohmann::json::parse(head.substr(0, newline), nullptr, false).is_object();
}

class FileSource final : public source::Source {
 public:
  FileSource(const source::SourceOptions& options, std::string path, Names& host_names)
      : options_(options), path_(std::move(path)), names_(host_names) {}

  [[nodiscard]] std::string_view name() const override { return "file"; }
  Names* names() override { return &names_; }
  [[nodiscard]] bool brings_owners() const override { return kind_ == FileKind::ndjson || kind_ == FileKind::empty; }

  Expected<void> prepare(RunFacts& facts) override {
    auto file = SavedFile::open(path_, options_.timeout);
    if (!file) return tl::make_unexpected(file.error());
    const auto head = read_head(*file);
    if (!head) return tl::make_unexpected(head.error());
    kind_ = file_kind(*head);
    if (auto known = check_kind(file->name(), *head); !known) return known;
    SavedSamples samples([this](std::unique_ptr<SavedSample> sample) { chosen_ = std::move(sample); });
    ended_ = read_all(*file, *head, samples);
    if (chosen_ == nullptr) chosen_ = std::make_unique<SavedSample>();
    set(facts, *file);
    return {};
  }

  Expected<void> read(const filter::Query& /*query*/, Sink& sink, Coverage& coverage) override {
    coverage.add(chosen_->coverage);
    if (!ended_) coverage.complete = false;
    for (const Connection& row : chosen_->rows.connections()) {
      if (sink.connection(row) == Flow::stop) return {};
    }
    for (const Listener& row : chosen_->rows.listeners()) {
      if (sink.listener(row) == Flow::stop) return {};
    }
    return ended_;
  }

 private:
  [[nodiscard]] Expected<void> check_kind(const std::string& name, std::string_view head) const {
    if (kind_ == FileKind::unknown) {
      return failure("read " + name, 0, "it may be a saved /proc/net/tcp or tcp6, a dump of ss -D, or ndjson",
                     "this is no format that tcpstat knows");
    }
    if (kind_ == FileKind::ndjson && is_document(head)) {
      return failure("read " + name, 0,
                     "save with -f ndjson, or turn a document's rows into lines: jq -c '.connections[]'",
                     "it looks like JSON, but its first line is no whole object");
    }
    return {};
  }

  [[nodiscard]] std::unique_ptr<SampleReader> reader(std::string_view head, SavedSamples& samples) {
    switch (kind_) {
      case FileKind::proc_text: {
        const std::endian order = procfs::proc_net_tcp::guess_byte_order(head);
        other_order_ = order != std::endian::native;
        return std::make_unique<SavedText>(samples, procfs::proc_net_tcp::Format{.byte_order = order});
      }
      case FileKind::netlink_dump:
        return std::make_unique<SavedDump>(samples);
      case FileKind::ndjson:
        return std::make_unique<SavedLines>(samples, names_);
      case FileKind::empty:
      case FileKind::unknown:
        break;
    }
    return nullptr;
  }

  /// Fails half way with what was read until then.
  Expected<void> read_all(SavedFile& file, std::string_view head, SavedSamples& samples) {
    const auto to = reader(head, samples);
    if (to == nullptr) return {};
    to->feed(head);
    Expected<void> ended;
    while (true) {
      const auto block = file.read();
      if (!block) ended = tl::make_unexpected(block.error());
      if (!block || block->empty()) break;
      to->feed(*block);
    }
    to->finish();
    return ended;
  }

  void set(RunFacts& facts, const SavedFile& file) {
    if (file.changed()) facts.time = *file.changed();
    facts.host = chosen_->facts.host;
    facts.kernel = chosen_->facts.kernel;
    facts.netns = chosen_->facts.netns;
    if (other_order_) {
      chosen_->coverage.warn("byte_order", file.name() +
                                               " was written by a host of the other byte order: addresses are "
                                               "read accordingly");
    }
  }

  source::SourceOptions options_;
  std::string path_;
  RecordedNames names_;
  FileKind kind_ = FileKind::empty;
  bool other_order_ = false;
  std::unique_ptr<SavedSample> chosen_;
  Expected<void> ended_;  ///< how the reading ended
};

}  // namespace

std::unique_ptr<source::Source> make_file_source(const source::SourceOptions& options, std::string path,
                                                 Names& host_names) {
  return std::make_unique<FileSource>(options, std::move(path), host_names);
}

}  // namespace tcpstat::logs
