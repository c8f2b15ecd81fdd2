#pragma once
// The text format of Prometheus, version 0.0.4: a family with its help and type, then its samples. A value that is not
// known has no sample.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/text_buffer.h"

namespace tcpstat::render {

class Exposition {
 public:
  enum class Type : std::uint8_t { gauge, counter };
  struct Label {
    std::string_view name;
    std::string value;  ///< may be hostile
  };
  using Labels = std::initializer_list<Label>;

  explicit Exposition(TextBuffer& out) : out_(out) {}

  /// The samples that follow are of this family. A family without samples is not written.
  void family(std::string_view name, Type type, std::string_view help);
  void sample(Labels labels, const std::optional<double>& value);

 private:
  TextBuffer& out_;
  std::string_view name_;
  std::string_view help_;
  Type type_ = Type::gauge;
  bool begun_ = false;
};

}  // namespace tcpstat::render
