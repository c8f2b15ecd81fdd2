#pragma once
// Values of filters that begin with `!` take rows away, as `!22` does: they become tests that have to hold as well.

#include <optional>
#include <string>
#include <vector>

#include "cli/options/command_line_scan.h"
#include "cli/options/option_values.h"
#include "filter/filter.h"

namespace tcpstat::cli::options {

class Exclusions {
 public:
  explicit Exclusions(const TypedOptions& typed) : typed_(typed) {}

  /// The alternatives of a list option that are wanted go into `to`, the others stay here as a tree.
  template <typename T, typename Parse, typename MakeTree>
  std::optional<UsageError> read(OptionId id, std::vector<T>& to, Parse parse, MakeTree tree) {
    for (const std::string& piece : split_list(typed_.values(id))) {
      auto value = parse(meant(piece));
      if (!value) return value.error();
      if (is_excluded(piece)) {
        all_.push_back(filter::Expression::negation(tree(*value)));
      } else {
        to.push_back(static_cast<T>(*value));
      }
    }
    return std::nullopt;
  }

  /// The same for ends, which may be `@FILE`, a file of prefixes.
  std::optional<UsageError> read_ends(OptionId id, filter::Side side, std::vector<filter::EndpointPattern>& to);

  static bool is_excluded(std::string_view piece) { return piece.starts_with('!') || piece.starts_with('^'); }
  static std::string meant(const std::string& piece) { return piece.substr(is_excluded(piece) ? 1 : 0); }

  /// One more that must hold.
  void add(filter::Expression tree) { all_.push_back(std::move(tree)); }
  [[nodiscard]] std::vector<filter::Expression> take() { return std::move(all_); }

 private:
  const TypedOptions& typed_;
  std::vector<filter::Expression> all_;
};

}  // namespace tcpstat::cli::options
