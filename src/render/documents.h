#pragma once
// The documents that formats write, as interfaces. A document that comes row by row has a writer, one that is known at
// once is a function (formats.h). Writers write what they are handed; they do not judge, filter, sort or count.

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/text_buffer.h"
#include "model/column.h"
#include "model/names.h"
#include "model/protocol.h"
#include "model/sink.h"
#include "model/transition.h"
#include "render/escape.h"
#include "render/table_layout.h"
#include "report/report.h"

namespace tcpstat::render {

/// Host names of addresses, for `--resolve`.
class HostNames {
 public:
  HostNames() = default;
  HostNames(const HostNames&) = delete;
  HostNames& operator=(const HostNames&) = delete;
  virtual ~HostNames() = default;
  /// Empty if unknown. Hostile text: anybody can name an address.
  [[nodiscard]] virtual std::string_view host(const Address& address) const = 0;
};

enum class Colour : bool { no, yes };
/// Whether a document may tell about several network namespaces.
enum class Namespaces : bool { one, several };
/// Only findings, or also the evidence for them.
enum class Detail : bool { findings, evidence };

/// Where a document that is known at once is written, and how it is to look there.
struct Page {
  TextBuffer& out;
  /// Terminal columns; 0: no limit.
  std::size_t width = 0;
  /// Terminal lines; 0: no limit.
  std::size_t height = 0;
  Charset charset = Charset::utf8;
  /// The characters that text of others may keep: a terminal that is not UTF-8 could take the rest for anything.
  Charset foreign = Charset::utf8;
  Detail detail = Detail::findings;
  Colour colour = Colour::no;
  /// Whether tables and fields begin with their names.
  bool header = true;
};

/// How a list, a summary or transitions are to be written.
struct RenderSettings {
  TextBuffer& out;
  Names& names;
  RunFacts facts;
  std::vector<const Column*> columns;
  bool header = true;
  /// The number of the sample in this run, from 1.
  std::uint64_t snapshot = 1;
  /// States that may come: the STATE column is as wide as the longest of them from the first row on.
  StateSet states = StateSet::all();
  /// Terminal columns to cut rows to; 0: never cut.
  std::size_t width = 0;
  Colour colour = Colour::no;
  /// What stands for the cut-off rest of a row.
  std::string_view ellipsis = "…";
  /// The characters that text of others may keep: a terminal that is not UTF-8 could take the rest for anything.
  Charset charset = Charset::utf8;
  /// Whether rows carry owners and tcp_info.
  bool processes = false;
  bool tcp_info = false;
  /// Whose connections the rows are: those of TCP or of MPTCP.
  Protocol protocol = Protocol::tcp;
  const HostNames* hosts = nullptr;
  /// Columns that the user named, so that even a narrow terminal shows them.
  std::vector<const Column*> asked = {};
  /// Whether a row may have a second line on a narrow terminal.
  SecondLine second_line = SecondLine::no;
  /// Which kind transitions are of: the last column of their table shows what only that kind has.
  Observed observed = Observed::sampled;
  /// Whether transitions name their namespace, because they may be of several.
  Namespaces namespaces = Namespaces::one;
};

/// Rows first, through Sink; then exactly one finish(). After a failed write (out.error()) rows answer Flow::stop.
class ListWriter : public Sink {
 public:
  virtual void finish(const Report& report) = 0;
  /// To be called instead of finish() or after it threw: ends the document without needing memory.
  virtual void finish_in_need() noexcept {}
  /// Columns that the terminal had no room for. Known after finish().
  [[nodiscard]] virtual std::vector<const Column*> hidden_columns() const { return {}; }
};

}  // namespace tcpstat::render
