#include "parsers/bpf/handshake_counter.h"

#ifdef TCPSTAT_WITH_BPF

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <handshakes.skel.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "parsers/bpf/bpf_refusal.h"
#include "parsers/bpf/fate_record.h"
#include "parsers/bpf/kernel_symbols.h"

namespace tcpstat::bpf {
namespace {

struct DestroyHandshakes {
  void operator()(handshakes* programs) const { handshakes__destroy(programs); }
};

constexpr const char* kTrace = "trace by BPF";

/// The address of the function that ends requests, by which their timers are known.
Expected<std::uint64_t> request_timer(const BpfHost& host) {
  if (const Verdict verdict = may_trace(host); !verdict.possible) return tl::make_unexpected(verdict.error);
  const std::uint64_t address = kernel_address("reqsk_timer_handler");
  if (address != 0) return address;
  return failure(kTrace, 0, "see kernel.kptr_restrict", "the kernel hides the address of reqsk_timer_handler()");
}

class BpfHandshakes final : public HandshakeCounter {
 public:
  explicit BpfHandshakes(std::uint32_t netns) : netns_(netns) {}

  Expected<void> start() override {
    if (netns_ == 0) return failure(kTrace, 0, {}, "it is not known which network namespace this is");
    const BpfHost host = look_at_host();
    const auto timer = request_timer(host);
    if (!timer) return tl::make_unexpected(timer.error());
    ::libbpf_set_print(nullptr);
    programs_.reset(handshakes__open());
    if (!programs_) return tl::make_unexpected(load_failure(host, errno));
    programs_->rodata->wanted_netns = netns_;
    programs_->rodata->request_timer = *timer;
    int code = handshakes__load(programs_.get());
    if (code == 0) code = handshakes__attach(programs_.get());
    if (code == 0) return {};
    programs_.reset();
    return tl::make_unexpected(load_failure(host, -code));
  }

  Expected<CountedHandshakes> stop() override {
    const auto programs = std::exchange(programs_, nullptr);
    if (!programs) return failure("read the counts of handshakes", EINVAL);
    handshakes__detach(programs.get());
    CountedHandshakes out;
    const int map = ::bpf_map__fd(programs->maps.counts);
    std::vector<fate_counts> of_processors(static_cast<std::size_t>(std::max(::libbpf_num_possible_cpus(), 1)));
    fate_key key{};
    for (int code = ::bpf_map_get_next_key(map, nullptr, &key); code == 0;) {
      if (::bpf_map_lookup_elem(map, &key, of_processors.data()) != 0) {
        return failure("read the counts of handshakes", errno);
      }
      const HandshakeFates fates = sum_of(of_processors);
      if (key.port == 0) {
        out.all = fates;
      } else {
        out.listeners.push_back({listener_of(key), fates});
      }
      const fate_key last = key;
      code = ::bpf_map_get_next_key(map, &last, &key);
    }
    // Some of their events may be missing anywhere.
    if (programs->bss->listeners_left_out != 0) out.listeners.clear();
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, programs->obj) {
      bpf_prog_info info{};
      std::uint32_t size = sizeof info;
      if (::bpf_obj_get_info_by_fd(::bpf_program__fd(program), &info, &size) == 0) out.missed += info.recursion_misses;
    }
    return out;
  }

 private:
  std::uint32_t netns_;
  std::unique_ptr<handshakes, DestroyHandshakes> programs_;
};

}  // namespace

Expected<void> may_count_handshakes() {
  const auto timer = request_timer(look_at_host());
  if (!timer) return tl::make_unexpected(timer.error());
  return {};
}

std::unique_ptr<HandshakeCounter> handshake_counter(std::uint32_t netns) {
  return std::make_unique<BpfHandshakes>(netns);
}

}  // namespace tcpstat::bpf

#endif
