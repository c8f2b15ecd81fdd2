#pragma once
// One number of a row's tcp_info, looked up by name once and read from many rows.

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <optional>
#include <string_view>

#include "model/connection.h"
#include "model/tcp_info.h"

namespace tcpstat::diagnose {

class TcpInfoReader {
 public:
  /// `key` is one of model/tcp_info_fields.def.
  explicit TcpInfoReader(std::string_view key) {
    const auto all = tcp_info_fields();
    const auto at = std::find_if(all.begin(), all.end(), [&](const TcpInfoField& field) { return field.key == key; });
    assert(at != all.end());
    field_ = &*at;
  }

  /// Nothing if tcp_info was not asked for, or this kernel's ends before the field.
  std::optional<std::uint64_t> operator()(const Connection& row) const { return tcp_info_value(row.tcp_info, *field_); }

 private:
  const TcpInfoField* field_;
};

}  // namespace tcpstat::diagnose
