#include "parsers/host/replayed_record.h"

#include "base/shell_word.h"
#include "base/timestamp.h"
#include "parsers/host/opened_host.h"
#include "parsers/records/recorded_rows.h"
#include "report/source_names.h"

namespace tcpstat::host {
namespace {

using std::chrono::microseconds;

/// The clock of the sample that is shown.
class RecordClock final : public Clock {
 public:
  void set(const record::FrameHeader& header) {
    now_ = Instant(std::chrono::duration_cast<Instant::duration>(std::chrono::nanoseconds(header.boot_ns)));
    wall_ = std::chrono::system_clock::time_point(
        std::chrono::duration_cast<std::chrono::system_clock::duration>(std::chrono::nanoseconds(header.wall_ns)));
  }
  [[nodiscard]] Instant now() const override { return now_; }
  void sleep_until(Instant /*due*/) override {}
  [[nodiscard]] std::chrono::system_clock::time_point wall_time() const override { return wall_; }

 private:
  Instant now_{};
  std::chrono::system_clock::time_point wall_{};
};

class Replay final : public ReplayedRecord {
 public:
  explicit Replay(records::RecordStore store) : store_(std::move(store)), facts_(host_facts("")) {
    facts_.host.reset();
    facts_.kernel.reset();
  }

  Expected<void> index(microseconds from, microseconds to) {
    if (auto indexed = store_.index(from, to, said_); !indexed) return indexed;
    while (first_ < store_.samples() && store_.time(first_) < from) ++first_;
    end_ = first_;
    while (end_ < store_.samples() && store_.time(end_) <= to) ++end_;
    if (first_ < end_) return {};
    const std::string known = "tcpstat history --record " + shell_word(store_.path()) + " says which samples there are";
    const std::string& lost = said_.last_loss;
    return failure("replay " + store_.path(), 0, lost.empty() ? known : lost,
                   "it has no sample from " + timestamp(from) + " to " + timestamp(to));
  }

  bool step(std::ptrdiff_t by) override {
    const auto wanted = static_cast<std::ptrdiff_t>(position_) + by;
    if (wanted < 1 || wanted > static_cast<std::ptrdiff_t>(samples())) return false;
    position_ = static_cast<std::size_t>(wanted);
    const std::size_t at = first_ + position_ - 1;
    const bool whole = store_.load(at);
    names_.set_users({});
    sample_.reset();
    if (whole) {
      clock_.set(store_.header());
      sample_ = records::loaded_sample(store_, names_);
      names_.set_users(sample_->users);
      sample_->facts.put_into(facts_);
      counts_ = records::counts_of(store_, store_.header());
      records::tell_limit(store_.header(), counts_, sample_->coverage);
    }
    facts_.time = timestamp(std::chrono::floor<microseconds>(store_.time(at)));
    return true;
  }
  [[nodiscard]] std::size_t position() const override { return position_; }
  [[nodiscard]] std::size_t samples() const override { return end_ - first_; }

  Expected<void> read(const filter::Query& query, Sink& sink, Coverage& coverage) override {
    coverage.put_before(said_);
    said_ = {};
    if (sample_ == nullptr) {
      return failure("read the sample of " + facts_.time, 0, "", store_.why_not());
    }
    coverage.add(sample_->coverage);
    records::tell_owners(store_.header(), query, coverage);
    sample_->hand_over(sink);
    return {};
  }
  void read_half_opens_from_proc(Family /*family*/, std::uint64_t /*most_rows*/, Sink& /*sink*/) override {}
  void keep_source() override {}
  [[nodiscard]] std::string_view source_name() const override { return "file"; }
  [[nodiscard]] bool shows_all_half_opens() const override { return true; }

  Expected<const OwnerLookup*> owners() override {
    return failure("look for owners in a record", 0, "", "its rows bring them");
  }
  void forget_owners() override {}
  [[nodiscard]] std::optional<std::uint64_t> open_files_limit(std::uint32_t pid) const override {
    return sample_ != nullptr ? counts_.open_files_limit(pid) : std::nullopt;
  }

  [[nodiscard]] KernelFacts kernel_facts() const override { return counts_.facts; }
  [[nodiscard]] KernelCounters kernel_counters() const override { return counts_.facts.counters; }
  [[nodiscard]] const KernelLimits& kernel_limits() const override { return counts_.facts.settings; }
  Expected<void> read_tracked_flows(TrackedFlowSink& /*sink*/) const override {
    return failure("read connection tracking", 0, "", "a record has none");
  }

  [[nodiscard]] bool is_file() const override { return true; }
  [[nodiscard]] const RunFacts& facts() const override { return facts_; }
  [[nodiscard]] std::optional<std::string> boot_id() const override { return std::nullopt; }
  [[nodiscard]] Names& names() override { return names_; }
  [[nodiscard]] SourceNames evidence_names() const override {
    SourceNames names;
    names.rows = store_.path();
    names.saved = true;
    names.options = "--record " + shell_word(store_.path()) + " --at " + facts_.time;
    return names;
  }
  [[nodiscard]] Clock& clock() override { return clock_; }

 private:
  records::RecordStore store_;
  RunFacts facts_;
  RecordedNames names_;
  records::RecordedCounts counts_;
  RecordClock clock_;
  Coverage said_;
  std::size_t first_ = 0;
  std::size_t end_ = 0;
  std::size_t position_ = 0;
  std::unique_ptr<logs::SavedSample> sample_;
};

}  // namespace

Expected<std::unique_ptr<ReplayedRecord>> ReplayedRecord::open(const std::string& path, microseconds from,
                                                               microseconds to) {
  auto store = records::RecordStore::open(path);
  if (!store) return tl::make_unexpected(store.error());
  auto replay = std::make_unique<Replay>(std::move(*store));
  if (auto indexed = replay->index(from, to); !indexed) return tl::make_unexpected(indexed.error());
  return std::unique_ptr<ReplayedRecord>(std::move(replay));
}

}  // namespace tcpstat::host
