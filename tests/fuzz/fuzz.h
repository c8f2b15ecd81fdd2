#pragma once
// What the targets share. A target asserts with must(): the fuzzer and the replay both stop there.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "model/kernel_limits.h"
#include "model/names.h"
#include "model/sink.h"
#include "render/json_row.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace tcpstat::fuzz {

inline void must(bool holds) {
  if (!holds) std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// So that ages are computed.
inline KernelLimits limits() {
  KernelLimits known;
  known.fin_timeout_s = 60;
  known.synack_retries = 5;
  return known;
}

class NoNames final : public Names {
 public:
  std::string_view user(std::uint32_t) override { return {}; }
  std::string_view interface(std::uint32_t) override { return {}; }
  std::string_view cgroup(std::uint64_t) override { return {}; }
};

/// Looks at everything that a row says and points to, by writing it.
class Reader final : public Sink {
 public:
  explicit Reader(Names& names) : names_(names) {}

  Flow connection(const Connection& row) override {
    must(row.state != State::listen);
    return look(row);
  }
  Flow listener(const Listener& row) override { return look(row); }

  std::uint64_t rows = 0;

 private:
  template <typename Row>
  Flow look(const Row& row) {
    ++rows;
    must(row.family == row.local.address.family);
    out_.clear();
    render::append_json_members(out_, row, names_, "null", {.processes = true, .tcp_info = true});
    return Flow::more;
  }

  Names& names_;
  TextBuffer out_;
};

}  // namespace tcpstat::fuzz
