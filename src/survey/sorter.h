#pragma once
// Collects rows, then passes them on in the order of some columns. It remembers every row; with a limit, a few times as
// many rows as the limit.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "model/column.h"
#include "model/names.h"
#include "model/row_store.h"
#include "model/sink.h"

namespace tcpstat::survey {

struct SortKey {
  const Column* column = nullptr;
  bool descending = false;
};

class Sorter final : public Sink {
 public:
  /// `keep`: only the first so many rows of the final order are wanted; nothing: all.
  Sorter(std::vector<SortKey> keys, std::optional<std::uint64_t> keep, Names& names, Sink& next)
      : keys_(std::move(keys)), keep_(keep), names_(names), next_(next), store_(std::make_unique<RowStore>()) {}

  Flow connection(const Connection& row) override;
  Flow listener(const Listener& row) override;
  /// Passes the rows on. Unknown values come last in either direction; rows that are equal keep the order in which they
  /// came.
  Flow finish();

 private:
  // Rows are thrown out only when there are this many times as many as are wanted, so that each is compared few times.
  static constexpr std::uint64_t kSlack = 4;
  static constexpr std::uint64_t kLeastRows = 4096;

  /// A row's number is its place in the order of arrival: connections came before listeners.
  [[nodiscard]] Cell cell(const SortKey& key, std::size_t row) const;
  [[nodiscard]] bool before(std::size_t a, std::size_t b) const;
  /// The numbers of the rows in their final order; with `keep_` only the first so many.
  [[nodiscard]] std::vector<std::size_t> order() const;
  void throw_out();

  std::vector<SortKey> keys_;
  std::optional<std::uint64_t> keep_;
  Names& names_;
  Sink& next_;
  std::unique_ptr<RowStore> store_;
};

}  // namespace tcpstat::survey
