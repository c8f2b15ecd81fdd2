#include "screen/remote_names.h"

#include <system_error>
#include <thread>

namespace tcpstat::screen {
namespace {

constexpr std::chrono::milliseconds kLimit{3000};

}  // namespace

std::string_view RemoteNames::host(const Address& address) const {
  const Address plain = address.unmapped();
  const auto at = known_.find(plain);
  if (at != known_.end()) return at->second;
  if (!asked_.contains(plain)) wanted_.insert(plain);
  return {};
}

void RemoteNames::turn() {
  if (coming_.valid()) {
    if (coming_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return;
    known_.merge(coming_.get());
  }
  if (wanted_.empty()) return;
  const std::vector<Address> questions(wanted_.begin(), wanted_.end());
  asked_.insert(questions.begin(), questions.end());
  wanted_.clear();
  std::packaged_task<Answers()> task([resolve = resolve_, questions] { return resolve(questions, kLimit); });
  coming_ = task.get_future();
  try {
    std::thread(std::move(task)).detach();
  } catch (const std::system_error&) {
    coming_ = {};  // no thread to be had: addresses stay numbers
  }
}

}  // namespace tcpstat::screen
