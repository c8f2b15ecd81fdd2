#pragma once
// One page of the screen: what its rows are, and what is known of one of them. A tab formats what it is asked for and
// nothing else; it judges nothing.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/column.h"
#include "model/connection.h"
#include "model/names.h"
#include "screen/live_data.h"
#include "screen/table_view.h"
#include "screen/words.h"

namespace tcpstat::screen {

/// How everything is written.
struct Manner {
  Charset charset = Charset::utf8;
  Charset sparks = Charset::utf8;  ///< of sparklines: not every font has eighths of a block
  bool clipboard = true;           ///< whether the terminal has one that can be written
  bool processes = false;          ///< a column of its own
  bool tcp_info = false;
  bool all_events = false;
  std::vector<const Column*> columns = {};  ///< of connections, as the command line has them
  std::string netns = {};  ///< the word of --netns if it names several namespaces: rows then name theirs
  Names* names = nullptr;
  const render::HostNames* hosts = nullptr;

  [[nodiscard]] std::string_view ellipsis() const { return render::ellipsis(charset); }
  [[nodiscard]] bool several() const { return !netns.empty(); }
};

/// Adds a first column where there are several network namespaces.
void add_netns(std::vector<Heading>& to, const Manner& manner);
void add_netns(std::vector<std::string>& to, std::uint64_t inode, const Manner& manner);
/// The command for the place where rows of this network namespace are read, safe to print; zero: of any that is shown.
/// Empty: it cannot look there.
std::string command_there(std::string_view command, const LiveData& data, std::uint64_t netns, const Manner& manner);
/// "end  …", the two lines that tell how to end what a row shows. Empty where the command would hit something else: a
/// record's pid may be another program's by now.
std::string ending_program(std::uint32_t pid, const LiveData& data);
std::string ending_connection(const Connection& of, const LiveData& data, const Manner& manner);

class Tab {
 public:
  Tab() = default;
  Tab(const Tab&) = delete;
  Tab& operator=(const Tab&) = delete;
  virtual ~Tab() = default;

  [[nodiscard]] virtual std::string_view title() const = 0;
  /// How many there are of what this tab shows, for its title; rows() are those that it has. Nothing: not known.
  [[nodiscard]] virtual std::optional<std::uint64_t> count(const LiveData& data) const = 0;
  [[nodiscard]] virtual std::size_t rows(const LiveData& data, const Manner& manner) const = 0;
  [[nodiscard]] virtual std::vector<Heading> headings(const Manner& manner) const = 0;
  [[nodiscard]] virtual Row row(const LiveData& data, std::size_t index, const Manner& manner) const = 0;
  /// Tells which row of the next sample is the same.
  [[nodiscard]] virtual std::string identity(const LiveData& data, std::size_t index) const = 0;
  /// Stands above the rows; or nothing.
  [[nodiscard]] virtual std::vector<std::string> above(const LiveData& /*data*/, const Manner& /*manner*/) const {
    return {};
  }
  /// What is said where there are no rows. Not escaped: it may hold words of others.
  [[nodiscard]] virtual std::string nothing(const LiveData& data) const = 0;
  /// Everything known of the row, in lines that may be wrapped.
  [[nodiscard]] virtual std::string details(const LiveData& data, std::size_t index, const Manner& manner) const = 0;
  /// The short form for the pane below the rows; empty: there is no pane.
  [[nodiscard]] virtual std::string pane(const LiveData& /*data*/, std::size_t /*index*/,
                                         const Manner& /*manner*/) const {
    return {};
  }
  /// The command that shows the row; safe to print.
  [[nodiscard]] virtual std::string command(const LiveData& data, std::size_t index, const Manner& manner) const = 0;
  /// What `explain` is asked; empty: nothing.
  [[nodiscard]] virtual std::string subject(const LiveData& data, std::size_t index) const = 0;
};

/// A number of rows; nothing if none could be read.
inline std::optional<std::uint64_t> if_read(std::uint64_t count, const LiveData& data) {
  return data.judged.reading.coverage.saw_nothing() ? std::nullopt : std::optional(count);
}

/// A line for each column that says something; `cell_text` writes the cell of one. Columns that repeat ends and owners
/// are left out.
template <typename CellText>
std::string known_columns(CellText cell_text) {
  std::string out;
  for (const Column& one : columns()) {
    if (one.id == ColumnId::LOCAL || one.id == ColumnId::REMOTE || one.id == ColumnId::PID) continue;
    const std::string text = cell_text(one);
    if (text == "-" || text == "*") continue;
    out += std::string(one.name) + "  " + text + "  (" + std::string(one.meaning) + ")\n";
  }
  return out;
}

std::unique_ptr<Tab> make_problems_tab();
std::unique_ptr<Tab> make_listeners_tab();
std::unique_ptr<Tab> make_half_open_tab();
std::unique_ptr<Tab> make_connections_tab();
std::unique_ptr<Tab> make_events_tab();

}  // namespace tcpstat::screen
