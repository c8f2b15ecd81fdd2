// Ladder diagrams: two columns of states, and between them what goes from one to the other.

#include <algorithm>

#include "base/utf8.h"
#include "explain/explanations.h"
#include "explain/lines.h"

namespace tcpstat::explain {
namespace {

constexpr std::size_t kStateWidth = 12;
constexpr std::size_t kLongestState = 11;
constexpr std::size_t kMostRoom = 49;

/// What is between the states, in columns.
struct Room {
  std::size_t whole = kMostRoom;
  /// How far a segment goes that does not arrive.
  [[nodiscard]] std::size_t lost() const { return std::min<std::size_t>(34, whole - 6); }
  /// Each of two that cross.
  [[nodiscard]] std::size_t half() const { return (whole - 5) / 2; }
};

constexpr std::string_view kHowNumbersCount =
    "seq and ack count from the SYN of each end, which is 0. SYN and FIN take a number each, as a byte of data does; "
    "an ACK names the next number it expects: for a SYN or FIN, its number plus 1.";

struct Strokes {
  std::string_view line, right, left, down, up, lost, late;
};
constexpr Strokes kAscii{"-", ">", "<", "\\", "/", "x", "..."};
constexpr Strokes kUtf8{"─", "→", "←", "╲", "╱", "×", "…"};

std::string repeated(std::string_view stroke, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += stroke;
  return text;
}

/// "----- SYN -----", `width` columns.
std::string stroked(const Strokes& strokes, std::string_view label, std::size_t width) {
  const std::size_t before = (width - label.size() - 2) / 2;
  return repeated(strokes.line, before) + " " + std::string(label) + " " +
         repeated(strokes.line, width - label.size() - 2 - before);
}

std::string line(Room room, std::string_view left, const std::string& middle, std::string_view right) {
  std::string text = "  " + padded(left, kStateWidth) + "  " + padded(middle, room.whole) + "  " + std::string(right);
  text.erase(text.find_last_not_of(' ') + 1);
  return text + '\n';
}

/// Empty for an end that is in no state.
std::string_view state_text(Seen state) { return state ? name(*state) : std::string_view(); }

/// Whether labels have a stroke on each side.
bool fits(const Rung& rung, Room room, const Words& words) {
  const auto fits_in = [](const NumberedSegment& segment, std::size_t width) {
    return text(segment).size() + 4 <= width;
  };
  switch (rung.kind) {
    case Rung::Kind::start:
      return true;
    case Rung::Kind::call:
      return display_width(words(rung.words)) <= room.whole;
    case Rung::Kind::to_right:
      return fits_in(rung.from_left, room.whole - 1);
    case Rung::Kind::to_left:
      return fits_in(rung.from_right, room.whole - 1);
    case Rung::Kind::lost_to_right:
    case Rung::Kind::late_to_right:
      return fits_in(rung.from_left, room.lost());
    case Rung::Kind::lost_to_left:
      return fits_in(rung.from_right, room.lost());
    case Rung::Kind::crossing:
      return fits_in(rung.from_left, room.half()) && fits_in(rung.from_right, room.half());
  }
  return true;
}

/// As much as the lines have beside the ends, and at least what the labels take.
Room room_for(const std::vector<Rung>& rungs, std::string_view right_end, const Words& words) {
  constexpr std::size_t kLeast = 9;
  const std::size_t ends = 2 + kStateWidth + 2 + 2 + std::max(kLongestState, display_width(right_end));
  Room room{std::clamp(words.columns(), ends + kLeast, ends + kMostRoom) - ends};
  const auto fit = [&](const Rung& rung) { return fits(rung, room, words); };
  while (room.whole < kMostRoom && !std::all_of(rungs.begin(), rungs.end(), fit)) ++room.whole;
  return room;
}

std::string rung_text(const Rung& rung, Room room, const Strokes& strokes, const Words& words) {
  const std::string_view left = state_text(rung.states[0]);
  const std::string_view right = state_text(rung.states[1]);
  const std::size_t half = room.half();
  const auto arrow = [&](const NumberedSegment& segment, std::size_t width) {
    return stroked(strokes, text(segment), width);
  };
  switch (rung.kind) {
    case Rung::Kind::start:
      return line(room, left, "", right);
    case Rung::Kind::call: {
      const std::string said(words(rung.words));
      const std::size_t before = rung.caller == 0 ? 0 : room.whole - std::min(room.whole, display_width(said));
      return line(room, left, std::string(before, ' ') + said, right);
    }
    case Rung::Kind::to_right:
      return line(room, left, arrow(rung.from_left, room.whole - 1) + std::string(strokes.right), right);
    case Rung::Kind::to_left:
      return line(room, left, std::string(strokes.left) + arrow(rung.from_right, room.whole - 1), right);
    case Rung::Kind::lost_to_right:
      return line(room, left, arrow(rung.from_left, room.lost()) + " " + std::string(strokes.lost), right);
    case Rung::Kind::late_to_right:
      return line(room, left, arrow(rung.from_left, room.lost()) + " " + std::string(strokes.late), right);
    case Rung::Kind::lost_to_left:
      return line(room, left,
                  std::string(room.whole - room.lost() - 2, ' ') + std::string(strokes.lost) + " " +
                      arrow(rung.from_right, room.lost()),
                  right);
    case Rung::Kind::crossing: {
      const auto middle = [](std::string_view a, std::string_view b) {
        return " " + std::string(a) + " " + std::string(b) + " ";
      };
      return line(room, "",
                  arrow(rung.from_left, half) + middle(strokes.down, strokes.up) + arrow(rung.from_right, half), "") +
             line(room, left,
                  std::string(strokes.left) + repeated(strokes.line, half - 1) + middle(strokes.up, strokes.down) +
                      repeated(strokes.line, half - 1) + std::string(strokes.right),
                  right);
    }
  }
  return {};
}

}  // namespace

std::string explain_lifecycle(const Lifecycle& lifecycle, Drawing drawing, const Words& words) {
  const Strokes& strokes = drawing == Drawing::utf8 ? kUtf8 : kAscii;
  std::string out =
      paragraph(words, std::string(lifecycle.name) + std::string(words(": ")) + std::string(words(lifecycle.meaning))) +
      "\n";
  const std::vector<Rung> rungs = run(lifecycle);
  const std::string_view right_end = words(lifecycle.ends[1].name);
  const Room room = room_for(rungs, right_end, words);
  out += line(room, words(lifecycle.ends[0].name), "", right_end);
  for (const Rung& rung : rungs) out += rung_text(rung, room, strokes, words);
  out += "\n" + paragraph(words, words(kHowNumbersCount)) + "\n" + paragraph(words, words(lifecycle.lesson));
  if (const auto state = parse_state_word(lifecycle.name); state && state->size() == 1) {
    for (const StateInfo& info : states()) {
      if (!state->has(info.state)) continue;
      out += "\n" + words.fill("The state {}: tcpstat explain {}", {info.name, info.name}) + "\n";
    }
  }
  return out;
}

}  // namespace tcpstat::explain
