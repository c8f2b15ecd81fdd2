#include "cli/verbs/earlier_look.h"

#include <thread>
#include <utility>

#include "survey/selection.h"

namespace tcpstat::cli::verbs {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// An ACK with a cookie comes a round trip after the cookie.
constexpr std::chrono::seconds kLag{1};
/// Requests are followed through the last two seconds: the second SYN+ACK is two seconds old when the third is sent.
constexpr milliseconds kLastLooks[] = {milliseconds(2000), milliseconds(1500), milliseconds(1000), milliseconds(500)};
/// The fates of so many are known without looking again.
constexpr std::uint64_t kEnoughHalfOpens = 1000;
/// A dump walks the sockets of all namespaces. Where that takes long, others pay for it too.
constexpr milliseconds kDearDump{25};

Expected<detect::SynSample> half_opens(const options::Request& request, Host& reading) {
  detect::SynSampler sampler;
  Coverage coverage;
  survey::Selection selection(request.filter, survey::Selection::HalfOpens::not_read, sampler);
  const auto read = reading.read(examined(request, {State::syn_recv, State::listen}), selection, coverage);
  if (!read) return tl::make_unexpected(read.error());
  selection.finish();
  return sampler.take();
}

/// Looks once more. False: not again.
bool follow(const options::Request& request, Host& reading, Clock::time_point start,
            detect::TrackedRequests& followed) {
  const auto begin = Clock::now();
  const auto sample = half_opens(request, reading);
  if (!sample) return false;
  followed.add(*sample, std::chrono::duration_cast<milliseconds>(begin - start));
  return Clock::now() - begin < kDearDump;
}

}  // namespace

filter::Query examined(const options::Request& request, StateSet states) {
  filter::Query query;
  query.filter = request.filter;
  query.states = states;
  query.tcp_info = true;
  query.memory = true;
  return query;
}

Expected<EarlierLook> look_earlier(const options::Request& request, Host& reading) {
  const auto start = Clock::now();
  const auto end = start + *request.interval;
  const KernelFacts facts = reading.kernel_facts();
  const auto begin = Clock::now();
  auto sample = half_opens(request, reading);
  if (!sample) return tl::make_unexpected(sample.error());
  bool again = sample->half_open() < kEnoughHalfOpens && Clock::now() - begin < kDearDump;
  detect::TrackedRequests followed(*sample);
  EarlierLook look{.sample = std::move(*sample),
                   .facts = facts,
                   .after_first_second = {},
                   .before_last_second = {},
                   .followed = std::move(followed)};
  std::this_thread::sleep_until(start + kLag);
  look.after_first_second = reading.kernel_counters();
  for (const milliseconds left : kLastLooks) {
    std::this_thread::sleep_until(end - left);
    if (left == kLag) look.before_last_second = reading.kernel_counters();
    again = again && follow(request, reading, start, look.followed);
  }
  std::this_thread::sleep_until(end);
  return look;
}

}  // namespace tcpstat::cli::verbs
