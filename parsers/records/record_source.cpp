#include "parsers/records/record_source.h"

#include "base/quantity_text.h"
#include "base/timestamp.h"
#include "parsers/records/recorded_rows.h"

namespace tcpstat::records {
namespace {

class RecordSource final : public source::Source {
 public:
  RecordSource(const source::SourceOptions& options, std::string path) : at_(options.at), path_(std::move(path)) {}

  [[nodiscard]] std::string_view name() const override { return "file"; }
  Names* names() override { return &names_; }
  [[nodiscard]] bool brings_user_names() const override { return true; }
  [[nodiscard]] bool brings_owners() const override { return true; }

  Expected<void> prepare(RunFacts& facts) override {
    auto store = RecordStore::open(path_);
    if (!store) return tl::make_unexpected(store.error());
    Coverage said;
    const Time at = at_ ? Time(*at_) : Time::max();
    const auto found = store->find(at, said);
    if (!found) return tl::make_unexpected(found.error());
    if (!*found) return say_none(*store, said);
    sample_ = loaded_sample(*store, names_);
    header_ = store->header();
    boot_ = record::boot_text(store->file_header().boot_id);
    interval_ = std::chrono::milliseconds(store->file_header().interval_ms);
    info_age_ = oldest_info(store->table(), static_cast<std::uint64_t>(header_.boot_ns / 1'000'000));
    sample_->coverage.put_before(said);
    sample_->coverage.warn("sample_time", "showing the sample of " + sample_->facts.time + " of " + path_);
    names_.set_users(sample_->users);
    facts.time = sample_->facts.time;
    sample_->facts.put_into(facts);
    return {};
  }

  [[nodiscard]] KernelFacts kernel_facts() const override { return counts().facts; }
  [[nodiscard]] std::optional<std::uint64_t> open_files_limit(std::uint32_t pid) const override {
    return counts().open_files_limit(pid);
  }
  [[nodiscard]] std::optional<std::string> boot_id() const override { return boot_; }
  [[nodiscard]] std::optional<source::EarlierSample> earlier() const override {
    // Samples that are closer together count as one for the engines that compare them.
    constexpr std::chrono::seconds kApart{5};
    const Time before = Time(header_.wall_ns) - kApart;
    return source::EarlierSample{std::chrono::ceil<std::chrono::microseconds>(before), kApart + 2 * interval_};
  }

  Expected<void> read(const filter::Query& query, Sink& sink, Coverage& coverage) override {
    coverage.add(sample_->coverage);
    if ((header_.flags & record::rows_limited) != 0) tell_limit(header_, counts(), coverage);
    tell_owners(header_, query, coverage);
    if (query.parts.tcp_info && info_age_ && *info_age_ > 2 * interval_) {
      coverage.warn("record_tcp_info", "tcp_info of rows without trouble is up to " + duration_text(*info_age_) +
                                           " older than the sample (tcpstat record -i keeps all)");
    }
    sample_->hand_over(sink);
    return {};
  }

 private:
  /// Read when they are asked for first: a list needs none.
  [[nodiscard]] const RecordedCounts& counts() const {
    if (!counts_) {
      const auto store = RecordStore::open(path_);
      counts_ = store ? counts_of(*store, header_) : RecordedCounts();
    }
    return *counts_;
  }
  /// The hint is what could not be read of the record, which is likely to be the reason.
  [[nodiscard]] Expected<void> say_none(const RecordStore& store, const Coverage& said) const {
    const auto first = store.first_time();
    const std::string what = "show " + path_ + (at_ ? " at " + timestamp(*at_) : "");
    if (!first) return failure(what, 0, said.last_loss, "it has no sample");
    const auto begin = std::chrono::floor<std::chrono::microseconds>(*first);
    if (!at_ || *at_ >= begin) {
      return failure(what, 0, said.last_loss,
                     at_ ? "it has no whole sample of that time or before" : "it has no whole sample");
    }
    return failure(what, 0, said.last_loss, "its first sample is of " + timestamp(begin));
  }

  std::optional<std::chrono::microseconds> at_;
  std::string path_;
  RecordedNames names_;
  std::unique_ptr<logs::SavedSample> sample_;
  record::FrameHeader header_;
  std::optional<std::string> boot_;
  std::chrono::milliseconds interval_{};
  std::optional<std::chrono::milliseconds> info_age_;
  mutable std::optional<RecordedCounts> counts_;  ///< nothing: not read yet
};

}  // namespace

std::unique_ptr<source::Source> make_record_source(const source::SourceOptions& options, std::string path) {
  return std::make_unique<RecordSource>(options, std::move(path));
}

}  // namespace tcpstat::records
