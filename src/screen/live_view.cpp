#include "screen/live_view.h"

#include <algorithm>
#include <iterator>

#include "check/rules.h"
#include "explain/explain.h"

namespace tcpstat::screen {
namespace {

using std::chrono::milliseconds;

constexpr std::array kIntervals = {milliseconds(200),  milliseconds(500),   milliseconds(1000), milliseconds(2000),
                                   milliseconds(5000), milliseconds(10000), milliseconds(30000)};

/// What `s` sorts connections by, in turn; the first puts unusual ones first.
constexpr std::array<std::string_view, 7> kSorts = {"",           "STATE",      "LOCAL",      "REMOTE",
                                                    "RECV_QUEUE", "SEND_QUEUE", "RETRANSMITS"};

/// Places among the tabs.
constexpr std::size_t kConnections = 3;
constexpr std::size_t kEvents = 4;

constexpr std::string_view kHelp =
    "1-5 Tab      choose a tab\n"
    "Up Down j k  move; also PgUp PgDn Home End g G\n"
    "Enter Esc    everything known of the row; back\n"
    "/            filter rows: -s SYN_RECV --port 443\n"
    "s S          sort connections; turn the order round\n"
    "p i          columns: processes; tcp_info\n"
    "f            keep the chosen connection chosen\n"
    "a            events: all, or the extraordinary alone\n"
    "space        pause\n"
    "+ -          longer, shorter interval\n"
    "e            explain the state or the rule\n"
    "y            copy the command that shows the row;\n"
    "             it is printed again at the end\n"
    "r            names of remote hosts\n"
    "q            quit\n";
constexpr std::string_view kReplayHelp = "Left Right   one sample of the record back, or on\n";

}  // namespace

LiveView::LiveView(Manner manner, filter::Filter filter, std::vector<survey::SortKey> sort, milliseconds interval,
                   ReadFilter read_filter, ResolveHosts resolve)
    : manner_(std::move(manner)),
      filter_(std::move(filter)),
      sort_(std::move(sort)),
      interval_(interval),
      kept_(interval),
      read_filter_(std::move(read_filter)),
      names_(resolve),
      tabs_{make_problems_tab(), make_listeners_tab(), make_half_open_tab(), make_connections_tab(),
            make_events_tab()} {}

Wanted LiveView::wanted(std::size_t lines) const {
  constexpr std::uint64_t kScreens = 4;
  constexpr std::uint64_t kLeast = 500;
  const Place& at = places_[kConnections];
  const std::uint64_t rows = all_rows_ ? UINT64_MAX : std::max<std::uint64_t>(kLeast, at.row + kScreens * lines);
  // Unusual ones first, and each where it was a sample ago. Very many stay in the order in which the kernel has them.
  std::vector<survey::SortKey> sort = sort_;
  if (sort.empty() && data_.depth == check::Depth::whole) {
    for (const ColumnId id : {ColumnId::FLAGS, ColumnId::STATE, ColumnId::LOCAL, ColumnId::REMOTE})
      sort.push_back({&column(id)});
  }
  return {.shown = filter_, .sort = std::move(sort), .rows = rows};
}

void LiveView::refresh() {
  for (std::size_t i = 0; i < kTabs; ++i) {
    Place& at = places_[i];
    const std::size_t rows = tabs_[i]->rows(data_, manner_);
    if (rows == 0) {
      at = {};
      continue;
    }
    at.row = std::min(at.row, rows - 1);
    if (at.identity.empty() || (i == kConnections && !follows_)) {
      at.identity = tabs_[i]->identity(data_, at.row);
      continue;
    }
    for (std::size_t row = 0; row < rows; ++row) {
      if (tabs_[i]->identity(data_, row) != at.identity) continue;
      at.row = row;
      break;
    }
    at.identity = tabs_[i]->identity(data_, at.row);
  }
}

void LiveView::go(std::size_t row) {
  const std::size_t rows = tab().rows(data_, manner_);
  Place& at = place();
  at.row = rows == 0 ? 0 : std::min(row, rows - 1);
  at.identity = rows == 0 ? std::string() : tab().identity(data_, at.row);
}

Answer LiveView::press(const Key& key) {
  message_.clear();
  if (typing_) return press_in_filter(key);
  if (page_) return press_in_page(key);
  bool moved = false;
  const Answer answer = move(key, moved);
  if (moved) return answer;
  if (!replayed_.empty() && (key.kind == KeyKind::right || key.kind == KeyKind::left)) {
    paused_ = true;
    return key.kind == KeyKind::right ? Answer::forward : Answer::back;
  }
  switch (key.kind) {
    case KeyKind::tab:
    case KeyKind::right:
      show_tab(tab_ + 1);
      return Answer::drawn;
    case KeyKind::back_tab:
    case KeyKind::left:
      show_tab(tab_ + kTabs - 1);
      return Answer::drawn;
    case KeyKind::enter:
      open_details();
      return Answer::drawn;
    case KeyKind::text:
      return key.text.size() == 1 ? press_letter(key.text.front()) : Answer::drawn;
    default:
      return Answer::drawn;
  }
}

void LiveView::forget_past() {
  data_.history.clear();
  data_.events.clear();
  data_.event_count = 0;
}

Answer LiveView::move(const Key& key, bool& moved) {
  const std::size_t rows = tab().rows(data_, manner_);
  const std::size_t row = place().row;
  moved = true;
  if (key.kind == KeyKind::up || key.is("k")) {
    go(row - std::min<std::size_t>(row, 1));
  } else if (key.kind == KeyKind::down || key.is("j")) {
    go(row + 1);
  } else if (key.kind == KeyKind::page_up) {
    go(row - std::min(row, page_lines_));
  } else if (key.kind == KeyKind::page_down) {
    go(row + page_lines_);
  } else if (key.kind == KeyKind::home || key.is("g")) {
    all_rows_ = false;
    go(0);
  } else if (key.kind == KeyKind::end || key.is("G")) {
    const bool more = tab_ == kConnections && data_.rows->matched() > rows && !paused_;
    all_rows_ = all_rows_ || more;
    go(more ? static_cast<std::size_t>(data_.rows->matched()) : rows);
    if (more) place().row = static_cast<std::size_t>(data_.rows->matched());
    if (more) place().identity.clear();
    return more ? Answer::sample : Answer::drawn;
  } else {
    moved = false;
    return Answer::drawn;
  }
  // The next rows are fetched before they are needed.
  const bool near_end = tab_ == kConnections && data_.rows->matched() > rows && place().row + page_lines_ >= rows;
  return near_end && !paused_ ? Answer::sample : Answer::drawn;
}

Answer LiveView::press_letter(char letter) {
  // What is shown stays. The sample of a record can be read again; that of a host is gone.
  constexpr std::string_view kLookAgain = "sSpi/";
  if (paused_ && replayed_.empty() && kLookAgain.find(letter) != std::string_view::npos) {
    message_ = "paused: space goes on";
    return Answer::drawn;
  }
  switch (letter) {
    case 'q':
      return Answer::quit;
    case '?':
      page_ = Page{"Keys", std::string(replayed_.empty() ? "" : kReplayHelp) + std::string(kHelp)};
      return Answer::drawn;
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
      show_tab(static_cast<std::size_t>(letter - '1'));
      return Answer::drawn;
    case ' ':
      paused_ = !paused_;
      return paused_ ? Answer::drawn : Answer::sample;
    case '/':
      typing_ = filter_words_;
      return Answer::drawn;
    case 's':
      next_sort();
      return Answer::sample;
    case 'S':
      for (survey::SortKey& key : sort_) key.descending = !key.descending;
      return Answer::sample;
    case 'p':
      manner_.processes = !manner_.processes;
      return Answer::sample;
    case 'i':
      manner_.tcp_info = !manner_.tcp_info;
      return Answer::sample;
    case 'r':
      manner_.hosts = manner_.hosts == nullptr ? &names_ : nullptr;
      message_ = manner_.hosts != nullptr ? "asking for the names of remote hosts" : "remote hosts by address";
      return Answer::drawn;
    case 'a':
      manner_.all_events = !manner_.all_events;
      places_[kEvents] = {};
      return Answer::drawn;
    case 'f':
      follows_ = !follows_;
      message_ = follows_ ? "following the chosen connection" : "not following";
      return Answer::drawn;
    case '+':
    case '=':
      change_interval(1);
      return Answer::drawn;
    case '-':
      change_interval(-1);
      return Answer::drawn;
    case 'e':
      explain();
      return Answer::drawn;
    case 'y':
      copy();
      return Answer::drawn;
    default:
      message_ = "no such key; ? tells them";
      return Answer::drawn;
  }
}

Answer LiveView::press_in_filter(const Key& key) {
  if (key.kind == KeyKind::escape) {
    typing_.reset();
  } else if (key.kind == KeyKind::backspace) {
    while (!typing_->empty() && (static_cast<unsigned char>(typing_->back()) & 0xC0U) == 0x80U) typing_->pop_back();
    if (!typing_->empty()) typing_->pop_back();
  } else if (key.kind == KeyKind::text) {
    *typing_ += key.text;
  } else if (key.kind == KeyKind::enter) {
    auto read = read_filter_(*typing_);
    if (!read) {
      message_ = safe(read.error(), manner_.charset);
      return Answer::drawn;
    }
    filter_ = std::move(*read);
    filter_words_ = *typing_;
    typing_.reset();
    return Answer::sample;
  }
  return Answer::drawn;
}

Answer LiveView::press_in_page(const Key& key) {
  Page& page = *page_;
  if (key.kind == KeyKind::escape || key.kind == KeyKind::enter || key.is("q") || key.is("?")) {
    page_.reset();
  } else if (key.kind == KeyKind::down || key.is("j")) {
    ++page.first;
  } else if (key.kind == KeyKind::up || key.is("k")) {
    page.first -= std::min<std::size_t>(page.first, 1);
  } else if (key.kind == KeyKind::page_down || key.is(" ")) {
    page.first += page_lines_;
  } else if (key.kind == KeyKind::page_up) {
    page.first -= std::min(page.first, page_lines_);
  } else if (key.kind == KeyKind::home || key.is("g")) {
    page.first = 0;
  } else if (key.kind == KeyKind::end || key.is("G")) {
    page.first = page.text.size();  // as far as it goes
  } else if (key.is("y")) {
    copy();
  }
  return Answer::drawn;
}

void LiveView::change_interval(int direction) {
  if (direction > 0) {
    const auto longer = std::upper_bound(kIntervals.begin(), kIntervals.end(), interval_);
    if (longer != kIntervals.end()) interval_ = *longer;
  } else {
    const auto at = std::lower_bound(kIntervals.begin(), kIntervals.end(), interval_);
    if (at != kIntervals.begin()) interval_ = *std::prev(at);
  }
  kept_ = std::max(kept_, interval_);
}

void LiveView::next_sort() {
  const std::string_view now = sort_.empty() ? std::string_view() : sort_.front().column->name;
  const auto at = std::find(kSorts.begin(), kSorts.end(), now);
  const auto next = at == kSorts.end() || at + 1 == kSorts.end() ? kSorts.begin() : at + 1;
  sort_.clear();
  if (next->empty()) {
    message_ = "unusual connections first";
    return;
  }
  const Column* column = find_column(*next);
  // Queues and retransmits are interesting where they are large.
  sort_.push_back({column, column->type == ColumnType::number});
  message_ = "sorted by " + std::string(*next);
}

std::string LiveView::explanation(const std::string& word) const {
  const auto rules = check::all_rules();
  const auto subject = explain::find_subject(word, rules);
  if (!subject) return {};
  const auto drawing = manner_.charset == Charset::utf8 ? explain::Drawing::utf8 : explain::Drawing::ascii;
  const std::string text = explain::explain(*subject, {.rules = rules, .limits = limits_}, {.drawing = drawing});
  return render::shown_in(manner_.charset, text);
}

void LiveView::explain() {
  if (tab().rows(data_, manner_) == 0) return;
  const std::string word = tab().subject(data_, place().row);
  if (std::string text = explanation(word); !text.empty()) page_ = Page{word, std::move(text)};
}

void LiveView::open_details() {
  if (tab().rows(data_, manner_) == 0) return;
  const std::string explained = explanation(tab().subject(data_, place().row));
  std::string details = tab().details(data_, place().row, manner_);
  const std::string command = tab().command(data_, place().row, manner_);
  if (!command.empty() && details.find(command) == std::string::npos) details = "run  " + command + "\n\n" + details;
  page_ = Page{std::string(tab().title()), details + "\n" + explained};
}

void LiveView::copy() {
  if (tab().rows(data_, manner_) == 0) return;
  const std::string command = tab().command(data_, place().row, manner_);
  if (command.empty()) {
    message_ = "no command shows this row";
    return;
  }
  to_copy_ = command;
  if (std::find(copied_.begin(), copied_.end(), command) == copied_.end()) copied_.push_back(command);
  message_ = (manner_.clipboard ? "copied: " : "printed at the end: ") + command;
}

}  // namespace tcpstat::screen
