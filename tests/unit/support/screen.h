#pragma once
// What a terminal shows of a screen, and what the screen is given to show.

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text_buffer.h"
#include "base/utf8.h"
#include "screen/cell_buffer.h"
#include "screen/tab.h"
#include "support/rows.h"

namespace tcpstat::test {

/// Lines and their tones, a letter a column, both without what is empty at the end: . plain, d dim, s strong, S selected,
/// ! critical, y warning or opening, g ok or open, c info, m half-closed.
struct Shown {
  explicit Shown(const screen::CellBuffer& of) : lines(of.lines()), tones(of.lines()) {
    static const std::map<std::string_view, char> kTones = {{"0", '.'},      {"0;2", 'd'},  {"0;1", 's'},
                                                            {"0;7", 'S'},    {"0;33", 'y'}, {"0;32", 'g'},
                                                            {"0;1;31", '!'}, {"0;36", 'c'}, {"0;35", 'm'}};
    std::vector<std::vector<std::string>> cells(of.lines(), std::vector<std::string>(of.columns(), " "));
    tones.assign(of.lines(), std::string(of.columns(), '.'));
    TextBuffer bytes;
    of.write_changes(screen::CellBuffer(of.columns(), of.lines()), render::Colour::yes, bytes);
    std::string_view text = bytes.view();
    std::size_t x = 0;
    std::size_t y = 0;
    char tone = '.';
    while (!text.empty()) {
      if (text.starts_with("\x1b[")) {
        const std::size_t end = text.find_first_of("mH");
        const std::string words(text.substr(2, end - 2));
        if (text[end] == 'm') {
          tone = kTones.at(words);
        } else {
          y = std::stoul(words) - 1;
          x = std::stoul(words.substr(words.find(';') + 1)) - 1;
        }
        text.remove_prefix(end + 1);
        continue;
      }
      const std::string one(text.substr(0, std::max<std::size_t>(first_code_point(text).length, 1)));
      cells.at(y).at(x) = one;
      tones.at(y).at(x) = tone;
      if (display_width(one) == 2) cells.at(y).at(x + 1).clear();
      x += display_width(one);
      text.remove_prefix(one.size());
    }
    for (std::size_t line = 0; line < cells.size(); ++line) {
      for (const std::string& cell : cells[line]) lines[line] += cell;
      lines[line].erase(lines[line].find_last_not_of(' ') + 1);
      tones[line].erase(tones[line].find_last_not_of('.') + 1);
    }
  }

  std::vector<std::string> lines;
  std::vector<std::string> tones;
};

/// A sample as the screen has it, made by hand.
class LiveScene {
 public:
  LiveScene() {
    manner.names = &names;
    manner.charset = manner.sparks = screen::Charset::ascii;
    give({});
  }

  /// The next sample's rows, in their order.
  void give(const std::vector<Connection>& connections, const std::vector<Listener>& listeners = {}) {
    give({.shown = {}, .sort = {}, .rows = 1000}, connections, listeners);
  }
  void give(const screen::Wanted& wanted, const std::vector<Connection>& connections,
            const std::vector<Listener>& listeners = {}) {
    give(data, wanted, connections, listeners);
  }
  void give(screen::LiveData& to, const screen::Wanted& wanted, const std::vector<Connection>& connections,
            const std::vector<Listener>& listeners = {}) {
    ++to.samples;
    ++to.looks;
    to.rows = std::make_unique<screen::RowWindow>(wanted, names);
    for (const Connection& row : connections) to.rows->connection(row);
    for (const Listener& row : listeners) to.rows->listener(row);
    to.rows->finish();
  }

  TableNames names;
  screen::Manner manner;
  screen::LiveData data;
};

/// One that clients opened to port 443 here, each from a port of its own.
inline Connection client(State state, std::uint16_t port, std::string_view address = "198.51.100.7") {
  return connection(state, endpoint("192.0.2.1", 443), endpoint(address, port));
}

/// One that commands reach with `options`, and programs of others through `enter`.
inline check::JudgedNamespace judged_namespace(std::uint64_t inode, const std::string& name,
                                               const std::string& options = "", const std::string& enter = "",
                                               Severity status = Severity::ok) {
  return {.verdict = {.inode = inode, .name = name, .status = status, .headline = ""},
          .place = {.options = options, .enter = enter},
          .apart = {}};
}

inline std::vector<std::string> texts_of(const std::vector<screen::Heading>& headings) {
  std::vector<std::string> out;
  for (const screen::Heading& one : headings) out.push_back(one.text);
  return out;
}

}  // namespace tcpstat::test
