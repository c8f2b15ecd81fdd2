#pragma once
// What the keys do, and what is drawn where. It knows the last sample and takes none itself.

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "model/kernel_limits.h"
#include "report/rule.h"
#include "screen/cell_buffer.h"
#include "screen/keys.h"
#include "screen/live_data.h"
#include "screen/remote_names.h"
#include "screen/tab.h"

namespace tcpstat::screen {

/// What a key asks of whoever takes the samples.
enum class Answer : std::uint8_t {
  drawn,    ///< the picture changes and nothing else
  sample,   ///< another sample is wanted now
  forward,  ///< the next one of a record
  back,     ///< the one before
  quit,
};

/// Makes a filter of the words of the options; an error is one sentence.
using ReadFilter = std::function<tl::expected<filter::Filter, std::string>(const std::string& words)>;

class LiveView {
 public:
  LiveView(Manner manner, filter::Filter filter, std::vector<survey::SortKey> sort, std::chrono::milliseconds interval,
           ReadFilter read_filter, ResolveHosts resolve);

  Answer press(const Key& key);
  /// The sample has ended: the row that was chosen stays chosen.
  void refresh();
  void draw(CellBuffer& to);

  [[nodiscard]] LiveData& data() { return data_; }
  /// The limits that explanations of states name.
  void set_limits(const KernelLimits& limits) { limits_ = limits; }
  /// What the next dump is asked for; `lines`: of the screen.
  [[nodiscard]] Wanted wanted(std::size_t lines) const;
  [[nodiscard]] bool paused() const { return paused_; }
  void pause(std::string why) {
    paused_ = true;
    message_ = std::move(why);
  }
  /// The samples are those of a record; `place`: where this one stands among them.
  void set_place(std::string place) { replayed_ = std::move(place); }
  /// Drops what is left of earlier samples.
  void forget_past();
  [[nodiscard]] bool owners_wanted() const { return manner_.processes || manner_.tcp_info; }
  [[nodiscard]] std::chrono::milliseconds interval() const { return interval_; }
  /// The interval that is kept, which may be longer.
  void set_kept(std::chrono::milliseconds kept) { kept_ = kept; }
  /// What `y` copied, to be sent to the terminal once; and all of it, to be printed at the end.
  std::optional<std::string> take_copied() { return std::exchange(to_copy_, std::nullopt); }
  [[nodiscard]] const std::vector<std::string>& copied() const { return copied_; }

 private:
  static constexpr std::size_t kTabs = 5;
  struct Place {
    std::size_t row = 0;
    std::size_t first = 0;  ///< at the top of the screen
    std::string identity;
  };
  /// Text over the rows: help, details, an explanation.
  struct Page {
    std::string title;
    std::string text;
    std::size_t first = 0;
  };

  [[nodiscard]] const Tab& tab() const { return *tabs_[tab_]; }
  Place& place() { return places_[tab_]; }
  void go(std::size_t row);
  void show_tab(std::size_t tab) { tab_ = tab % kTabs; }
  Answer press_in_filter(const Key& key);
  Answer press_in_page(const Key& key);
  Answer move(const Key& key, bool& moved);
  Answer press_letter(char letter);
  void change_interval(int direction);
  void next_sort();
  [[nodiscard]] std::string explanation(const std::string& word) const;
  void explain();
  void open_details();
  void copy();

  void draw_head(CellBuffer& to) const;
  void draw_counts(CellBuffer& to, std::size_t line) const;
  void draw_tabs(CellBuffer& to, std::size_t line) const;
  void draw_rows(CellBuffer& to, Area area);
  std::size_t draw_pane(CellBuffer& to, Area area);
  void draw_page(CellBuffer& to, Area area);
  void draw_foot(CellBuffer& to) const;

  Manner manner_;
  filter::Filter filter_;
  std::vector<survey::SortKey> sort_;
  std::chrono::milliseconds interval_;
  std::chrono::milliseconds kept_;
  ReadFilter read_filter_;
  RemoteNames names_;
  KernelLimits limits_;
  LiveData data_;
  std::array<std::unique_ptr<Tab>, kTabs> tabs_;
  std::array<Place, kTabs> places_;
  std::size_t tab_ = 0;
  std::size_t page_lines_ = 10;
  bool paused_ = false;
  std::string replayed_;  ///< empty: samples are new ones
  bool follows_ = false;
  bool all_rows_ = false;  ///< the end was asked for
  std::optional<Page> page_;
  std::optional<std::string> typing_;  ///< a filter
  std::string filter_words_;
  std::string message_;
  std::optional<std::string> to_copy_;
  std::vector<std::string> copied_;
};

}  // namespace tcpstat::screen
