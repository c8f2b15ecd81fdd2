#include "parsers/bpf/handshake_counter.h"

#ifdef TCPSTAT_WITH_BPF

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <handshakes.skel.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "parsers/bpf/bpf_refusal.h"
#include "parsers/bpf/fate_record.h"
#include "parsers/bpf/kernel_symbols.h"

namespace tcpstat::bpf {
namespace {

/// How many listeners are told apart if all namespaces are counted.
constexpr std::uint32_t kMostOfAll = 8192;

constexpr const char* kTrace = "trace by BPF";

/// The address of the function that ends requests, by which their timers are known.
Expected<std::uint64_t> request_timer(const BpfHost& host) {
  if (const Verdict verdict = may_trace(host); !verdict.possible) return tl::make_unexpected(verdict.error);
  constexpr std::string_view kHandler = "reqsk_timer_handler";
  const KernelAddress address = kernel_address(kHandler);
  if (address.value_or(0) != 0) return *address;
  return failure(kTrace, 0, address ? "see kernel.kptr_restrict" : "", why_no_address(kHandler, address));
}

}  // namespace

class HandshakePrograms {
 public:
  /// `netns`: inode; 0: all.
  explicit HandshakePrograms(std::uint32_t netns) : netns_(netns) {}

  /// The first call loads the programs; each returns how that went.
  Expected<void> start() {
    const std::lock_guard guard(mutex_);
    if (!started_) started_ = load();
    return *started_;
  }
  /// Ends the counting.
  void detach() { handshakes__detach(programs_.get()); }

  /// The counts of one namespace.
  Expected<FateTable> read(std::uint32_t netns) const {
    FateTable out;
    const int map = ::bpf_map__fd(programs_->maps.counts);
    std::vector<fate_counts> of_processors(static_cast<std::size_t>(std::max(::libbpf_num_possible_cpus(), 1)));
    fate_key key{};
    for (int code = ::bpf_map_get_next_key(map, nullptr, &key); code == 0;) {
      if (key.netns == netns) {
        if (::bpf_map_lookup_elem(map, &key, of_processors.data()) != 0) {
          return failure("read the counts of handshakes", errno);
        }
        out[key] = of_processors;
      }
      const fate_key last = key;
      code = ::bpf_map_get_next_key(map, &last, &key);
    }
    return out;
  }
  [[nodiscard]] std::uint64_t missed() const {
    std::uint64_t count = 0;
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, programs_->obj) {
      bpf_prog_info info{};
      std::uint32_t size = sizeof info;
      if (::bpf_obj_get_info_by_fd(::bpf_program__fd(program), &info, &size) == 0) count += info.recursion_misses;
    }
    return count;
  }
  [[nodiscard]] std::uint64_t left_out() const { return programs_->bss->listeners_left_out; }

 private:
  Expected<void> load() {
    const BpfHost host = look_at_host();
    const auto timer = request_timer(host);
    if (!timer) return tl::make_unexpected(timer.error());
    ::libbpf_set_print(nullptr);
    programs_.reset(handshakes__open());
    if (!programs_) return tl::make_unexpected(load_failure(host, errno));
    programs_->rodata->wanted_netns = netns_;
    programs_->rodata->request_timer = *timer;
    if (netns_ == 0) ::bpf_map__set_max_entries(programs_->maps.counts, kMostOfAll);
    int code = handshakes__load(programs_.get());
    if (code == 0) code = handshakes__attach(programs_.get());
    if (code == 0) return {};
    programs_.reset();
    return tl::make_unexpected(load_failure(host, -code));
  }

  struct Destroy {
    void operator()(handshakes* programs) const { handshakes__destroy(programs); }
  };

  std::uint32_t netns_;
  std::mutex mutex_;
  std::optional<Expected<void>> started_;
  std::unique_ptr<handshakes, Destroy> programs_;
};

namespace {

class BpfHandshakes final : public HandshakeCounter {
 public:
  BpfHandshakes(std::uint32_t netns, std::shared_ptr<HandshakePrograms> shared)
      : netns_(netns), is_shared_(shared != nullptr), programs_(std::move(shared)) {}

  Expected<void> start() override {
    if (netns_ == 0) return failure(kTrace, 0, {}, "it is not known which network namespace this is");
    if (!programs_) programs_ = std::make_shared<HandshakePrograms>(netns_);
    if (auto started = programs_->start(); !started) return started;
    auto before = programs_->read(netns_);
    if (!before) return tl::make_unexpected(before.error());
    before_ = std::move(*before);
    missed_ = programs_->missed();
    left_out_ = programs_->left_out();
    started_ = true;
    return {};
  }

  Expected<CountedHandshakes> stop() override {
    const auto programs = std::exchange(programs_, nullptr);
    if (!programs || !started_) return failure("read the counts of handshakes", EINVAL);
    if (!is_shared_) programs->detach();
    const auto now = programs->read(netns_);
    if (!now) return tl::make_unexpected(now.error());
    return counted_between(before_, *now, programs->missed() - missed_, programs->left_out() - left_out_);
  }

 private:
  std::uint32_t netns_;
  bool is_shared_;
  bool started_ = false;
  std::shared_ptr<HandshakePrograms> programs_;
  FateTable before_;
  std::uint64_t missed_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace

Expected<void> may_count_handshakes() {
  const auto timer = request_timer(look_at_host());
  if (!timer) return tl::make_unexpected(timer.error());
  return {};
}

std::shared_ptr<HandshakePrograms> shared_handshake_programs() { return std::make_shared<HandshakePrograms>(0); }

std::unique_ptr<HandshakeCounter> handshake_counter(std::uint32_t netns, std::shared_ptr<HandshakePrograms> shared) {
  return std::make_unique<BpfHandshakes>(netns, std::move(shared));
}

}  // namespace tcpstat::bpf

#endif
