#pragma once
// Collects all rows, then passes them on in the order of a column. The only sink that remembers every row.


#include <cstdint>
#include <optional>
#include <vector>

#include "model/column.h"
#include "model/names.h"
#include "model/sink.h"
#include "model/row_store.h"

namespace tcpstat {

struct SortKey {
  const Column* column = nullptr;
  bool descending = false;
};

class Sorter final : public Sink {
 public:
  Sorter(std::vector<SortKey> keys, Names& names, Sink& next) : keys_(std::move(keys)), names_(names), next_(next) {}

  Flow connection(const Connection& row) override;
  Flow listener(const Listener& row) override;
  /// Passes all rows on; unknown values come last in either direction, ties keep the order in which they came.
  Flow finish();

 private:
  std::vector<SortKey> keys_;
  Names& names_;
  Sink& next_;
  RowStore store_;
};

}  // namespace tcpstat
